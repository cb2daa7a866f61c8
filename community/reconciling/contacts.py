"""All contacts of all members who may have clients: full with names, tags and unionids, incremental by id only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from community.clients import contact_tags, library, listing
from community.clients.listing import Lost, Pass, Seen
from community.reconciling import believing, drift, pacing
from community.reconciling.passes import Incomplete, Taken, This
from wechat import doors
from wechat.events import Side
from wechat.shapes import Contact

SIDE: Side = "wecom"
MEMBERS_AT_ONCE = 100


class Found(NamedTuple):
    """One page: contacts with details, or (incremental) one member's ids, of which the unknown ones have details."""

    contacts: tuple[Contact, ...]
    userid: str = ""
    ids: tuple[str, ...] = ()


async def plan(this: This) -> list[list[str]]:
    """Members, a hundred at a time; one by one when only ids are compared."""
    userids = await doors.wecom(this.app).follow_users()
    if not userids:
        raise Incomplete("no member has clients, says WeCom")
    size = MEMBERS_AT_ONCE if this.is_full else 1
    return [userids[start : start + size] for start in range(0, len(userids), size)]


async def read(this: This, item: list[str], cursor: str) -> tuple[Found, str]:
    """A page of contacts of some members, or all ids of one."""
    if this.is_full:
        page = await doors.wecom(this.app).contacts_of(item, cursor)
        tag_ids = [tag for one in page.items for relation in one.relations for tag in relation.tag_ids]
        if await contact_tags.has_unknown(this.app, tag_ids):
            await library.read_tags(this.app)
        return Found(page.items), page.cursor
    (userid,) = item
    ids = await doors.wecom(this.app).external_ids_of(userid)
    unknown = await listing.unknown_of(this.app, userid, ids)
    return Found(await _details(this, userid, set(unknown)), userid, tuple(ids)), ""


async def take(this: This, found: Found) -> Taken:
    """Take a page over; what was missing here and which tags differed goes into the report."""
    if found.userid:
        await listing.mark_seen(_pass(this), found.userid, found.ids)
    seen = await listing.see(_pass(this), found.contacts)
    await drift.note(this.run_id, "contact", "missing_here", len(seen.news), samples=seen.news)
    await _note_tags(this, seen)
    return Taken(len(found.ids or found.contacts), len(seen.news), 0, seen.tags.added + seen.tags.removed)


async def finish(this: This) -> int:
    """End what the lists lack, after a second look at the lists of just those members."""
    userids = await doors.wecom(this.app).follow_users()
    lost = await listing.unseen(_pass(this), userids)
    await drift.note(
        this.run_id,
        "contact",
        "missing_there",
        len(lost),
        mended=0,
        samples=((one.external_userid, one.client_id) for one in lost),
    )
    believing.check(len(lost), await listing.count(this.app))
    gone = await _still_missing(this, lost)
    ended = await listing.end(gone)
    await drift.mend(this.run_id, "contact", "missing_there", ended)
    return ended


async def _still_missing(this: This, lost: Sequence[Lost]) -> list[int]:
    # a list that changes while its pages are read may skip somebody: only who is missing twice is gone
    by_member: dict[str, list[Lost]] = defaultdict(list)
    for one in lost:
        by_member[one.userid].append(one)
    gone: list[int] = []
    for userid, ours in by_member.items():
        await pacing.wait(this.app)
        theirs = set(await doors.wecom(this.app).external_ids_of(userid))
        gone += [one.id for one in ours if one.external_userid not in theirs]
    return gone


async def _details(this: This, userid: str, unknown: set[str]) -> tuple[Contact, ...]:
    found: list[Contact] = []
    cursor = ""
    while unknown:
        await pacing.wait(this.app)
        page = await doors.wecom(this.app).contacts_of([userid], cursor)
        found += [one for one in page.items if one.external_userid in unknown]
        cursor = page.cursor
        if not cursor:
            break
    return tuple(found)


async def _note_tags(this: This, seen: Seen) -> None:
    # what a new contact brings along is no drift of its own
    if not seen.news:
        await drift.note(this.run_id, "contact_tag", "missing_here", seen.tags.added)
    await drift.note(this.run_id, "contact_tag", "missing_there", seen.tags.removed)


def _pass(this: This) -> Pass:
    return Pass(this.run_id, this.app, this.started_at)
