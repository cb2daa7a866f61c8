"""Rows that were not taken in are personal data: for the branch that brought them, and with a trace."""

from __future__ import annotations

import pytest

from loyalty.assets import importing
from staff.models import AuditEntry, Branch, Staff

BAD = "客户号,姓名,手机号,性别,机构号,客户经理工号,营销授权\n62170,坏行,12,男,XX,nobody,也许\n"


@pytest.fixture
async def run_id(people, tmp_path) -> int:
    (tmp_path / "clients.csv").write_text(BAD, encoding="utf-8")
    run = await importing.import_file(tmp_path / "clients.csv", "haiyue", "clients", by=people["marketing"])
    return run.id


async def test_taking_refused_rows_leaves_a_trace(signed_in, run_id):
    browser = await signed_in("marketing")
    assert "坏行" in (await browser.get(f"/imports/{run_id}/refused.csv")).text
    entry = await AuditEntry.get(action="import.refused_downloaded")
    assert entry.subject_id == run_id


async def test_another_branch_does_not_see_the_import_nor_its_rows(signed_in, run_id):
    branch = await Branch.create(code="GZ01", name="广州分行")
    await Staff.filter(login="administrator").update(branch_id=branch.id, reach="branch")
    browser = await signed_in("administrator")
    assert (await browser.get(f"/imports/{run_id}")).status == 404
    assert (await browser.get(f"/imports/{run_id}/refused.csv")).status == 404
    assert f"/imports/{run_id}" not in (await browser.get("/imports")).text
