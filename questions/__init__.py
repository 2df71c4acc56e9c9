"""Question banks that come with the tool, and the importers that read the published ones."""
