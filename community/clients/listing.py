"""Taking over one page of WeCom's own list of contacts, as the passes read it, and ending what a full list lacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from community.clients import contact_tags, contacts, identities, ownership, registering, returning, timeline
from community.clients.timeline import Fact
from kernel import clock, database
from wechat.shapes import Contact, Relation

REOPEN = """
UPDATE contact o SET ended_at = NULL, ended_how = '', times_added = times_added + 1, added_at = g.added_at
FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS g(userid, external_userid, added_at)
WHERE o.corpid = $1 AND o.userid = g.userid AND o.external_userid = g.external_userid AND o.ended_at < $5
RETURNING o.id, o.client_id, o.staff_id, o.added_at
"""
SEE = """
INSERT INTO contact AS o (client_id, staff_id, corpid, userid, external_userid, state_param, add_way, added_at,
  read_at, seen_run_id)
SELECT g.client_id, s.id, $1, g.userid, g.external_userid, g.state, g.add_way, g.added_at, $8, $9
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::int[], $7::timestamptz[])
  AS g(client_id, userid, external_userid, state, add_way, added_at)
LEFT JOIN staff s ON s.wecom_userid = g.userid AND s.wecom_corpid = ANY($10::text[])
ON CONFLICT (corpid, userid, external_userid) DO UPDATE SET staff_id = coalesce(excluded.staff_id, o.staff_id),
  add_way = excluded.add_way, added_at = coalesce(o.added_at, excluded.added_at), read_at = excluded.read_at,
  seen_run_id = greatest(o.seen_run_id, excluded.seen_run_id)
RETURNING id, client_id, staff_id, userid, external_userid, added_at, xmax = 0 AS is_new
"""
SEEN = """
UPDATE contact SET seen_run_id = greatest(seen_run_id, $4)
WHERE corpid = $1 AND userid = $2 AND external_userid = ANY($3::text[]) AND ended_at IS NULL
"""
UNKNOWN = """
SELECT g.id FROM unnest($3::text[]) AS g(id) LEFT JOIN contact c
  ON c.corpid = $1 AND c.userid = $2 AND c.external_userid = g.id AND c.ended_at IS NULL
WHERE c.id IS NULL
"""
UNSEEN = """
SELECT id, client_id, userid, external_userid FROM contact
WHERE corpid = $1 AND ended_at IS NULL AND coalesce(seen_run_id, 0) < $2 AND coalesce(added_at, created_at) < $3
  AND userid = ANY($4::text[]) ORDER BY userid, id
"""
END = """
UPDATE contact SET ended_at = $2, ended_how = 'gone' WHERE id = ANY($1::bigint[]) AND ended_at IS NULL
RETURNING client_id, ended_at
"""
MARGIN = timedelta(minutes=1)
"""WeCom's clock and ours may differ by so much."""


class Pass(NamedTuple):
    """One full pass: its number (later ones are higher) and when it began."""

    run_id: int
    corpid: str
    started_at: datetime


class Seen(NamedTuple):
    """What one page was to us: contacts that are news (external id, client), how many tags came and went."""

    news: tuple[tuple[str, int], ...] = ()
    tags: contact_tags.Matched = contact_tags.Matched()


class Lost(NamedTuple):
    """A contact of ours that a list does not hold."""

    id: int
    client_id: int
    userid: str
    external_userid: str


async def see(this: Pass, page: Sequence[Contact]) -> Seen:
    """Take over one page (each contact with the relation it was found by); what of it is news to us."""
    async with database.transaction():
        pairs = [(contact, relation) for contact in await _present(this, page) for relation in contact.relations]
        if not pairs:
            return Seen()
        people = [(contact.external_userid, contact.unionid) for contact, _ in pairs]
        found = await identities.find_or_create_many("external_id", this.corpid, people, source="wecom")
        ids = {value: one.client_id for value, one in found.items()}
        await registering.name_if_unknown({ids[contact.external_userid]: contact.name for contact, _ in pairs})
        rows, reopened = await _write(this, pairs, ids)
        news = [row for row in rows if row["is_new"] or row["id"] in reopened]
        await _note(news)
        tag_ids = {(r.userid, contact.external_userid): r.tag_ids for contact, r in pairs}
        tags = {row["id"]: tag_ids[row["userid"], row["external_userid"]] for row in rows}
        matched = await contact_tags.match(this.corpid, tags)
        return Seen(tuple((row["external_userid"], row["client_id"]) for row in news), matched)


async def mark_seen(this: Pass, userid: str, external_ids: Sequence[str]) -> None:
    """Note that a member's list holds these."""
    await database.execute(SEEN, this.corpid, userid, list(external_ids), this.run_id)


async def unknown_of(corpid: str, userid: str, external_ids: Sequence[str]) -> list[str]:
    """Those of a member's clients who are no contacts of ours, or are no longer."""
    return [row["id"] for row in await database.fetch(UNKNOWN, corpid, userid, list(external_ids))]


async def count(corpid: str) -> int:
    """All present contacts of a corp."""
    sql = "SELECT count(*) FROM contact WHERE corpid = $1 AND ended_at IS NULL"
    return int(await database.fetch_value(sql, corpid))


async def unseen(this: Pass, userids: Sequence[str]) -> list[Lost]:
    """Contacts of these members that this pass did not see though they are older than it."""
    rows = await database.fetch(UNSEEN, this.corpid, this.run_id, this.started_at - MARGIN, list(userids))
    return [Lost(**row) for row in rows]


async def end(contact_ids: Sequence[int]) -> int:
    """End contacts that WeCom does not list any more; for how many it is news."""
    async with database.transaction():
        rows = await database.fetch(END, list(contact_ids), clock.now())
        detail = {"how": "gone"}
        await timeline.record_each([Fact(row["client_id"], "contact.lost", row["ended_at"], detail) for row in rows])
        return len(rows)


async def _present(this: Pass, page: Sequence[Contact]) -> list[Contact]:
    # WeCom still lists whom we erased: only somebody who added a member since has come back
    acts = {one.external_userid: max((r.added_at for r in one.relations if r.added_at), default=None) for one in page}
    away = await returning.kept_away("external_id", this.corpid, acts)
    return [one for one in page if one.external_userid not in away]


async def _write(
    this: Pass, pairs: Sequence[tuple[Contact, Relation]], ids: dict[str, int]
) -> tuple[list[database.Row], set[int]]:
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
        contacts.corp_names(this.corpid),
    )
    return rows, {row["id"] for row in reopened}


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
