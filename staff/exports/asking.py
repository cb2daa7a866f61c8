"""Asking for a file: with a reason, within the day's limits, and with a second person's word when it is large."""

from __future__ import annotations

from typing import Any

from kernel import clock, database, logs, settings, signing
from kernel.errors import NotFound, Refused
from staff import approval_kinds, approvals, audit, permissions, scope
from staff.approval_kinds import Kind
from staff.exports import exporters, fetching, tasks, watermarks, writing
from staff.exports.exporters import Exporter, Params
from staff.exports.models import Export
from staff.models import Approval, Staff

SUBJECT = "export"
LEAST_REASON, LONGEST_REASON = 6, 200
_TODAY = """
SELECT count(*)::int AS files, coalesce(sum(rows), 0)::bigint AS rows FROM export
WHERE asked_by_id = $1 AND created_at >= $2 AND state NOT IN ('refused', 'failed')
"""
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('export.ask', $1::bigint))"


async def ask(kind: str, params: Params, reason: str, by: Staff) -> Export:
    """Ask for a file; small ones are prepared at once, larger ones and those in the clear wait for a second person.

    Refused: no real reason, nothing to export, too much for one day. Forbidden, NotFound: not this person's to take.
    """
    exporter = _allowed(kind, by)
    reason = " ".join(reason.split())
    if len(set(reason.replace(" ", ""))) < LEAST_REASON // 2 or len(reason) < LEAST_REASON:
        raise Refused(f"请写明用途，至少 {LEAST_REASON} 个字：给谁用、做什么", code="export.reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"用途最多 {LONGEST_REASON} 个字", code="export.reason")
    rows = await exporter.count(params, by)
    if not rows:
        raise Refused("没有可以导出的行", code="export.empty")
    if rows > writing.MOST_ROWS:
        raise Refused(f"超过 {writing.MOST_ROWS:,} 行，请缩小范围后分别导出", code="export.too_large")
    async with database.transaction():
        await database.fetch(_ONE_AT_A_TIME, by.id)
        await _refuse_beyond_the_day(rows, by)
        export = await _make(exporter, params, reason, rows, by)
        if export.state == "waiting":
            await _ask_second_person(export, exporter, by)
        else:
            tasks.prepare.later(export.id)
    return export


async def needs_approval(exporter: Exporter, params: Params, rows: int, by: Staff) -> bool:
    """Whether a second person must agree: many rows, or personal data in the clear."""
    return rows > settings.get().export_free_rows or await exporter.is_clear(params, by)


async def accept(kind: str, given: dict[str, str], by: Staff) -> tuple[Exporter, Params]:
    """The kind and its parameters as this person may ask for them. Forbidden, NotFound, Refused otherwise."""
    exporter = _allowed(kind, by)
    return exporter, await exporter.accept(given, by)


async def own(person: Staff, limit: int = 50) -> list[Export]:
    """What a person asked for, newest first."""
    return await Export.filter(asked_by_id=person.id).order_by("-id").limit(limit)


async def others(person: Staff, limit: int = 50) -> list[Export]:
    """What others asked for within reach, for those who answer for it; newest first."""
    if not permissions.may(person, "audit.see"):
        return []
    reach = scope.staff(person, alias="s", first=2)
    sql = f"""
    SELECT e.id FROM export e JOIN staff s ON s.id = e.asked_by_id
    WHERE e.asked_by_id <> $1 AND {reach.sql} ORDER BY e.id DESC LIMIT {int(limit)}
    """  # noqa: S608  # scope's own
    ids = [row["id"] for row in await database.fetch(sql, person.id, *reach.arguments)]
    return await Export.filter(id__in=ids).order_by("-id").prefetch_related("asked_by") if ids else []


async def get(export_id: int, person: Staff) -> Export:
    """One export: one's own, or of others for those who answer for it. NotFound otherwise."""
    export = await Export.get_or_none(id=export_id).prefetch_related("asked_by")
    if export is None:
        raise NotFound()
    if export.asked_by_id != person.id:
        seen = scope.staff(person, alias="s", first=2)
        sql = f"SELECT 1 FROM staff s WHERE s.id = $1 AND {seen.sql}"  # noqa: S608  # scope's own
        in_reach = await database.fetch_value(sql, export.asked_by_id, *seen.arguments)
        if not (in_reach and permissions.may(person, "audit.see")):
            raise NotFound()
    return export


def _allowed(kind: str, by: Staff) -> Exporter:
    permissions.require(by, "exports.ask")
    exporter = exporters.of(kind)
    permissions.require(by, exporter.permission)
    return exporter


async def _refuse_beyond_the_day(rows: int, by: Staff) -> None:
    now = settings.get()
    used = await database.fetch_one(_TODAY, by.id, clock.day_bounds(clock.today())[0])
    assert used is not None
    if used["files"] >= now.exports_per_day:
        raise Refused(f"今天已申请 {used['files']} 个文件，达到每日上限，请明天再来", code="export.day_limit")
    if used["rows"] + rows > now.export_rows_per_day:
        left = max(0, now.export_rows_per_day - used["rows"])
        raise Refused(f"今天还能导出 {left:,} 行，这次有 {rows:,} 行，请缩小范围", code="export.day_limit")


async def _make(exporter: Exporter, params: Params, reason: str, rows: int, by: Staff) -> Export:
    is_waiting = await needs_approval(exporter, params, rows, by)
    export = await Export.create(
        kind=exporter.kind,
        params=params,
        reason=reason,
        asked_by=by,
        state="waiting" if is_waiting else "preparing",
        rows=rows,
        file_name=exporter.file_name(params),
        watermark=watermarks.new_code(),
    )
    export.token_hash = signing.token_hash(fetching.token(export))
    await export.save(update_fields=["token_hash"])
    # what people type may name a client: what never changes holds no numbers of theirs
    told = logs.mask_text(reason)
    await audit.record(by, "export.asked", SUBJECT, export.id, kind=exporter.kind, rows=rows, reason=told)
    return export


async def _ask_second_person(export: Export, exporter: Exporter, by: Staff) -> None:
    lines = [["内容", exporter.label], *map(list, await exporter.about(export.params, by))]
    lines += [["行数", f"{export.rows:,}"], ["用途", export.reason]]
    is_clear = await exporter.is_clear(export.params, by)
    lines += [["完整个人信息", "包含" if is_clear else exporter.holds]]
    summary: dict[str, Any] = {
        "title": f"导出 {exporter.label}（{export.rows:,} 行）",
        "lines": lines,
        "branch_id": by.branch_id,
        "maker_ids": [by.id],
    }
    await approvals.ask(SUBJECT, export.id, _hash(export), summary, by, size=export.rows)


def _hash(export: Export) -> str:
    return approval_kinds.hash_of([export.id, export.kind, export.params, export.reason, export.rows])


async def _content_hash(export_id: int) -> str | None:
    export = await Export.get_or_none(id=export_id, state="waiting")
    return _hash(export) if export is not None else None


async def _let_go(approval: Approval, _by: Staff) -> None:
    if await Export.filter(id=approval.subject_id, state="waiting").update(state="preparing"):
        tasks.prepare.later(approval.subject_id)


async def _keep_back(approval: Approval, _by: Staff) -> None:
    await _lapse(approval)


async def _lapse(approval: Approval) -> None:
    problem = approval.note[:300] or "没有得到批准"
    await Export.filter(id=approval.subject_id, state="waiting").update(state="refused", problem=problem)


KIND = approval_kinds.register(
    Kind(
        subject=SUBJECT,
        label="导出",
        content_hash=_content_hash,
        apply=_let_go,
        give_back=_keep_back,
        lapse=_lapse,
    )
)
