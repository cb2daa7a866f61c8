"""The bank's client file creates and updates clients by their bank number."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from community.clients import consent, identities, portrait
from community.clients.models import Client
from community.suitability import kyc
from community.suitability.models import Kyc, RiskAssessment
from kernel import clock
from loyalty.assets import importing
from loyalty.assets.models import ImportRefusal
from staff.models import Branch, Staff
from tests.loyalty import files

pytestmark = pytest.mark.usefixtures("db")


async def import_rows(path: Path, *rows: str) -> tuple[int, int, int]:
    table = [files.CLIENTS, *[row.split("|") for row in rows]]
    run = await importing.import_file(files.write_csv(path, table, encoding="gbk"), "haiyue", "clients")
    return run.rows_accepted, run.rows_unchanged, run.rows_refused


async def test_clients_come_in_once_with_branch_owner_and_consent(tmp_path: Path) -> None:
    branch = await Branch.create(code="B01", name="城东支行")
    owner = await Staff.create(login="li.na", name="李娜", role="director", branch=branch)
    rows = ("C1|张三|13800000001|男|B01|li.na|是", "C2|李四|138-0000-0002|女|||否")
    assert await import_rows(tmp_path / "a.csv", *rows) == (2, 0, 0)
    assert await import_rows(tmp_path / "a.csv", *rows) == (0, 2, 0)
    first, second = await Client.all().order_by("id")
    assert (first.branch_id, first.owner_id, first.gender) == (branch.id, owner.id, "m")
    assert (first.marketing_consent, second.marketing_consent) == (True, False)
    assert await portrait.names_of([first.id, second.id]) == {first.id: "张三", second.id: "李四"}
    assert await import_rows(tmp_path / "b.csv", "C2|李四|13900000002|女|B01||") == (1, 0, 0)


async def test_a_yes_in_the_file_never_overrules_a_client_who_opted_out(tmp_path: Path) -> None:
    await import_rows(tmp_path / "a.csv", "C1|张三|||||是")
    client = await Client.get()
    await consent.withdraw([client.id], "message")
    assert await import_rows(tmp_path / "b.csv", "C1|张三|||||是") == (0, 1, 0)
    assert not (await Client.get()).marketing_consent


async def test_each_bad_client_row_is_refused_with_its_own_reason(tmp_path: Path) -> None:
    rows = (
        "C1|张三|13800000001|男|||是",
        "6.2E+15|李四||||| ",
        "C3||13800000003||||",
        "C4|王五|12345||||",
        "C5|赵六|1.38E+10||||",
        "C6|钱七||未知|||",
        "C7|孙八|||B99||",
        "C8|周九||||nobody|",
        "C1|吴十|||||",
        "C9|郑一",
    )
    assert await import_rows(tmp_path / "a.csv", *rows) == (1, 0, 9)
    reasons = await ImportRefusal.all().order_by("row_number").values_list("code", flat=True)
    assert reasons == [
        "number.scientific", "name.missing", "phone.malformed", "phone.scientific", "gender.unknown",
        "branch.unknown", "owner.unknown", "row.duplicate", "row.short",
    ]  # fmt: skip


async def test_a_unionid_in_the_file_makes_the_banks_client_and_the_wechat_contact_one_person(tmp_path: Path) -> None:
    met = await identities.find_or_create("external_id", "corp", "wm-1", source="wecom", unionid="union-1")
    table = [[*files.CLIENTS, "微信UnionID"], ["C1", "张三", "", "", "", "", "是", "union-1"],
             ["C2", "李四", "", "", "", "", "是", "union-2"], ["C3", "王五", "", "", "", "", "是", ""]]  # fmt: skip
    path = files.write_csv(tmp_path / "a.csv", table)
    run = await importing.import_file(path, "haiyue", "clients")
    assert (run.rows_accepted, run.rows_refused, await Client.all().count()) == (3, 0, 3)
    assert await identities.client_of("bank_number", "haiyue", "C1") == met.id
    assert (await Client.get(id=met.id)).marketing_consent
    later = await identities.find_or_create("external_id", "corp", "wm-2", source="wecom", unionid="union-2")
    assert await identities.client_of("bank_number", "haiyue", "C2") == later.id
    again = await importing.import_file(path, "haiyue", "clients")
    assert (again.rows_accepted, again.rows_unchanged) == (0, 3)
    stranger = await identities.find_or_create("external_id", "corp", "wm-3", source="wecom", unionid="union-3")
    table[3][7] = "union-3"
    await importing.import_file(files.write_csv(tmp_path / "b.csv", table), "haiyue", "clients")
    kept = await identities.client_of("bank_number", "haiyue", "C3")
    assert (await Client.get(id=stranger.id)).merged_into_id == kept


SUITABLE = [*files.CLIENTS, "风险等级", "风险评估日期", "身份核实状态", "证件类型", "证件有效期至"]


async def import_suitable(path: Path, *rows: str) -> tuple[int, int, int]:
    table = [SUITABLE, *[[*row.split("|")[:2], *[""] * 5, *row.split("|")[2:]] for row in rows]]
    run = await importing.import_file(files.write_csv(path, table), "haiyue", "clients")
    return run.rows_accepted, run.rows_unchanged, run.rows_refused


async def test_assessments_and_papers_come_with_the_clients_and_an_empty_cell_leaves_what_is_known(
    tmp_path: Path,
) -> None:
    rows = (
        "C1|张三|C3|2026-03-01|正常|身份证|2031-05-06",
        "C2|李四|进取型|2026/03/01 10:30|待核实||",
        "C3|王五||||护照|长期",
    )
    assert await import_suitable(tmp_path / "a.csv", *rows) == (3, 0, 0)
    assert await import_suitable(tmp_path / "a.csv", *rows) == (0, 3, 0)
    first, second, third = await Client.all().order_by("id")
    levels = {one.client_id: (one.level, clock.local(one.assessed_at).hour) for one in await RiskAssessment.all()}
    assert levels == {first.id: (3, 0), second.id: (5, 10)}
    papers = {one.client_id: (one.state, one.document_expires_on) for one in await Kyc.all()}
    assert papers == {
        first.id: ("ok", date(2031, 5, 6)),
        second.id: ("flagged", None),
        third.id: ("ok", kyc.UNLIMITED),
    }
    assert await import_suitable(tmp_path / "b.csv", "C2|李四||||护照|2030-01-01") == (1, 0, 0)
    assert (await Kyc.get(client_id=second.id)).state == "flagged"


async def test_a_bad_assessment_or_document_is_a_reason_of_its_row(tmp_path: Path) -> None:
    rows = (
        "C1|张三|C6|2026-03-01|||",
        "C2|李四|C3||||",
        "C3|王五|C3|2026-02-30|||",
        "C4|赵六|C3|2026-03-01 25:00|||",
        "C5|孙七|C3|2099-01-01|||",
        "C6|周八||||身份证|不详",
        "C7|吴九|||失效||",
    )
    assert await import_suitable(tmp_path / "a.csv", *rows) == (0, 0, 7)
    reasons = await ImportRefusal.all().order_by("row_number").values_list("code", flat=True)
    assert reasons == [
        "risk_level.unknown", "assessment.half", "assessed_at.invalid", "assessed_at.invalid", "assessment.future",
        "document_expires_on.invalid", "kyc_state.unknown",
    ]  # fmt: skip
    assert await RiskAssessment.all().count() == 0
