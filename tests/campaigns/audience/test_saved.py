"""Segments under a name, in versions; conditions that name them; lists of clients brought along; overlaps."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns.audience import conditions, describing, including, lists, reaching, saved, segments
from campaigns.audience.deciding import Audience
from campaigns.audience.lists import Row
from campaigns.planning import fingerprint, overlapping, preflight
from community.clients import identities, personal
from kernel import clock, database
from kernel.errors import Forbidden, NotFound, Refused
from staff.models import Branch, Staff
from tests.campaigns.conftest import Cast, approved, draft_of, make_clients

FANS = {"field": "fan", "op": "is"}
WOMEN = {"field": "gender", "op": "in", "value": ["f"]}


def _in(reference: str) -> dict[str, Any]:
    return {"field": "segment", "op": "in", "value": [reference]}


def _audience(by: Staff, tree: dict[str, Any]) -> Audience:
    return Audience(by, "wecom_message", tree, "salt")


async def test_a_segment_is_kept_under_one_name_and_each_change_is_a_version(cast: Cast) -> None:
    kept = await saved.save("粉丝", FANS, cast.li)
    assert (await saved.save("粉丝们", FANS, cast.li, kept.id)).version == 1
    assert (await saved.save("粉丝们", WOMEN, cast.li, kept.id, seen=1)).version == 2
    with pytest.raises(Refused, match="同名"):
        await saved.save("粉丝们", FANS, cast.li)
    with pytest.raises(Refused, match="别人修改过"):
        await saved.save("粉丝们", FANS, cast.li, kept.id, seen=1)
    assert [(one.version, one.conditions) for one in await saved.versions(kept.id, cast.li)] == [(2, WOMEN), (1, FANS)]
    with pytest.raises(Forbidden):
        await saved.lines(cast.chen)


async def test_what_names_a_segment_means_its_version_whatever_happens_later(cast: Cast) -> None:
    await make_clients(cast, 3, fans=True)
    await make_clients(cast, 5)
    kept = await saved.save("粉丝", FANS, cast.li)
    outer = await saved.save("不是粉丝", {"field": "segment", "op": "not_in", "value": [f"{kept.id}.1"]}, cast.li)
    await saved.save("粉丝", WOMEN, cast.li, kept.id)
    assert await segments.count(_audience(cast.li, _in(f"{kept.id}.1"))) == 3
    assert await segments.count(_audience(cast.li, _in(f"{kept.id}.2"))) == 8
    assert await segments.count(_audience(cast.li, _in(f"{outer.id}.1"))) == 5
    assert {leaf["field"] for leaf in await including.all_leaves(_in(f"{outer.id}.1"))} == {"segment", "fan"}


async def test_a_campaign_keeps_the_version_it_was_approved_with_and_is_told_of_a_newer_one(cast: Cast) -> None:
    await make_clients(cast, 4)
    kept = await saved.save("女客户", WOMEN, cast.li)
    campaign = await draft_of(cast, tree=_in(f"{kept.id}.1"))
    before = await fingerprint.of(campaign)
    assert "audience.outdated" not in {one.code for one in await preflight.check(campaign)}
    await saved.save("女客户", FANS, cast.li, kept.id)
    assert await fingerprint.of(campaign) == before
    told = {one.code: one for one in await preflight.check(campaign)}["audience.outdated"]
    assert told.message == "受众用的分群不是最新版本（女客户：第 1 版，最新第 2 版）"
    assert not told.is_blocking
    assert "女客户 第 1 版：性别是“女”" in await describing.describe(campaign.conditions)
    assert (await saved.labels())[f"{kept.id}.1"] == "女客户（第 1 版）"


async def test_a_branch_inside_a_segment_belongs_to_the_approved_scope(cast: Cast) -> None:
    kept = await saved.save("深圳", {"field": "branch", "op": "in", "value": [cast.branch.id]}, cast.li)
    campaign = await draft_of(cast, tree=_in(f"{kept.id}.1"))
    named = (await fingerprint.scope_of(campaign.author_id, campaign.conditions))["named"]
    assert named == (await fingerprint.scope_of(campaign.author_id, kept.conditions))["named"] != []


async def test_segments_that_multiply_each_other_are_refused(cast: Cast) -> None:
    kept = await saved.save("0", FANS, cast.li)
    tree: dict[str, Any] = {}
    with pytest.raises(Refused, match="条件最多 400 条"):
        for place in range(1, 12):
            tree = {"op": "and", "items": [_in(f"{kept.id}.1")] * 2}
            kept = await saved.save(str(place), tree, cast.li)
    with pytest.raises(Refused, match="已不存在"):
        await saved.save("空", _in("999.1"), cast.li)
    with pytest.raises(Refused, match="已不存在"):
        conditions.compile_tree(_in("999.1"), now=clock.now())


async def test_a_retired_segment_is_not_offered_and_goes_on_working(cast: Cast) -> None:
    await make_clients(cast, 2, fans=True)
    kept = await saved.save("粉丝", FANS, cast.li)
    assert await saved.choices() == [(f"{kept.id}.1", "粉丝（第 1 版）")]
    await saved.retire(kept.id, cast.li)
    assert await saved.choices() == []
    assert await segments.count(_audience(cast.li, _in(f"{kept.id}.1"))) == 2
    await saved.retire(kept.id, cast.li, back=True)
    assert len(await saved.lines(cast.li)) == 1


async def test_a_list_takes_known_clients_and_says_of_each_other_row_why_not(cast: Cast) -> None:
    mine = [(await identities.find_or_create("openid", "wx", f"o{place}", source="t")).id for place in range(3)]
    await database.execute("UPDATE client SET owner_id = $2 WHERE id = ANY($1::bigint[])", mine, cast.chen.id)
    for client_id, number in zip(mine, ("K1", "K2", "K3"), strict=True):
        await _number(client_id, number)
    rows = [Row(2, "K1"), Row(3, "K2"), Row(4, "K1"), Row(5, ""), Row(6, "6.2E+18"), Row(7, "K9"), Row(8, "K" * 50)]
    made = await lists.take_in("春季名单", rows, cast.li)
    assert (made.rows_total, made.rows_found, made.rows_refused) == (7, 2, 5)
    told = [(one.row_number, one.code) for one in await lists.refusals(made.id, limit=10)]
    assert told == [
        (4, "row.duplicate"), (5, "row.empty"), (6, "row.scientific"), (7, "row.unknown"), (8, "row.too_long")
    ]  # fmt: skip
    on_it = {"field": "list", "op": "in", "value": [made.id]}
    assert await segments.count(_audience(cast.li, on_it)) == 2
    with pytest.raises(Refused, match="同名"):
        await lists.take_in("春季名单", rows, cast.li)


async def _number(client_id: int, number: str) -> None:
    await database.execute(
        "INSERT INTO identity (client_id, kind, scope, value) VALUES ($1, 'bank_number', 'haiyue', $2)",
        *(client_id, personal.bank_number_index(number)),
    )


async def test_a_list_finds_nobody_beyond_the_scope_and_is_hidden_from_others(cast: Cast) -> None:
    client_id = (await make_clients(cast, 1))[0]
    await _number(client_id, "K1")
    other = await Branch.create(code="gz", name="广州分行")
    stranger = await Staff.create(login="gz", name="广州", role="marketing", reach="branch", branch=other)
    made = await lists.take_in("别处", [Row(1, "K1")], stranger)
    assert (made.rows_found, made.rows_refused) == (0, 1)
    own = await lists.take_in("本处", [Row(1, "K1")], cast.li)
    with pytest.raises(NotFound):
        await lists.get(own.id, stranger)
    # whoever uses somebody's list still reaches the own clients only
    on_it = {"field": "list", "op": "in", "value": [own.id]}
    assert await segments.count(_audience(stranger, on_it)) == 0


async def test_the_reach_of_each_channel_counts_ties_windows_and_what_quotas_leave(cast: Cast) -> None:
    await make_clients(cast, 4)
    ids = await make_clients(cast, 3, contacts=False, fans=True)
    await database.execute("UPDATE fan SET window_left = 0 WHERE client_id = $1", ids[0])
    found = {one.channel: (one.clients, one.open) for one in await reaching.now(_audience(cast.li, {}))}
    assert found["wecom_message"] == (4, 4)
    assert found["oa_service"] == (2, 2)
    assert found["oa_mass"][0] == 3


async def test_other_campaigns_that_speak_to_the_same_people_are_counted(cast: Cast) -> None:
    await make_clients(cast, 4)
    other = await approved(cast)
    found = await overlapping.of(_audience(cast.li, {}), cast.li)
    assert [(one.campaign_id, one.clients) for one in found] == [(other.id, 4)]
    assert await overlapping.of(_audience(cast.li, {}), cast.li, but=other.id) == []
    assert await overlapping.of(_audience(cast.li, FANS), cast.li) == []
