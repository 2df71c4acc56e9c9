"""The commands, grouped by the noun they are about; each parses, calls and answers."""
