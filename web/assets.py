"""Static files: read and hashed once at start, served under names with the hash, so browsers keep them for good."""

from __future__ import annotations

import functools
import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from kernel.errors import NotFound

FOLDER = Path(__file__).parent.parent / "static"
FOREVER = "public, max-age=31536000, immutable"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
_REFERENCE = re.compile(r"url\((?P<path>[a-z0-9./_-]+)\)")
_HASHED = re.compile(r"^(?P<stem>.+)\.(?P<hash>[0-9a-f]{10})(?P<suffix>\.[a-z0-9]+)$")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    path: str
    fingerprint: str
    media_type: str
    body: bytes
    packed: bytes | None

    @property
    def url(self) -> str:
        """Address with the content hash before the suffix."""
        stem, _, suffix = self.path.rpartition(".")
        return f"/static/{stem}.{self.fingerprint}.{suffix}"


@functools.lru_cache(maxsize=1)
def manifest() -> dict[str, Asset]:
    """Every static file by its path below static/; style sheets point at fingerprinted files."""
    files = [path for path in sorted(FOLDER.rglob("*")) if path.is_file() and path.suffix not in (".toml", ".txt")]
    found: dict[str, Asset] = {}
    # style sheets last: what they refer to must have its address by then
    for path in sorted(files, key=lambda file: file.suffix == ".css"):
        name = path.relative_to(FOLDER).as_posix()
        body = path.read_bytes()
        if path.suffix == ".css":
            body = _REFERENCE.sub(lambda match: f"url({found[match['path']].url})", body.decode()).encode()
        found[name] = _asset(name, path.suffix, body)
    return found


def url(path: str) -> str:
    """Address of a static file; KeyError for one that doesn't exist, so that a typing slip shows at once."""
    return manifest()[path].url


async def serve(request: Request) -> Response:
    """GET /static/{path}: kept for good under its fingerprinted name, re-asked under its plain one."""
    wanted = request.path_params["path"]
    hashed = _HASHED.match(wanted)
    asset = manifest().get(hashed["stem"] + hashed["suffix"] if hashed else wanted)
    if asset is None:
        raise NotFound
    is_current = hashed is not None and hashed["hash"] == asset.fingerprint
    headers = {"Cache-Control": FOREVER if is_current else "no-cache", "ETag": f'"{asset.fingerprint}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if asset.packed is None:
        return Response(asset.body, media_type=asset.media_type, headers=headers)
    headers["Vary"] = "Accept-Encoding"
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(asset.body, media_type=asset.media_type, headers=headers)
    return Response(asset.packed, media_type=asset.media_type, headers=headers | {"Content-Encoding": "gzip"})


def _asset(name: str, suffix: str, body: bytes) -> Asset:
    fingerprint = hashlib.sha256(body).hexdigest()[:10]
    media_type = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    packed = gzip.compress(body, 6, mtime=0) if suffix in (".js", ".css", ".svg") else None
    return Asset(name, fingerprint, media_type, body, packed)
