"""Taking over one page of WeCom's own list of contacts, as the nightly pass reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from community.clients import identities, ownership, registering, returning, timeline
from community.clients.timeline import Fact
from kernel import clock, database
from wechat.shapes import Contact, Relation

REOPEN = """
UPDATE contact o SET ended_at = NULL, ended_how = '', times_added = times_added + 1, added_at = g.added_at
FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS g(userid, external_userid, added_at)
WHERE o.corpid = $1 AND o.userid = g.userid AND o.external_userid = g.external_userid AND o.ended_at < $5
RETURNING o.client_id, o.staff_id, o.added_at
"""
SEE = """
INSERT INTO contact AS o (client_id, staff_id, corpid, userid, external_userid, state_param, add_way, added_at,
  read_at, seen_run_id)
SELECT g.client_id, s.id, $1, g.userid, g.external_userid, g.state, g.add_way, g.added_at, $8, $9
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::int[], $7::timestamptz[])
  AS g(client_id, userid, external_userid, state, add_way, added_at)
LEFT JOIN staff s ON s.wecom_userid = g.userid
ON CONFLICT (corpid, userid, external_userid) DO UPDATE SET staff_id = coalesce(excluded.staff_id, o.staff_id),
  add_way = excluded.add_way, added_at = coalesce(o.added_at, excluded.added_at), read_at = excluded.read_at,
  seen_run_id = greatest(o.seen_run_id, excluded.seen_run_id)
RETURNING client_id, staff_id, added_at, xmax = 0 AS is_new
"""
UNSEEN = """
SELECT count(*) FILTER (WHERE coalesce(seen_run_id, 0) < $2 AND coalesce(added_at, created_at) < $3) AS gone,
  count(*) AS all
FROM contact WHERE corpid = $1 AND ended_at IS NULL
"""
END_UNSEEN = """
UPDATE contact SET ended_at = $4, ended_how = 'gone'
WHERE corpid = $1 AND ended_at IS NULL AND coalesce(seen_run_id, 0) < $2 AND coalesce(added_at, created_at) < $3
RETURNING client_id, staff_id, ended_at AS added_at
"""
MARGIN = timedelta(minutes=1)
"""WeCom's clock and ours may differ by so much."""


class Pass(NamedTuple):
    """One full pass: its number (later ones are higher) and when it began."""

    run_id: int
    corpid: str
    started_at: datetime


async def see(this: Pass, page: Sequence[Contact]) -> int:
    """Take over one page (each contact with the relation it was found by); how many contacts are news to us."""
    async with database.transaction():
        pairs = [(contact, relation) for contact in await _present(this, page) for relation in contact.relations]
        if not pairs:
            return 0
        people = [(contact.external_userid, contact.unionid) for contact, _ in pairs]
        found = await identities.find_or_create_many("external_id", this.corpid, people, source="wecom")
        ids = {value: one.client_id for value, one in found.items()}
        await registering.name_if_unknown({ids[contact.external_userid]: contact.name for contact, _ in pairs})
        userids = [relation.userid for _, relation in pairs]
        externals = [contact.external_userid for contact, _ in pairs]
        begun = [_began(relation) for _, relation in pairs]
        reopened = await database.fetch(REOPEN, this.corpid, userids, externals, begun, this.started_at)
        rows = await database.fetch(
            SEE,
            this.corpid,
            [ids[external] for external in externals],
            userids,
            externals,
            [relation.state[:64] for _, relation in pairs],
            [relation.add_way for _, relation in pairs],
            begun,
            clock.now(),
            this.run_id,
        )
        news = reopened + [row for row in rows if row["is_new"]]
        await _note(news)
        return len(news)


async def unseen(this: Pass) -> tuple[int, int]:
    """(contacts that this pass did not see though they are older, all present contacts)."""
    row = await database.fetch_one(UNSEEN, this.corpid, this.run_id, this.started_at - MARGIN)
    return (row["gone"], row["all"]) if row else (0, 0)


async def end_unseen(this: Pass) -> int:
    """End the contacts that a complete pass did not see; how many."""
    async with database.transaction():
        rows = await database.fetch(END_UNSEEN, this.corpid, this.run_id, this.started_at - MARGIN, clock.now())
        detail = {"how": "gone"}
        await timeline.record_each([Fact(row["client_id"], "contact.lost", row["added_at"], detail) for row in rows])
        return len(rows)


async def _present(this: Pass, page: Sequence[Contact]) -> list[Contact]:
    # WeCom still lists whom we erased: only somebody who added a member since has come back
    acts = {one.external_userid: max((r.added_at for r in one.relations if r.added_at), default=None) for one in page}
    away = await returning.kept_away("external_id", this.corpid, acts)
    return [one for one in page if one.external_userid not in away]


def _began(relation: Relation) -> datetime:
    return relation.added_at or clock.now()


async def _note(news: Sequence[database.Row]) -> None:
    facts = [Fact(row["client_id"], "contact.added", row["added_at"], {"staff": row["staff_id"]}) for row in news]
    await timeline.record_each(facts)
    clients_of: dict[int, list[int]] = defaultdict(list)
    for row in news:
        if row["staff_id"] is not None:
            clients_of[row["staff_id"]].append(row["client_id"])
    for staff_id, client_ids in sorted(clients_of.items()):
        await ownership.assign_if_free(client_ids, staff_id)
