"""The rows of an import that were not taken in, as a file that can be mended and read in again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from kernel import numbers
from kernel.errors import NotFound
from loyalty.assets import history, refusals
from staff.exports import exporters
from staff.exports.exporters import Cells, Exporter, Params
from staff.models import Staff


async def accept(given: Mapping[str, str], by: Staff) -> Params:
    """The import, when it was made within this person's reach."""
    number = numbers.row_id(given.get("run"))
    if number is None:
        raise NotFound()
    return {"run": (await history.run(number, by)).id}


async def about(params: Params, by: Staff) -> list[tuple[str, str]]:
    """What the file is about."""
    run = await history.run(params["run"], by)
    return [("导入文件", run.file_name), ("列", "原文件的全部列，未脱敏，仅用于修正后重新导入")]


async def count(params: Params, by: Staff) -> int:
    """Refused rows of the import."""
    return (await history.refusals(params["run"], by, size=1)).total


async def rows(params: Params, by: Staff) -> AsyncIterator[Cells]:
    """The reason, then the row as it was."""
    run = await history.run(params["run"], by)
    async for cells in refusals.rows(run):
        yield cells


async def is_clear(params: Params, by: Staff) -> bool:
    """Whoever ran the import gave the rows; for everybody else they are others' data in the clear."""
    return (await history.run(params["run"], by)).by_id != by.id


EXPORTER = exporters.register(
    Exporter(
        kind="import_refused",
        label="导入问题行",
        permission="imports.run",
        accept=accept,
        about=about,
        count=count,
        rows=rows,
        is_clear=is_clear,
        file_name=lambda params: f"refused-{params['run']}.csv",
        holds="包含，与原文件相同",
        mark_in_heads=True,
    )
)
