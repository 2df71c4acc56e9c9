"""What can go wrong with an analysis on purpose: only the export. Everything else is a defect."""


class ExportError(Exception):
    """An export cannot be read; the message names file, row, column, what was found and what is allowed."""
