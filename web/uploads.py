"""A file between its dry run and its import: kept for an hour, for the person who sent it only."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartParser

from kernel import sealing, settings
from kernel.errors import Refused
from staff.models import Staff
from web import upload_sealing

SECONDS = 3600
LARGEST = 200 * 1024 * 1024
# what arrives stays in memory: a temporary file would hold clients in the clear on a disk (BodyLimit sees to the size)
MultiPartParser.spool_max_size = LARGEST
_NAME = re.compile(r"^\d+-[0-9a-f]{32}(\.[a-z]{2,4}){1,2}$")
_SUFFIX = re.compile(r"\.(xlsx|(csv|txt)(\.gz)?)$")
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
# what Office wraps a file in that has a password, and what it wrote before 2007
_OFFICE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept file: where it lies, what it was called, and the note that travels through the page."""

    path: Path
    file_name: str
    ticket: str

    @contextlib.contextmanager
    def readable(self) -> Iterator[Path]:
        """The path of the opened file, inside a `with` block; at rest it is sealed. Refused: its key is gone."""
        with contextlib.ExitStack() as stack:
            try:
                path = stack.enter_context(upload_sealing.readable(self.path))
            except sealing.Unreadable as error:
                raise _gone() from error
            yield path


async def keep(upload: UploadFile, owner: Staff) -> Kept:
    """Write the upload aside. Refused: too large, or a name without a usable ending."""
    file_name = Path(upload.filename or "").name[:200]
    suffix = _SUFFIX.search(file_name.lower())
    if suffix is None:
        raise Refused("请上传 CSV、TXT、XLSX，或 gz 压缩的 CSV、TXT", code="upload.suffix")
    if upload.size is not None and upload.size > LARGEST:
        raise Refused("文件超过 200 MB，请拆分后再导入", code="upload.too_large", status=413)
    _require_kind(suffix[0], await upload.read(4096))
    await upload.seek(0)
    path = _folder() / f"{owner.id}-{secrets.token_hex(16)}{suffix[0]}"
    await asyncio.to_thread(_write, upload, path)
    return Kept(path, file_name, str(_signer().dumps([path.name, file_name])))


def again(ticket: str, owner: Staff) -> Kept:
    """The kept file behind a ticket. Refused: another person's, older than an hour, or used already."""
    try:
        name, file_name = _signer().loads(ticket, max_age=SECONDS)
    except (BadData, ValueError) as error:
        raise _gone() from error
    path = _folder() / str(name)
    if not _NAME.match(str(name)) or not str(name).startswith(f"{owner.id}-") or not path.is_file():
        raise _gone()
    return Kept(path, str(file_name), ticket)


def forget(kept: Kept) -> None:
    """The file is not needed any more."""
    kept.path.unlink(missing_ok=True)


def _require_kind(suffix: str, head: bytes) -> None:
    """The first bytes must be what the ending says: a program or a picture named .csv goes no further."""
    if head.startswith(_OFFICE):
        raise Refused("文件有密码保护，或是旧版 XLS：请去掉密码，另存为 XLSX 或 CSV", code="upload.encrypted")
    begins = {".xlsx": _ZIP, ".gz": _GZIP}.get(suffix[suffix.rindex(".") :])
    is_wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    is_text = not head.startswith((_ZIP, _GZIP, b"%PDF", b"\x7fELF", b"MZ")) and (is_wide or b"\x00" not in head)
    if not (head.startswith(begins) if begins else is_text):
        raise Refused("文件内容和它的后缀不一致，请检查后重新上传", code="upload.kind")


def _gone() -> Refused:
    return Refused("文件已过期或已导入，请重新上传", code="upload.gone")


def _folder() -> Path:
    folder = Path(settings.get().data_dir) / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in folder.iterdir():
        # what nobody came back for holds personal data and goes
        if path.is_file() and path.stat().st_mtime < time.time() - SECONDS:
            path.unlink(missing_ok=True)
    return folder


def _write(upload: UploadFile, path: Path) -> None:
    upload_sealing.write(upload.file, path)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.get().secret_key, salt="upload")
