"""A file between its dry run and its import: kept for an hour, for the person who sent it only."""

from __future__ import annotations

import asyncio
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.datastructures import UploadFile

from kernel import settings
from kernel.errors import Refused
from staff.models import Staff

SECONDS = 3600
LARGEST = 200 * 1024 * 1024
_NAME = re.compile(r"^\d+-[0-9a-f]{32}(\.[a-z]{2,4}){1,2}$")
_SUFFIX = re.compile(r"(\.[a-z]{2,4}){1,2}$")


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept file: where it lies, what it was called, and the note that travels through the page."""

    path: Path
    file_name: str
    ticket: str


async def keep(upload: UploadFile, owner: Staff) -> Kept:
    """Write the upload aside. Refused: too large, or a name without a usable ending."""
    file_name = Path(upload.filename or "").name[:200]
    suffix = _SUFFIX.search(file_name.lower())
    if suffix is None:
        raise Refused("请上传 CSV、XLSX 或它们的 gz 压缩文件", code="upload.suffix")
    if upload.size is not None and upload.size > LARGEST:
        raise Refused("文件超过 200 MB，请拆分后再导入", code="upload.too_large", status=413)
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
    path.touch(mode=0o600)
    with path.open("wb") as out:
        shutil.copyfileobj(upload.file, out, 1 << 20)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.get().secret_key, salt="upload")
