"""Tests of what participants see."""
