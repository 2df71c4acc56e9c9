"""A folder that appears whole or not at all.

It is written under another name beside its place and renamed at the end, so that neither a full disk nor a crash leaves
half an export that looks like one.
"""

import errno
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from oversight_app.errors import BadInput, StoreFull


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder to write into; it becomes `out` when the block ends and vanishes when it raises.

    Raises BadInput where `out` holds something already or cannot be made, StoreFull where the disk is full.
    """
    place = out.resolve()
    part = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    with _explained(out):
        _must_be_free(place, out)
        made_for_it = [parent for parent in part.parents if not parent.exists()]  # the nearest comes first
    try:
        with _explained(out):
            part.mkdir(parents=True)
        with _explained(out):
            yield part
            _must_be_free(place, out)
            if place.exists():
                place.rmdir()
            part.rename(place)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        with suppress(OSError):
            for parent in made_for_it:
                parent.rmdir()
        raise


def _must_be_free(place: Path, out: Path) -> None:
    if place.exists() and not place.is_dir():
        raise BadInput(f"{out} is a file; nothing was written. Choose the name of a folder.")
    if place.exists() and any(place.iterdir()):
        raise BadInput(f"{out} is there already and not empty; nothing was written. Choose another folder.")


@contextmanager
def _explained(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreFull(f"{out} was not written: the disk is full. Free space and try again.") from error
        raise BadInput(
            f"{out} cannot be written: {error.strerror or error}. Nothing was left behind."
        ) from error
