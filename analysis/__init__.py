"""From an export to a report with honest intervals; reads files, never the application."""
