"""Taking clients out as a file: masked by default, in the clear only for who may reveal and with a second yes."""

from __future__ import annotations

import io

import openpyxl
import pytest

from kernel import database
from loyalty.assets import importing
from loyalty.tiers import searching
from staff import approvals
from staff.exports import asking, tasks
from staff.exports.models import Export
from staff.models import Approval, Staff
from tests import exporting
from tests.exporting import WHY

CLIENTS = "客户号,姓名,手机号,性别,机构号,客户经理工号,营销授权\n" + "".join(
    f"62000{n},王小{n},1380000000{n},男,SZ01,director,是\n" for n in range(1, 4)
)


@pytest.fixture
async def director(people, tmp_path) -> Staff:
    (tmp_path / "clients.csv").write_text(CLIENTS, encoding="utf-8")
    run = await importing.import_file(tmp_path / "clients.csv", "haiyue", "clients", by=people["marketing"])
    assert run.rows_accepted == 3
    await database.execute("UPDATE client SET owner_id = $1", people["director"].id)
    return await Staff.get(login="director")


def _rows(content: bytes) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [[str(cell or "").strip() for cell in row] for row in sheet.iter_rows(values_only=True)]


async def test_the_list_goes_out_masked(director):
    rows = _rows(await exporting.taken("clients", {}, director))
    assert "用途" in rows[0][0]
    assert [row[1:3] for row in rows[2:]] == [["王*3", "138****0003"], ["王*2", "138****0002"], ["王*1", "138****0001"]]
    found = {"found": searching.seal("13800000002", director)}
    assert [row[1] for row in _rows(await exporting.taken("clients", found, director))[2:]] == ["王*2"]


async def test_in_the_clear_it_waits_for_a_second_person(director, people, signed_in):
    browser = await signed_in("director")
    page = await browser.get("/exports/new?kind=clients&clear=1")
    assert "需要另一位同事批准" in page.text
    answer = await browser.post("/exports", {"kind": "clients", "clear": "1", "reason": WHY})
    assert answer.status == 303
    export = await Export.get(kind="clients")
    assert export.state == "waiting"
    asked = await Approval.get(subject="export")
    await approvals.approve(asked.id, asked.content_hash, people["branch_head"])
    await tasks.prepare.now(export.id)
    page = await browser.get(f"/exports/{export.id}")
    assert "下载，仅此一次" in page.text
    assert "下载，仅此一次" not in (await (await signed_in("branch_head")).get(f"/exports/{export.id}")).text
    assert (await (await signed_in("marketing")).get(f"/exports/{export.id}")).status == 404


async def test_who_may_not_reveal_can_not_ask_for_the_clear_list(director, signed_in):
    browser = await signed_in("marketing")
    assert (await browser.get("/exports/new?kind=clients&clear=1")).status == 403
    assert (await browser.post("/exports", {"kind": "clients", "clear": "1", "reason": WHY})).status == 403
    assert (await browser.get("/exports/new?kind=nothing")).status == 404
    assert (await browser.post("/exports", {"kind": "audit", "reason": WHY})).status == 403


async def test_a_director_exports_only_own_clients(director, people):
    await database.execute("UPDATE client SET owner_id = NULL WHERE id = (SELECT min(id) FROM client)")
    assert len(_rows(await exporting.taken("clients", {}, director))) == 2 + 2


async def test_the_auditor_exports_the_audit_in_words(director, people):
    await asking.ask("clients", {}, WHY, director)
    rows = _rows(await exporting.taken("audit", {"action": "export."}, people["auditor"]))
    assert rows[1][:5] == ["序号", "时间", "操作人", "操作", "对象"]
    assert ["申请导出" in row[3] for row in rows[2:]] == [True, True]
