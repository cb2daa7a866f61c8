"""A waiting upload at rest: sealed in pieces like any personal data, and readable only while somebody reads it."""

from __future__ import annotations

import base64
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from kernel import sealing

PIECE = 1 << 20
LENGTH = 4
TABLE = "upload"


def write(source: IO[bytes], path: Path) -> None:
    """Seal everything that `source` holds into a new file, closed to other accounts."""
    path.touch(mode=0o600)
    with path.open("wb") as out:
        number = 0
        while piece := source.read(PIECE):
            number += 1
            out.write(_packed(base64.b64encode(piece).decode(), path.name, number))
        # the end has a seal of its own: a file that was cut short does not open
        out.write(_packed("", path.name, -number))


@contextlib.contextmanager
def readable(path: Path) -> Iterator[Path]:
    """The path of the opened file inside this block: it lies in memory only, never on a disk, gone with the block."""
    with os.fdopen(os.memfd_create("upload", os.MFD_CLOEXEC), "w+b") as plain:
        for piece in _pieces(path):
            plain.write(piece)
        plain.flush()
        yield Path(f"/proc/self/fd/{plain.fileno()}")


def _pieces(path: Path) -> Iterator[bytes]:
    number = 0
    with path.open("rb") as sealed:
        while length := sealed.read(LENGTH):
            blob = sealed.read(int.from_bytes(length, "big"))
            is_last = not sealed.peek(1)
            row = -number if is_last else number + 1
            text = sealing.unseal(blob, table=TABLE, column=path.name, row=row)
            if is_last:
                return
            number += 1
            yield base64.b64decode(text)
    raise sealing.Unreadable(f"{TABLE} {path.name}: it was cut short")


def _packed(text: str, name: str, row: int) -> bytes:
    blob = sealing.seal(text, table=TABLE, column=name, row=row)
    return len(blob).to_bytes(LENGTH, "big") + blob
