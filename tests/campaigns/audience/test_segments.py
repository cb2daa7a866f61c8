"""What the editor shows of an audience is what will happen, step by step, and nobody's name in the clear."""

from __future__ import annotations

import random

from campaigns.audience import deciding, describing, sampling, saved, segments
from campaigns.audience.deciding import Audience
from community.sending import policies
from kernel import clock, database
from staff.models import Branch, Staff
from tests.campaigns.audience import trees
from tests.campaigns.conftest import Cast, make_clients


def _audience(cast: Cast, *, by: Staff | None = None, channel: str = "wecom_message", control: int = 0) -> Audience:
    return Audience(by or cast.li, channel, {}, "salt", control)


async def test_the_waterfall_names_each_reason_once_and_adds_up(cast: Cast) -> None:
    ids = await make_clients(cast, 200)
    await make_clients(cast, 10, contacts=False)
    await database.execute("UPDATE client SET marketing_consent = FALSE WHERE id = ANY($1::bigint[])", ids[:20])
    # opted out and without consent: the first reason counts
    await database.execute("UPDATE client SET opted_out_at = now() WHERE id = ANY($1::bigint[])", ids[10:30])
    await policies.save(clock.today(), policies.Policy(monthly_cap=1, holdout_percent=10))
    await database.execute(
        "INSERT INTO send (key, purpose, channel, client_id, recipient, due_at, counted_on)"
        " SELECT 'x' || id, 'marketing', 'wecom_message', id, 'x', now(), $2 FROM unnest($1::bigint[]) AS c(id)",
        *(ids[100:150], clock.today()),
    )
    people = await segments.waterfall(_audience(cast, control=20))
    found = {line.reason: line.clients for line in people.exclusions}
    assert people.total == 210 == people.due + sum(found.values())
    assert (found["opted_out"], found["no_consent"], found["no_channel"]) == (20, 10, 10)
    held = {client for client in ids[30:] if policies.is_held_out(client, 10, policies.season(clock.today()))}
    assert found["global_holdout"] == len(held)
    assert found["capped"] == len(set(ids[100:150]) - held)
    drawn = [client for client in ids[30:] if sampling.arm(sampling.bucket("salt", client), 20) == "control"]
    assert found["held_out"] == len(set(drawn) - held - set(ids[100:150]))
    assert [line.reason for line in people.exclusions] == [one for one in deciding.REASONS if one in found]


async def test_the_count_is_the_total_of_the_waterfall(cast: Cast) -> None:
    await make_clients(cast, 12)
    assert await segments.count(_audience(cast)) == (await segments.waterfall(_audience(cast))).total == 12


async def test_an_author_reaches_only_the_own_scope(cast: Cast) -> None:
    await make_clients(cast, 5)
    other = await Branch.create(code="gz", name="广州分行")
    stranger = await Staff.create(login="gz", name="广州", role="marketing", reach="branch", branch=other)
    assert await segments.count(_audience(cast, by=stranger)) == 0
    assert await segments.count(_audience(cast, by=cast.chen)) == 5
    assert await segments.count(_audience(cast, by=cast.zhao)) == 5


async def test_a_closed_service_window_is_no_channel_now(cast: Cast) -> None:
    ids = await make_clients(cast, 4, contacts=False, fans=True)
    await database.execute("UPDATE fan SET window_left = 0 WHERE client_id = $1", ids[0])
    await database.execute("UPDATE fan SET window_until = now() - interval '1 hour' WHERE client_id = $1", ids[1])
    await database.execute("UPDATE fan SET subscribed = FALSE WHERE client_id = $1", ids[2])
    people = await segments.waterfall(_audience(cast, channel="oa_service"))
    assert (people.due, people.exclusions[0]) == (1, ("no_channel", "当前渠道触达不到", 3))


async def test_the_sample_is_masked_and_limited(cast: Cast) -> None:
    from community.clients import personal

    ids = await make_clients(cast, 30)
    for client_id in ids:
        sealed = personal.seal_name(client_id, "王小芳")
        await database.execute("UPDATE client SET name_sealed = $2 WHERE id = $1", client_id, sealed)
    sampled = await segments.sample(_audience(cast), cast.li)
    assert len(sampled) == 20
    assert {(one.name, one.owner, one.branch, one.label) for one in sampled} == {
        ("王*芳", "陈经理", "深圳分行", "将会发送")
    }


async def test_the_sample_shows_only_clients_whom_the_reader_may_see(cast: Cast) -> None:
    await make_clients(cast, 10)
    elsewhere = await Branch.create(code="gz", name="广州分行")
    stranger = await Staff.create(login="gz", name="广州", role="branch_head", reach="branch", branch=elsewhere)
    assert len(await segments.sample(_audience(cast), cast.zhao)) == 10
    assert await segments.sample(_audience(cast), stranger) == []
    assert await segments.count(_audience(cast)) == 10


async def test_conditions_read_as_a_sentence(cast: Cast) -> None:
    tree = {
        "op": "and",
        "items": [
            {"field": "branch", "op": "in", "value": [cast.branch.id]},
            {"op": "or", "items": [{"field": "fan", "op": "is"}, {"field": "activity", "op": "within", "value": 30}]},
            {"field": "balance", "op": "between", "value": [50_000_000, None]},
        ],
    }
    said = await describing.describe(tree)
    assert said == "所属机构是“深圳分行”，且 （是公众号粉丝，或 最近活跃在 30 天内），且 最新资产在 50 万元 及以上"


async def test_every_leaf_reads_as_a_sentence_and_names_what_it_refers_to(cast: Cast) -> None:
    chance = random.Random(3)
    kept = await saved.save("高净值", {"field": "tier", "op": "in", "value": ["gold"]}, cast.li)
    for question in trees.QUESTIONS:
        leaf = trees.leaf(chance, [f"{kept.id}.1"], question)
        said = await describing.describe(leaf)
        assert said
        assert "{" not in said
        assert question[0] not in said
    said = await describing.describe({"field": "segment", "op": "in", "value": [f"{kept.id}.1"]})
    assert said.startswith("属于分群“高净值 第 1 版：客户等级是“")
