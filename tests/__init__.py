"""Tests mirror the tree of the code; `tests` is a package, so `tests/analysis` never hides `analysis`."""
