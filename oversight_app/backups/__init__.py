"""Backups: whole copies of a record, made while it is served, proven, and put back.

    mystudy/backups/<utc>.db        made by hand       mystudy/backups/auto-<utc>.db   made by a server, the oldest go
    mystudy/backups/<name>.json     of which study and moment it is, its sha256, and where each stream stood

A backup appears whole and proven or not at all. The file beside it is a witness for `oversight verify` as well.
"""

from oversight_app.backups.kept import Backup, backup_at, backups_of, holding
from oversight_app.backups.making import make_backup, make_backup_if_due
from oversight_app.backups.restoring import Restored, Restoring, prepare_restore

__all__ = [
    "Backup",
    "Restored",
    "Restoring",
    "backup_at",
    "backups_of",
    "holding",
    "make_backup",
    "make_backup_if_due",
    "prepare_restore",
]
