"""Transcripts: one trial as text, as JSON lines, or as a page of its own, for a researcher to read."""

from oversight_app.transcripts.lines import as_json_lines
from oversight_app.transcripts.loading import account, transcript_of
from oversight_app.transcripts.page import as_page
from oversight_app.transcripts.text import as_text

__all__ = ["account", "as_json_lines", "as_page", "as_text", "transcript_of"]
