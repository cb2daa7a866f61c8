"""Erasing clients: nothing stored names them any more, what the law keeps stays, and the evidence tells all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from community.clients import identities
from community.privacy import answering, erasing, erasures, pack, requests, retained
from community.privacy.models import PrivacyRequest
from kernel import database
from staff import approvals, interests
from staff.models import Approval, AuditEntry, Interest, Staff
from tests.flows import remembering, traces


async def erase_all(people: remembering.People) -> list[PrivacyRequest]:
    """Every one of them asks by letter, and is erased together with the others."""
    asker = await Staff.create(login="r1", name="复核一", role="reviewer", reach="bank")
    asked = [await requests.ask(one, "erase", "letter", by=asker) for one in people.ids]
    await database.execute("UPDATE privacy_request SET state = 'approved' WHERE kind = 'erase'")
    assert await erasures.erase_now([one.id for one in asked]) == len(people.ids)
    return await PrivacyRequest.filter(id__in=[one.id for one in asked]).order_by("id")


async def check(tmp_path: Path, count: int) -> None:
    """The whole story for so many clients, beside others who stay."""
    leaving, staying = await remembering.make(count, "甲"), await remembering.make(5, "乙")
    assert all((await traces.tables_of(leaving)).values()), "a table that points at clients has no row here"
    before = await traces.found(leaving, tmp_path)
    assert {"client.name_sealed", "send.body_sealed", "callback.body_sealed", "import_refusal.row_sealed"} <= set(
        before
    )
    others = await traces.found(staying, tmp_path)
    asked = await erase_all(leaving)
    assert await traces.found(leaving, tmp_path) == {}
    assert await traces.found(staying, tmp_path) == others
    left = {table for table, rows in (await traces.tables_of(leaving)).items() if rows}
    assert left <= {one.table for one in retained.RETAINED}, "what stays is named with its basis"
    for request in asked:
        told = request.evidence
        assert answering_is_whole(told)
        assert told["clients_together"] == count
        assert told["tables"]["client"] == told["tables"]["fan"] == told["tables"]["account"] == count
        assert told["tables"]["callback"] == count
        assert [one["table"] for one in told["retained"]] == [one.table for one in retained.RETAINED]
    assert await AuditEntry.filter(action="privacy.erased").count() == count


def answering_is_whole(told: dict[str, object]) -> bool:
    """The evidence as written, and not when a number in it was changed."""
    altered = told | {"client": 0}
    return erasures.is_whole(told) and not erasures.is_whole(altered)


async def test_nothing_names_an_erased_client_any_more(db: None, tmp_path: Path) -> None:
    await check(tmp_path, 40)


@pytest.mark.prove
@pytest.mark.timeout(900)
async def test_a_thousand_clients_are_erased_without_a_trace(db: None, tmp_path: Path) -> None:
    await check(tmp_path, 1_000)


async def test_whoever_was_merged_into_an_erased_client_is_erased_too(db: None, tmp_path: Path) -> None:
    people, others = await remembering.make(1, "甲"), await remembering.make(1, "乙")
    await identities.merge(people.ids[0], others.ids[0])
    await erase_all(people)
    assert await traces.found(others, tmp_path) == {}
    assert await traces.found(people, tmp_path) == {}


async def test_an_erasure_asked_for_before_a_merge_reaches_whom_they_were_merged_into(db: None, tmp_path: Path) -> None:
    people, others = await remembering.make(1, "甲"), await remembering.make(1, "乙")
    asker = await Staff.create(login="r1", name="复核一", role="reviewer", reach="bank")
    asked = await requests.ask(others.ids[0], "erase", "letter", by=asker)
    await identities.merge(people.ids[0], others.ids[0])
    assert [one.id for one in await requests.of_client(people.ids[0]) if one.kind == "erase"] == [asked.id]
    assert len(await pack.of((await PrivacyRequest.get(id=asked.id)).client_id)) > 5, "and its copy holds what we hold"
    await PrivacyRequest.filter(id=asked.id).update(state="approved")
    assert await erasures.erase_now([asked.id]) == 1
    assert await traces.found(people, tmp_path) == {}
    assert await traces.found(others, tmp_path) == {}


async def test_an_erasure_by_an_old_number_reaches_whom_it_was_merged_into(db: None, tmp_path: Path) -> None:
    people, others = await remembering.make(1, "甲"), await remembering.make(1, "乙")
    await identities.merge(people.ids[0], others.ids[0])
    await erasing.erase(others.ids)
    assert await traces.found(people, tmp_path) == {}


async def test_a_place_in_a_group_or_an_audience_that_was_never_linked_goes_too(db: None, tmp_path: Path) -> None:
    people = await remembering.make(1, "甲")
    await database.execute("UPDATE membership SET client_id = NULL")
    await database.execute("UPDATE attendance SET client_id = NULL")
    await erase_all(people)
    assert await traces.found(people, tmp_path) == {}


async def test_what_a_member_of_staff_declared_about_a_client_names_them_no_more(db: None, tmp_path: Path) -> None:
    people = await remembering.make(1, "甲")
    person = await Staff.create(login="d1", name="总监一", role="director")
    for kind, ref in (("client", str(people.ids[0])), ("company", "某公司")):
        await interests.declare(kind, ref, "王甲0 的配偶" if kind == "client" else "持股", person)
    await erase_all(people)
    assert await traces.found(people, tmp_path) == {}
    assert [one.relation for one in await Interest.all().order_by("id")] == ["", "持股"]


async def test_an_erasure_needs_a_second_person_who_did_not_ask(db: None) -> None:
    people = await remembering.make(1, "甲")
    one = await Staff.create(login="r1", name="复核一", role="reviewer", reach="bank")
    other = await Staff.create(login="r2", name="复核二", role="reviewer", reach="bank")
    request = await requests.ask(people.ids[0], "erase", "staff", by=one)
    asked = await answering.ask_erasure(request.id, one)
    assert await erasures.erase_approved() == 0
    await approvals.approve(asked.id, asked.content_hash, other)
    assert (await Approval.get(id=asked.id)).state == "approved"
    assert await erasures.erase_approved() == 1
    request = await PrivacyRequest.get(id=request.id)
    assert (request.state, request.handled_by_id) == ("done", other.id)
    assert "腾讯" in request.answer


async def test_the_copy_of_everything_holds_every_table_that_points_at_the_client(db: None) -> None:
    people = await remembering.make(2, "甲")
    sections = await pack.of(people.ids[0])
    told = {one.table for one in sections}
    assert told >= set(await traces.tables_of(people))
    assert await pack.counts(people.ids[0]) == [(one.label, len(one.rows)) for one in sections]
    text = str([one.rows for one in sections])
    assert "王甲0" in text
    assert "acc甲0" in text
    assert "王甲1" not in text, "nobody else's"
    assert all(one.label != one.table for one in sections), "every table has a Chinese name"
