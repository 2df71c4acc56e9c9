"""The study application: from a study folder to a record of who answered what, and with which help."""
