"""The audit as a file: what the page shows, line by line, for whoever may read it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any

from kernel.errors import Refused
from staff import audit_reading
from staff.audit_reading import Filters
from staff.audit_words import ACTIONS, GROUPS
from staff.exports import exporters
from staff.exports.exporters import Cells, Exporter, Params
from staff.models import Staff

HEADS = ("序号", "时间", "操作人", "操作", "对象", "对象编号", "说明", "请求编号")
_TEXTS = ("action", "subject", "request_id")
_NUMBERS = ("staff_id", "subject_id")
_DAYS = ("from_on", "until_on")
_LABELS = {
    "staff_id": "操作人编号",
    "action": "类别",
    "subject": "对象",
    "subject_id": "对象编号",
    "from_on": "从",
    "until_on": "到",
    "request_id": "请求编号",
}


def read(given: Mapping[str, Any]) -> Filters:
    """Filters from plain values. Refused: a day or a number that is none."""
    values: dict[str, Any] = {name: str(given[name])[:64] for name in _TEXTS if given.get(name)}
    try:
        values |= {name: int(given[name]) for name in _NUMBERS if given.get(name)}
        values |= {name: date.fromisoformat(str(given[name])) for name in _DAYS if given.get(name)}
    except ValueError as error:
        raise Refused("筛选条件有误，请返回操作留痕重新选择", code="audit.filters") from error
    return Filters(**values)


async def accept(given: Mapping[str, str], _by: Staff) -> Params:
    """The filters of the page as plain values."""
    read(given)
    return {name: given[name][:64] for name in (*_TEXTS, *_NUMBERS, *_DAYS) if given.get(name)}


async def about(params: Params, _by: Staff) -> list[tuple[str, str]]:
    """What the list is narrowed to."""
    said = {name: str(params[name]) for name in _LABELS if params.get(name)}
    if "action" in said:
        said["action"] = dict(GROUPS).get(said["action"], said["action"])
    return [(_LABELS[name], value) for name, value in said.items()] or [("范围", "您能看到的全部记录")]


async def count(params: Params, by: Staff) -> int:
    """Entries within the person's reach."""
    return await audit_reading.count(by, read(params))


async def rows(params: Params, by: Staff) -> AsyncIterator[Cells]:
    """Newest first."""
    yield HEADS
    async for line in audit_reading.every(by, read(params)):
        yield (
            line.id,
            line.created_at,
            line.name or "系统",
            ACTIONS.get(line.action, line.action),
            line.subject,
            line.subject_id,
            line.detail,
            line.request_id,
        )


EXPORTER = exporters.register(
    Exporter(
        kind="audit",
        label="操作留痕",
        permission="audit.see",
        holds="不含",
        accept=accept,
        about=about,
        count=count,
        rows=rows,
        file_name=lambda _params: "audit.xlsx",
    )
)
