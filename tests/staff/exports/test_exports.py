"""A file leaves the house once, for the one who asked, with a reason, a second person's word when large, and a mark."""

from __future__ import annotations

import asyncio
import csv
import io
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kernel import clock, database, settings
from kernel.errors import Forbidden, NotFound, Refused
from staff import approvals
from staff.exports import asking, exporters, fetching, preparing, tasks, tracing
from staff.exports.exporters import Exporter, Params, Sheet
from staff.exports.models import Export, ExportPart
from staff.models import Approval, AuditEntry, Branch, Staff

WHY = "给分行例会做客户结构分析"


async def _count(params: Params, _by: Staff) -> int:
    return int(params["n"])


async def _rows(params: Params, by: Staff) -> AsyncIterator[Any]:
    yield ["编号", "机构", "说明", "金额"]
    for number in range(params["n"] + params.get("grown", 0)):
        yield [number, f"第{number % 7}支行", "=1+1" if number == 0 else f"{by.name}的客户{number}", number * 1.5]


async def _clear(_params: Params, _by: Staff) -> bool:
    return True


async def _sheets(params: Params, _by: Staff) -> AsyncIterator[Any]:
    yield Sheet("甲", ["a"])
    yield ["一"]
    yield Sheet("乙", ["b", "c"])
    yield ["二 <&>", None]


def _kinds() -> None:
    plain = {"permission": "clients.see", "count": _count}
    exporters.register(Exporter("t_csv", "测试", rows=_rows, file_name=lambda _p: "t.csv", **plain))
    exporters.register(Exporter("t_xlsx", "测试", rows=_rows, file_name=lambda _p: "t.xlsx", **plain))
    exporters.register(Exporter("t_book", "测试", rows=_sheets, file_name=lambda _p: "t.xlsx", **plain))
    exporters.register(Exporter("t_clear", "测试", rows=_rows, file_name=lambda _p: "t.csv", is_clear=_clear, **plain))


@pytest.fixture
async def people(db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, Staff]:
    # kinds of these tests alone: what is registered is a label that other tests look for in the catalogue
    monkeypatch.setattr(exporters, "_KINDS", dict(exporters._KINDS))
    _kinds()
    branch = await Branch.create(code="SZ01", name="深圳分行")
    made = {}
    for role in ("director", "branch_head", "marketing", "auditor", "reviewer"):
        reach = {"director": "own", "branch_head": "branch", "marketing": "branch"}.get(role, "bank")
        made[role] = await Staff.create(login=role, name=f"员工{role}", role=role, branch=branch, reach=reach)
    return made


async def _fetched(export: Export, by: Staff) -> bytes:
    return b"".join(
        [piece async for piece in fetching.pieces(await fetching.claim(export.id, fetching.token(export), by))]
    )


async def _ready(kind: str, number: int, by: Staff, **more: Any) -> Export:
    export = await asking.ask(kind, {"n": number, **more}, WHY, by)
    await tasks.prepare.now(export.id)
    return await Export.get(id=export.id)


async def test_numbers_in_a_reason_are_masked_in_what_never_changes(people: dict[str, Staff]) -> None:
    await asking.ask("t_csv", {"n": 3}, "给客户 13812345678 寄送资料用", people["director"])
    entry = await AuditEntry.get(action="export.asked")
    assert entry.detail["reason"] == "给客户 138****5678 寄送资料用"


async def test_who_has_another_role_by_now_does_not_take_the_file(people: dict[str, Staff]) -> None:
    export = await _ready("t_csv", 3, people["director"])
    await Staff.filter(id=people["director"].id).update(role="administrator")
    with pytest.raises(Forbidden):
        await _fetched(export, await Staff.get(id=people["director"].id))
    assert (await Export.get(id=export.id)).state == "ready"


async def test_a_small_file_is_made_at_once_and_taken_once(people: dict[str, Staff]) -> None:
    export = await _ready("t_csv", 30, people["director"])
    assert (export.state, export.rows) == ("ready", 30)
    content = await _fetched(export, people["director"])
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert f"导出编号 {export.id} · 员工director" in rows[0][0]
    assert WHY in rows[0][0]
    assert rows[1] == ["编号", "机构", "说明", "金额"]
    assert rows[2][2].strip() == "'=1+1"
    assert len(rows) == 32
    assert not await ExportPart.all().count()
    with pytest.raises(Refused, match="已下载过"):
        await fetching.claim(export.id, fetching.token(export), people["director"])
    assert set(await AuditEntry.all().values_list("action", flat=True)) == {
        "export.asked",
        "export.prepared",
        "export.fetched",
    }


