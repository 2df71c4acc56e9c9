"""Tests that speak to a served study as its page does, or as somebody does who pretends to be the page."""
