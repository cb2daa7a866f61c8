"""Taking the file: by the one who asked, once, within a day; what was taken or is over leaves nothing behind."""

from __future__ import annotations

import base64
import hmac
from collections.abc import AsyncIterator
from datetime import timedelta

from kernel import clock, database, sealing, signing
from kernel.errors import NotFound, Refused
from staff import audit, permissions
from staff.exports import exporters
from staff.exports.models import Export, ExportPart
from staff.models import Staff

LIFE = timedelta(hours=24)
# a fetch that broke off: its pieces go once nobody can still be reading them
READING = timedelta(minutes=30)
_CLAIM = """
UPDATE export SET state = 'fetched', fetched_at = $2 WHERE id = $1 AND state = 'ready' AND expires_at > $2
"""
_EXPIRE = "UPDATE export SET state = 'expired' WHERE state = 'ready' AND expires_at <= $1 RETURNING id"
_LEFT_OVER = """
DELETE FROM export_part p USING export e WHERE e.id = p.export_id AND (e.state IN ('expired', 'failed', 'refused')
  OR (e.state = 'fetched' AND e.fetched_at < $1))
"""


def token(export: Export) -> str:
    """What the one-time link proves itself with; made from the copy's secret, so that nothing of it is stored."""
    return signing.keyed_hash("export", f"{export.id}|{export.asked_by_id}|{export.watermark}")


async def claim(export_id: int, given: str, by: Staff) -> Export:
    """Take the file; of several who try at once one gets it. NotFound: not one's own. Refused: taken, over.

    Forbidden: who may not have asked for it any more.
    """
    async with database.transaction():
        export = await Export.get_or_none(id=export_id, asked_by_id=by.id)
        if export is None or not hmac.compare_digest(signing.token_hash(given), export.token_hash):
            raise NotFound()
        # the role may have changed since the file was made
        permissions.require(by, exporters.of(export.kind).permission)
        if not await database.execute(_CLAIM, export.id, clock.now()):
            raise Refused("这个文件已下载过或已过期，需要时请重新申请", code="export.gone", status=410)
        await audit.record(by, "export.fetched", "export", export.id, kind=export.kind, rows=export.rows)
        await export.refresh_from_db()
    return export


async def pieces(export: Export) -> AsyncIterator[bytes]:
    """The file, piece by piece; each is forgotten once the last was read, and so is everything when reading ends."""
    try:
        position = 0
        while part := await ExportPart.get_or_none(export_id=export.id, position=position):
            text = sealing.unseal(bytes(part.body_sealed), table="export_part", column="body", row=part.id)
            yield base64.b64decode(text)
            position += 1
    finally:
        await database.execute("DELETE FROM export_part WHERE export_id = $1", export.id)


async def expire_due() -> int:
    """Close the links whose day is over and delete what no link reaches any more; returns how many were closed."""
    now = clock.now()
    async with database.transaction():
        closed = await database.fetch(_EXPIRE, now)
        for row in closed:
            await audit.record(None, "export.expired", "export", row["id"])
        await database.execute(_LEFT_OVER, now - READING)
    return len(closed)