async def test_of_twenty_fetches_at_once_one_gets_the_file(people: dict[str, Staff]) -> None:
    export = await _ready("t_csv", 5, people["director"])
    link = fetching.token(export)
    outcomes = await asyncio.gather(
        *(fetching.claim(export.id, link, people["director"]) for _ in range(20)), return_exceptions=True
    )
    assert sum(isinstance(one, Export) for one in outcomes) == 1
    assert sum(isinstance(one, Refused) for one in outcomes) == 19
    assert await AuditEntry.filter(action="export.fetched").count() == 1


async def test_only_the_one_who_asked_takes_it_and_only_with_the_link(people: dict[str, Staff]) -> None:
    export = await _ready("t_csv", 5, people["director"])
    for given, by in ((fetching.token(export), people["branch_head"]), ("x" * 64, people["director"])):
        with pytest.raises(NotFound):
            await fetching.claim(export.id, given, by)


async def test_after_a_day_the_link_is_over_and_the_file_gone(people: dict[str, Staff]) -> None:
    export = await _ready("t_csv", 5, people["director"])
    with clock.frozen(clock.now() + timedelta(hours=24, seconds=1)):
        with pytest.raises(Refused):
            await fetching.claim(export.id, fetching.token(export), people["director"])
        assert await fetching.expire_due() == 1
    assert not await ExportPart.all().count()
    assert (await Export.get(id=export.id)).state == "expired"


@pytest.mark.parametrize("reason", ["", "  ", "报表", "aaaaaaaaaa", "。 。 。 。 。 。"])
async def test_without_a_real_reason_there_is_no_file(people: dict[str, Staff], reason: str) -> None:
    with pytest.raises(Refused, match="用途"):
        await asking.ask("t_csv", {"n": 5}, reason, people["director"])


async def test_who_may_not_export_or_not_see_gets_nothing(people: dict[str, Staff]) -> None:
    people["reviewer"].role = "administrator"
    with pytest.raises(Forbidden):
        await asking.ask("t_csv", {"n": 5}, WHY, people["reviewer"])


async def test_many_rows_wait_for_a_second_person(people: dict[str, Staff]) -> None:
    most = settings.get().export_free_rows
    export = await asking.ask("t_csv", {"n": most + 1}, WHY, people["director"])
    assert export.state == "waiting"
    await tasks.prepare.now(export.id)
    assert (await Export.get(id=export.id)).state == "waiting"
    asked = await Approval.get(subject="export", subject_id=export.id)
    assert dict(asked.summary["lines"])["用途"] == WHY
    with pytest.raises(Refused):
        await approvals.approve(asked.id, asked.content_hash, people["director"])
    await approvals.approve(asked.id, asked.content_hash, people["branch_head"])
    await tasks.prepare.now(export.id)
    assert (await Export.get(id=export.id)).state == "ready"


async def test_personal_data_in_the_clear_always_waits_and_a_no_ends_it(people: dict[str, Staff]) -> None:
    export = await asking.ask("t_clear", {"n": 1}, WHY, people["director"])
    asked = await Approval.get(subject="export", subject_id=export.id)
    await approvals.give_back(asked.id, "脱敏后再导", people["branch_head"])
    export = await Export.get(id=export.id)
    assert (export.state, export.problem) == ("refused", "脱敏后再导")


async def test_what_was_changed_after_it_was_asked_can_not_be_approved(people: dict[str, Staff]) -> None:
    export = await asking.ask("t_clear", {"n": 1}, WHY, people["director"])
    asked = await Approval.get(subject="export", subject_id=export.id)
    await Export.filter(id=export.id).update(params={"n": 100_000})
    with pytest.raises(Refused):
        await approvals.approve(asked.id, asked.content_hash, people["branch_head"])
    assert (await Export.get(id=export.id)).state == "refused"


async def test_a_file_that_grew_far_beyond_what_was_asked_is_not_made(people: dict[str, Staff]) -> None:
    export = await _ready("t_csv", 10, people["director"], grown=200)
    assert export.state == "failed"
    assert not await ExportPart.all().count()


