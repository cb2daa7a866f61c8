"""Very many callbacks, doubled, out of order or lost, in bursts: after one pass the product knows what WeCom knows."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from community.reconciling import tasks as reconciling
from tests.flows.crowd import Crowd
from tests.flows.instances import Instance
from tests.waiting import until

BURST = 1000
SIZES = (
    pytest.param(2_000, id="short", marks=pytest.mark.prove),
    pytest.param(100_000, id="long", marks=[pytest.mark.prove, pytest.mark.long]),
)
UNHANDLED = "SELECT count(*) FROM callback WHERE state IN ('received', 'claimed', 'failed')"
# each life of a contact and each coming into a group has one entry, however often and late it was told
TOLD_TWICE = """
SELECT (SELECT count(*) FROM (
    SELECT c.client_id, sum(c.times_added) AS lives FROM contact c WHERE c.external_userid LIKE 'wmsoak%' GROUP BY 1
  ) a WHERE lives <> (SELECT count(*) FROM timeline_entry t WHERE t.client_id = a.client_id AND kind = 'contact.added')
) + (SELECT count(*) FROM membership m JOIN client_group g ON g.id = m.group_id
  WHERE m.is_client AND m.member_id LIKE 'wmsoak%' AND m.times_joined <> (
    SELECT count(*) FROM timeline_entry t WHERE t.client_id = m.client_id AND kind = 'group.joined'
      AND (t.detail->>'group')::bigint = g.id)
)
"""


@pytest.mark.parametrize("callbacks", SIZES)
@pytest.mark.timeout(5400)
async def test_disorder_ends_in_what_wecom_knows_and_every_effect_happens_once(
    instance: Instance, callbacks: int
) -> None:
    sandbox = instance.sandbox
    crowd = Crowd(callbacks, sandbox)
    await crowd.begin()
    await sandbox.switches(callback_retry_s=[0, 1])
    await sandbox.disorder(duplicate=0.3, drop=0.02, reorder=0.1, reorder_ms=300)
    try:
        # the duplicates count as well
        await crowd.act(int(callbacks / 1.3), BURST)
    finally:
        await sandbox.calm()
        await sandbox.switches(callback_retry_s=[0, 5])
    patience = 60 + callbacks / 20
    assert await sandbox.settle(timeout=patience)
    await until(lambda: none_is_left(instance, UNHANDLED), seconds=patience)
    # the pass spares contacts of the last minute, whose news may still be on its way: as if it had passed
    await instance.database.execute("UPDATE contact SET added_at = added_at - interval '2 minutes'")
    before = await instance.value("SELECT coalesce(max(id), 0) FROM reconcile_run")
    await instance.wake(reconciling.reconcile)
    runs = f"SELECT 4 - count(*) FROM reconcile_run WHERE complete AND id > {before} AND scope <> 'staff'"
    await until(lambda: none_is_left(instance, runs), seconds=patience)
    told = await sandbox.people("groups", "relations", "tags")
    assert await known_members(instance) == {
        one["chat_id"]: set(one["members"]) for one in told["groups"] if not one["dismissed"]
    }
    relations = {(one["userid"], one["external_userid"]): frozenset(one["tags"]) for one in told["relations"]}
    known = await known_contacts(instance)
    assert set(known) == set(relations)
    assert {pair: tags for pair, tags in known.items() if relations[pair] != tags} == {}
    assert await known_tags(instance) == {(one["id"], one["name"]) for one in told["tags"]}
    assert await instance.value(TOLD_TWICE) == 0
    assert await instance.value("SELECT count(*) FROM callback WHERE state = 'dead'") == 0
    welcomed = await sandbox.reached(kind="welcome")
    times = Counter({who: sum(kinds.values()) for who, kinds in welcomed["people"].items() if who.startswith("wmsoak")})
    assert set(times.values()) <= {1}, "nobody is welcomed twice"


async def none_is_left(instance: Instance, sql: str) -> bool:
    return int(await instance.value(sql)) <= 0


async def known_members(instance: Instance) -> dict[str, set[str]]:
    sql = (
        "SELECT g.chat_id, m.member_id FROM client_group g JOIN membership m ON m.group_id = g.id"
        " WHERE g.status = 'active' AND m.left_at IS NULL"
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in await instance.rows(sql):
        found[row["chat_id"]].add(row["member_id"])
    return dict(found)


async def known_contacts(instance: Instance) -> dict[tuple[str, str], frozenset[str]]:
    rows = await instance.rows(
        "SELECT c.userid, c.external_userid, array_remove(array_agg(t.wecom_id), NULL) AS tags FROM contact c"
        " LEFT JOIN contact_tag k ON k.contact_id = c.id LEFT JOIN corp_tag t ON t.id = k.corp_tag_id"
        " WHERE c.ended_at IS NULL GROUP BY c.id"
    )
    return {(row["userid"], row["external_userid"]): frozenset(row["tags"]) for row in rows}


async def known_tags(instance: Instance) -> set[tuple[str, str]]:
    rows = await instance.rows("SELECT wecom_id, name FROM corp_tag WHERE deleted_at IS NULL")
    return {(row["wecom_id"], row["name"]) for row in rows}
