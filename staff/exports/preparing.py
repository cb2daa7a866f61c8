"""Making the file of an export: row by row into sealed pieces, by one worker at a time, in bounded memory."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

from kernel import clock, database, logs, sealing
from kernel.errors import Refused
from kernel.records import reserve_ids
from staff import audit, permissions
from staff.exports import exporters, fetching, watermarks, writing
from staff.exports.exporters import Sheet
from staff.exports.models import Export
from staff.models import Staff

PIECE = 256 * 1024
LEASE = timedelta(minutes=10)
# what was asked for may have grown a little since; a second person's word covers no more than that
SLACK, SLACK_ROWS = 1.05, 50
_LEASE = """
UPDATE export SET leased_until = $2 WHERE id = $1 AND state = 'preparing' AND coalesce(leased_until < $3, TRUE)
"""
_KEEP = "UPDATE export SET leased_until = $3 WHERE id = $1 AND state = 'preparing' AND leased_until = $2"
_READY = """
UPDATE export SET state = 'ready', ready_at = $3, expires_at = $4, rows = $5, file_bytes = $6, leased_until = NULL
WHERE id = $1 AND state = 'preparing' AND leased_until = $2
"""
_FAILED = """
UPDATE export SET state = 'failed', problem = $3, leased_until = NULL
WHERE id = $1 AND state = 'preparing' AND leased_until = $2
"""
_log = logs.get(__name__)


class Overtaken(Exception):
    """Another worker took the export, because this one was slow."""


async def prepare(export_id: int) -> None:
    """Make the file, once; a second call while somebody works on it, or after, does nothing."""
    until = clock.now() + LEASE
    if not await database.execute(_LEASE, export_id, until, clock.now()):
        return
    export = await Export.get(id=export_id).prefetch_related("asked_by")
    making = _Making(export, until)
    try:
        await making.run()
    except Overtaken:
        _log.warning("export.overtaken", export=export_id)
    except Refused as refusal:
        await _give_up(export, making.until, refusal.message)
    except Exception:
        _log.exception("export.failed", export=export_id)
        await _give_up(export, making.until, "生成文件时出错，已记录，请重新申请")


class _Making:
    """One run over the rows."""

    def __init__(self, export: Export, until: datetime) -> None:
        self.export = export
        self.until = until
        self.writer = writing.of(export.file_name)
        self.position = 0
        self.rows = 0
        self.bytes = 0
        self.has_sheet = False

    async def run(self) -> None:
        export, person = self.export, self.export.asked_by
        exporter = exporters.of(export.kind)
        _require(person, exporter.permission)
        await database.execute("DELETE FROM export_part WHERE export_id = $1", export.id)
        most = int(export.rows * SLACK) + SLACK_ROWS
        async for one in exporter.rows(export.params, person):
            self._write(one, exporter)
            if self.rows > most:
                raise Refused("行数比申请时多了很多，请按现在的行数重新申请", code="export.grown")
            await self._keep_piece(PIECE)
        self.writer.close()
        await self._keep_piece(1)
        await self._finish()

    def _write(self, one: exporters.Cells | Sheet, exporter: exporters.Exporter) -> None:
        if isinstance(one, Sheet):
            self._begin(one.name, one.heads, exporter)
        elif not self.has_sheet:
            self._begin(exporter.label, one, exporter)
        else:
            self.rows += 1
            cells = [writing.plain(cell) for cell in one]
            self.writer.row(watermarks.mark(self.export.watermark, cells))

    def _begin(self, name: str, heads: exporters.Cells, exporter: exporters.Exporter) -> None:
        self.writer.sheet(name)
        visible = watermarks.line(self.export, self.export.asked_by.name)
        cells: list[Any] = [writing.plain(head) for head in heads]
        if exporter.mark_in_heads:
            cells.append(writing.plain(visible))
        else:
            self.writer.row([writing.plain(visible)])
        self.writer.row(cells)
        self.has_sheet = True

    async def _keep_piece(self, least: int) -> None:
        piece = self.writer.take(least)
        if not piece:
            return
        until = max(clock.now() + LEASE, self.until)
        if not await database.execute(_KEEP, self.export.id, self.until, until):
            raise Overtaken
        self.until = until
        (number,) = await reserve_ids("export_part", 1)
        text = base64.b64encode(piece).decode()
        sealed = sealing.seal(text, table="export_part", column="body", row=number)
        await database.execute(
            "INSERT INTO export_part (id, created_at, export_id, position, body_sealed) VALUES ($1, $2, $3, $4, $5)",
            number,
            clock.now(),
            self.export.id,
            self.position,
            sealed,
        )
        self.position += 1
        self.bytes += len(piece)

    async def _finish(self) -> None:
        now = clock.now()
        async with database.transaction():
            arguments = (now, now + fetching.LIFE, self.rows, self.bytes)
            if not await database.execute(_READY, self.export.id, self.until, *arguments):
                raise Overtaken
            await audit.record(None, "export.prepared", "export", self.export.id, rows=self.rows)


def _require(person: Staff, permission: str) -> None:
    # roles may have changed since the question was asked
    permissions.require(person, "exports.ask")
    permissions.require(person, permission)


async def _give_up(export: Export, until: datetime, problem: str) -> None:
    async with database.transaction():
        await database.execute("DELETE FROM export_part WHERE export_id = $1", export.id)
        if await database.execute(_FAILED, export.id, until, problem):
            await audit.record(None, "export.failed", "export", export.id)
