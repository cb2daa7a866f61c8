"""Pieces of the library as tests need them: small real files, approved by a second person."""

from __future__ import annotations

import struct
import zlib
from typing import Any

from campaigns.content import library, library_approval
from campaigns.content.library import Card
from campaigns.content.models import Piece
from community.sending import media
from staff import approvals
from tests.campaigns.conftest import Cast

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"


def png(shade: int = 200) -> bytes:
    """A real picture of 8 by 8 points."""
    rows = b"".join(b"\x00" + bytes([shade, 60, 40] * 8) for _ in range(8))

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


async def picture(cast: Cast, title: str = "海报", shade: int = 200, **more: Any) -> Piece:
    """A picture that waits for nobody yet."""
    asset = await media.keep(png(shade), "海报.png", "image", cast.li.id)
    return await library.save(title, "", cast.li, card=Card("image", asset_id=asset.id, **more))


async def approve(cast: Cast, piece: Piece) -> Piece:
    """The piece after the reviewer's yes."""
    asked = await library_approval.submit(piece.id, cast.li)
    await approvals.approve(asked.id, asked.content_hash, cast.wang)
    return await library.get(piece.id)
