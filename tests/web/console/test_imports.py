"""Rows that were not taken in are personal data: for the branch that brought them, and with a trace."""

from __future__ import annotations

import re

import pytest

from loyalty.assets import importing
from staff.exports import tasks
from staff.exports.models import Export
from staff.models import AuditEntry, Branch, Staff

BAD = "客户号,姓名,手机号,性别,机构号,客户经理工号,营销授权\n62170,坏行,12,男,XX,nobody,也许\n"


@pytest.fixture
async def run_id(people, tmp_path) -> int:
    (tmp_path / "clients.csv").write_text(BAD, encoding="utf-8")
    run = await importing.import_file(tmp_path / "clients.csv", "haiyue", "clients", by=people["marketing"])
    return run.id


async def test_taking_refused_rows_needs_a_reason_and_leaves_a_trace(signed_in, run_id):
    browser = await signed_in("marketing")
    page = await browser.get(f"/imports/{run_id}")
    assert f"/exports/new?kind=import_refused&amp;run={run_id}" in page.text
    assert "未脱敏" in (await browser.get(f"/exports/new?kind=import_refused&run={run_id}")).text
    given = {"kind": "import_refused", "run": str(run_id), "reason": ""}
    assert (await browser.post("/exports", given)).status == 422
    asked = await browser.post("/exports", given | {"reason": "修正后重新导入名单"})
    assert asked.status == 303
    export = await Export.get(kind="import_refused")
    await tasks.prepare.now(export.id)
    token = re.search(r'name="token" value="([0-9a-f]+)"', (await browser.get(asked.headers["location"])).text)
    file = await browser.post(f"/exports/{export.id}/file", {"token": token[1]})
    assert "坏行" in file.text
    assert (await browser.post(f"/exports/{export.id}/file", {"token": token[1]})).status == 410
    actions = (
        await AuditEntry.filter(subject="export", subject_id=export.id).order_by("id").values_list("action", flat=True)
    )
    assert actions == ["export.asked", "export.prepared", "export.fetched"]


async def test_rows_of_a_colleagues_import_wait_for_a_second_person(signed_in, run_id, people):
    await Staff.filter(id=people["administrator"].id).update(reach="bank")
    browser = await signed_in("administrator")
    given = {"kind": "import_refused", "run": str(run_id), "reason": "修正后重新导入名单"}
    assert (await browser.post("/exports", given)).status == 303
    assert (await Export.get(kind="import_refused")).state == "waiting"


async def test_another_branch_does_not_see_the_import_nor_its_rows(signed_in, run_id):
    branch = await Branch.create(code="GZ01", name="广州分行")
    await Staff.filter(login="administrator").update(branch_id=branch.id, reach="branch")
    browser = await signed_in("administrator")
    assert (await browser.get(f"/imports/{run_id}")).status == 404
    assert (await browser.get(f"/exports/new?kind=import_refused&run={run_id}")).status == 404
    assert f"/imports/{run_id}" not in (await browser.get("/imports")).text