async def test_a_day_has_a_limit_of_files_and_of_rows(
    people: dict[str, Staff], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUILIU_EXPORTS_PER_DAY", "2")
    monkeypatch.setenv("HUILIU_EXPORT_ROWS_PER_DAY", "100")
    settings.forget()
    await asking.ask("t_csv", {"n": 60}, WHY, people["director"])
    with pytest.raises(Refused, match="还能导出 40 行"):
        await asking.ask("t_csv", {"n": 41}, WHY, people["director"])
    await asking.ask("t_csv", {"n": 40}, WHY, people["director"])
    with pytest.raises(Refused, match="每日上限"):
        await asking.ask("t_csv", {"n": 1}, WHY, people["director"])
    monkeypatch.undo()
    settings.forget()


async def test_pieces_are_sealed_and_a_maker_who_died_is_followed_by_another(
    people: dict[str, Staff], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "PIECE", 2_000)
    export = await asking.ask("t_csv", {"n": 900}, WHY, people["director"])
    await Export.filter(id=export.id).update(leased_until=clock.now() + timedelta(minutes=5))
    await tasks.sweep.now()
    assert (await Export.get(id=export.id)).state == "preparing"
    with clock.frozen(clock.now() + timedelta(minutes=6)):
        await tasks.sweep.now()
    export = await Export.get(id=export.id)
    assert await ExportPart.filter(export_id=export.id).count() > 5
    sealed = b"".join(row["body_sealed"] for row in await database.fetch("SELECT body_sealed FROM export_part"))
    assert "支行".encode() not in sealed
    assert (await _fetched(export, people["director"])).count(b"\r\n") == 902


async def test_a_workbook_opens_with_every_sheet_and_every_sign(people: dict[str, Staff]) -> None:
    await Export.all().count()
    exporters.register(exporters.of("t_book"))
    export = await _ready("t_book", 2, people["director"])
    book = openpyxl.load_workbook(io.BytesIO(await _fetched(export, people["director"])))
    assert book.sheetnames == ["甲", "乙"]
    assert [cell.value for cell in book["乙"][2]][:2] == ["b", "c"]
    assert book["乙"].cell(3, 1).value.strip() == "二 <&>"
    export = await _ready("t_xlsx", 3, people["director"])
    sheet = openpyxl.load_workbook(io.BytesIO(await _fetched(export, people["director"]))).active
    assert sheet.cell(4, 4).value == 1.5
    assert sheet.cell(3, 3).value.strip() == "'=1+1"


@pytest.mark.parametrize("kind", ["t_csv", "t_xlsx"])
async def test_a_cut_and_shuffled_copy_is_still_traced(people: dict[str, Staff], tmp_path: Path, kind: str) -> None:
    copies = [await _ready(kind, 200, people[who]) for who in ("director", "marketing", "director", "branch_head")]
    contents = [
        await _fetched(copy, copy.asked_by if False else await Staff.get(id=copy.asked_by_id)) for copy in copies
    ]
    path = tmp_path / f"file.{kind[2:]}"
    path.write_bytes(contents[2])
    traced = await tracing.trace(path)
    assert traced.copy is not None
    assert (traced.copy.export_id, traced.copy.by_line, traced.line_id) == (copies[2].id, True, copies[2].id)
    rows = list(tracing._rows(path))[2:]
    random.Random(7).shuffle(rows)
    cut = tmp_path / "cut.csv"
    with cut.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([row[0], row[2]] for row in rows[:60])
    traced = await tracing.trace(cut)
    assert traced.copy is not None
    assert (traced.copy.export_id, traced.copy.by_line, traced.line_id) == (copies[2].id, False, None)


async def test_a_copy_is_traced_whatever_it_is_called_now(people: dict[str, Staff], tmp_path: Path) -> None:
    export = await _ready("t_xlsx", 60, people["director"])
    path = tmp_path / "found"
    path.write_bytes(await _fetched(export, people["director"]))
    traced = await tracing.trace(path)
    assert traced.copy is not None
    assert traced.copy.export_id == export.id


@pytest.mark.parametrize("content", [b'"' + b"x" * 200_000, b"PK\x05\x06" + bytes(18)], ids=["no table", "no sheets"])
async def test_what_can_not_be_read_is_said_in_a_sentence(db: None, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "found.csv"
    path.write_bytes(content)
    with pytest.raises(Refused, match="工作簿"):
        await tracing.trace(path)


async def test_a_file_of_nobody_is_traced_to_nobody(people: dict[str, Staff], tmp_path: Path) -> None:
    await _ready("t_csv", 20, people["director"])
    path = tmp_path / "other.csv"
    path.write_text("\n".join(f"{n},文字{n}" + " " * (n % 2) for n in range(300)), encoding="utf-8")
    assert (await tracing.trace(path)).copy is None
