"""The members of an .eval file: a zip whose members inspect_ai compresses with Zstandard.

Python's zipfile knows Zstandard only from 3.14 on. Before that the bytes are taken from the zip as they are and handed
to pyarrow, which comes with Streamlit; older logs, with deflated members, need neither.
"""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from oversight_app.errors import BadInput

_ZSTANDARD = 93
_LOCAL_HEADER = 30


class Archive:
    """An .eval file. Raises BadInput for one that is cut off, as it is while an evaluation still runs."""

    def __init__(self, path: Path, raw: bytes) -> None:
        """`raw` is the whole file."""
        self._path, self._raw = path, raw
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(raw))
        except zipfile.BadZipFile as error:
            raise BadInput(
                f"{path} ends early or is damaged ({error}). If its evaluation broke off, "
                f"`inspect log recover {path.name}` makes a whole log of it."
            ) from error

    def names(self, prefix: str = "") -> Iterator[str]:
        """The members whose names begin so, in the file's order."""
        return (name for name in self._zip.namelist() if name.startswith(prefix))

    def json(self, name: str) -> Any:
        """A member's value; raises ValueError where it is damaged, BadInput where this machine cannot unpack it."""
        member = self._zip.getinfo(name)
        try:
            data = self._zip.read(member)
        except NotImplementedError:
            data = self._unpacked(member)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise ValueError(str(error)) from error
        return json.loads(data)

    def _unpacked(self, member: zipfile.ZipInfo) -> bytes:
        if member.compress_type != _ZSTANDARD:
            raise BadInput(f"{self._path}: {self._advice(f'its compression ({member.compress_type})')}")
        try:
            import pyarrow
        except ImportError:
            raise BadInput(f"{self._path}: {self._advice('Zstandard without pyarrow')}") from None
        name_length, extra_length = struct.unpack_from("<HH", self._raw, member.header_offset + 26)
        begin = member.header_offset + _LOCAL_HEADER + name_length + extra_length
        packed = pyarrow.BufferReader(self._raw[begin : begin + member.compress_size])
        try:
            data = bytes(pyarrow.CompressedInputStream(packed, "zstd").read())
        except OSError as error:
            raise ValueError(str(error)) from error
        if zlib.crc32(data) != member.CRC:
            raise ValueError("its checksum is not that of its contents")
        return data

    def _advice(self, what: str) -> str:
        return (
            f"this machine cannot unpack {what}. "
            f"`inspect log convert {self._path.name} --to json --output-dir json` makes a log that can be read."
        )
