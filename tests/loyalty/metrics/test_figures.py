"""Figures by day follow an import, are the same when counted again, and are read with their definition."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from kernel import database
from loyalty.assets import importing
from loyalty.metrics import reading, tasks
from loyalty.metrics.models import DailyFigure, Outflow
from staff.models import Branch
from tests.loyalty import files

pytestmark = pytest.mark.usefixtures("db")
START = date(2026, 8, 1)


def on(days: int) -> str:
    return (START + timedelta(days=days)).isoformat()


async def a_bank(path: Path) -> Branch:
    """Two clients; the first of a branch loses 10万 on day 40 and has 6万 back by day 60."""
    branch = await Branch.create(code="B01", name="城东支行")
    clients = [files.CLIENTS, ["C1", "张三", "", "", "B01", "", ""], ["C2", "李四", "", "", "", "", ""]]
    await importing.import_file(files.write_csv(path / "c.csv", clients), "haiyue", "clients")
    rows = files.statement(
        f"R1 622201 C1 {on(0)} 跨行转入 200000 200000",
        f"R2 622202 C2 {on(0)} 跨行转入 50000 50000",
        f"R3 622201 C1 {on(40)} 跨行转出 -100000 100000",
        f"R4 622201 C1 {on(60)} 跨行转入 60000 160000",
        f"R5 622202 C2 {on(80)} 结息 1 50001",
    )
    run = await importing.import_file(files.write_csv(path / "s.csv", rows), "haiyue", "statement")
    await tasks.after_import.now(run.id)
    return branch


async def test_an_import_is_followed_by_outflows_and_figures(tmp_path: Path) -> None:
    branch = await a_bank(tmp_path)
    outflow = await Outflow.get()
    assert (outflow.on_day, outflow.amount_fen, outflow.base_fen) == (
        START + timedelta(days=40), 100_000_00, 100_000_00,
    )  # fmt: skip
    figures = {
        (row.figure, row.branch_id, (row.day - START).days): row.value
        for row in await DailyFigure.filter(day__in=[START + timedelta(days=n) for n in (0, 40, 70, 80)])
    }
    assert figures["assets", 0, 0] == 250_000_00
    assert figures["assets", branch.id, 0] == 200_000_00
    assert figures["holders", 0, 80] == 2
    assert figures["outflow_amount", branch.id, 40] == 100_000_00
    assert figures["return_due", 0, 70] == 100_000_00
    assert figures["return_amount", 0, 70] == 60_000_00


async def test_counting_again_changes_nothing(tmp_path: Path) -> None:
    await a_bank(tmp_path)
    before = await database.fetch("SELECT * FROM daily_figure ORDER BY id")
    await tasks.nightly_figures.now()
    await tasks.nightly_figures.now()
    assert await database.fetch("SELECT * FROM daily_figure ORDER BY id") == before
    assert await Outflow.all().count() == 1


async def test_the_overview_has_series_with_definitions_and_the_return_of_four_weeks(tmp_path: Path) -> None:
    empty = await reading.overview()
    assert (empty.until, empty.series, empty.deposit_return.rate) == (None, {}, None)
    branch = await a_bank(tmp_path)
    seen = await reading.overview()
    assert seen.until == START + timedelta(days=80)
    assert seen.series["assets"].newest == 160_000_00 + 50_001_00
    assert len(seen.series["assets"].values) == 28
    assert all(series.figure.definition for series in seen.series.values())
    assert (seen.deposit_return.rate, seen.deposit_return.rate_before) == (0.6, None)
    assert "对照组" in seen.deposit_return.definition
    of_branch = await reading.overview([branch.id])
    assert of_branch.series["holders"].newest == 1


async def test_a_day_without_import_is_nothing_to_follow() -> None:
    await tasks.nightly_figures.now()
    await tasks.after_import.now(99)
    assert await DailyFigure.all().count() == 0
