"""The researcher's screens, one file a part of the page."""
