"""QR codes of an official account, and the picture behind a ticket."""

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import Any
from urllib.parse import quote

from wechat.sandbox.accounts import Ticket
from wechat.sandbox.calls import Answer, Call, Problem, get, post

LONGEST_S = 2_592_000
PERMANENT = 100_000


def create(call: Call) -> dict[str, Any]:
    """A temporary or permanent code for a scene number or text."""
    kind = str(call.body.get("action_name", ""))
    scene = (call.body.get("action_info") or {}).get("scene") or {}
    value = _scene(kind, scene)
    passing = kind in ("QR_SCENE", "QR_STR_SCENE")
    lasts = min(int(call.body.get("expire_seconds") or 30), LONGEST_S) if passing else 0
    if not passing:
        same = next((one for one in call.account.tickets.values() if one.permanent and one.scene == value), None)
        if same:
            return {"ticket": same.ticket, "url": same.url}
        if sum(one.permanent for one in call.account.tickets.values()) >= PERMANENT:
            raise Problem(45029, "qrcode count out of limit")
    ticket = call.world.ids.secret("gQ", 40)
    url = f"http://weixin.qq.com/q/{quote(ticket[:24])}"
    expires = call.world.clock.now() + lasts if lasts else float("inf")
    call.account.tickets[ticket] = Ticket(ticket, value, url, expires, permanent=not passing)
    return {"ticket": ticket, **({"expire_seconds": lasts} if lasts else {}), "url": url}


def draw(call: Call) -> Answer:
    """The picture of a ticket: a pattern that stands for the code, not a scannable one."""
    ticket = call.query.get("ticket", "")
    if not any(ticket in account.tickets for account in call.world.accounts.values()):
        return Answer(b"", "text/plain", status=404)
    return Answer(pattern(ticket), "image/png")


def pattern(text: str, size: int = 29, scale: int = 8) -> bytes:
    """A PNG of size*scale pixels with a pattern that depends on the text."""
    bits = hashlib.shake_128(text.encode()).digest(size * size)
    rows = []
    for y in range(size):
        line = bytearray()
        for x in range(size):
            line += (b"\x00" if bits[y * size + x] & 1 else b"\xff") * scale
        rows += [b"\x00" + bytes(line)] * scale
    side = size * scale
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _scene(kind: str, scene: dict[str, Any]) -> str:
    number, text = scene.get("scene_id"), scene.get("scene_str")
    if kind == "QR_SCENE" and isinstance(number, int) and 0 < number < 2**32:
        return str(number)
    if kind == "QR_LIMIT_SCENE" and isinstance(number, int) and 0 < number <= 100_000:
        return str(number)
    if kind in ("QR_STR_SCENE", "QR_LIMIT_STR_SCENE") and isinstance(text, str) and 1 <= len(text) <= 64:
        return text
    raise Problem(40053, "invalid action info")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


ENDPOINTS = (
    post("/oa/cgi-bin/qrcode/create", create),
    get("/mp/cgi-bin/showqrcode", draw, token=False),
)
