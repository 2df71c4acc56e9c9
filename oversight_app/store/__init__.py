"""The record: one SQLite file per study, spoken to in the study's words. SQL lives here and nowhere else."""

from oversight_app.store.store import Store

__all__ = ["Store"]
