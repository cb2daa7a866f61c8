"""The dry run: what a start at this moment would do, person by person, with nobody at the other end.

It reads the very statements of the freeze and of planning and writes nothing: no frozen row, no send, no call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from campaigns.audience import deciding, reach
from campaigns.audience.conditions import Compiled
from campaigns.content import notices, personalising, placeholders
from campaigns.planning import arbitration, kind, variants
from campaigns.planning.models import Campaign, Step
from community.clients import portrait
from kernel import clock, database, masking
from staff import scope
from staff.models import Staff

PAGE = 20
OWN_LINK = "〔客户的专属链接〕"
_REHEARSED = """
SELECT d.client_id, d.branch_id, d.tier, d.variant, d.note, COALESCE(way.channel, '') AS channel,
    COALESCE(way.recipient, '') AS recipient, COALESCE(way.sender_userid, '') AS sender_userid,
    CASE WHEN d.decision = 'due' AND way.channel IS NULL THEN 'no_channel' ELSE d.decision END AS decision
FROM ({decided}) d JOIN client c ON c.id = d.client_id
LEFT JOIN LATERAL ({way}) way ON d.decision = 'due'
"""
_COUNTED = """
SELECT r.decision, r.channel, r.variant, count(*)::int AS clients
FROM ({rehearsed}) r JOIN client c ON c.id = r.client_id WHERE {own} GROUP BY r.decision, r.channel, r.variant
"""
_SENDERS = """
SELECT r.sender_userid AS userid, COALESCE(max(s.name), r.sender_userid) AS name, count(*)::int AS clients
FROM ({rehearsed}) r JOIN client c ON c.id = r.client_id LEFT JOIN staff s ON s.wecom_userid = r.sender_userid
WHERE {own} AND r.decision = 'due' AND r.sender_userid <> ''
GROUP BY r.sender_userid ORDER BY clients DESC, userid
"""
_LINES = """
SELECT r.*, branch.name AS branch, owner.name AS owner, sender.name AS sender
FROM ({rehearsed}) r JOIN client c ON c.id = r.client_id
LEFT JOIN branch ON branch.id = c.branch_id LEFT JOIN staff owner ON owner.id = c.owner_id
LEFT JOIN LATERAL (SELECT s.name FROM staff s WHERE s.wecom_userid = NULLIF(r.sender_userid, '') LIMIT 1) sender ON TRUE
WHERE {own} AND r.client_id > {after}::bigint AND ({decision}::text = '' OR r.decision = {decision}::text)
ORDER BY r.client_id LIMIT {limit}::int
"""


class Share(NamedTuple):
    """How many get a version by a channel, or are left out for a reason."""

    decision: str
    channel: str
    variant: str
    clients: int


class Sender(NamedTuple):
    """A member who would be asked to confirm, and for how many clients."""

    name: str
    clients: int


class Line(NamedTuple):
    """What would happen to one client; text is empty for who gets nothing. name and salutation are masked."""

    client_id: int
    name: str
    branch: str
    owner: str
    tier: str
    decision: str
    label: str
    channel: str
    sender: str
    variant: str
    text: str


async def counted(campaign: Campaign, seen_by: Staff) -> list[Share]:
    """The clients whom this person may see, added up; the most first."""
    rows = await _summed(_COUNTED, campaign, seen_by)
    return sorted((Share(**row) for row in rows), key=lambda one: (one.decision != "due", -one.clients))


async def senders(campaign: Campaign, seen_by: Staff) -> list[Sender]:
    """Who would have to confirm for how many of these clients; empty where no member's word is needed."""
    return [Sender(row["name"], row["clients"]) for row in await _summed(_SENDERS, campaign, seen_by)]


async def lines(
    campaign: Campaign, seen_by: Staff, *, after: int = 0, decision: str = "", limit: int = PAGE, with_text: bool = True
) -> list[Line]:
    """The clients after a number whom this person may see, each with what would happen; masked."""
    rehearsed = await statement(campaign)
    first = len(rehearsed.arguments) + 1
    own = scope.clients(seen_by, alias="c", first=first + 3)
    sql = _LINES.format(
        rehearsed=rehearsed.sql, own=own.sql, after=f"${first}", decision=f"${first + 1}", limit=f"${first + 2}"
    )
    rows = await database.fetch(sql, *rehearsed.arguments, after, decision, limit, *own.arguments)
    names = await portrait.names_of([row["client_id"] for row in rows])
    texts = await _texts(campaign, rows) if with_text else {}
    return [
        Line(
            row["client_id"],
            masking.name(names.get(row["client_id"], "")),
            row["branch"] or "",
            row["owner"] or "",
            row["tier"],
            row["decision"],
            deciding.REASONS[row["decision"]],
            reach.CHANNELS.get(row["channel"], ""),
            row["sender"] or row["sender_userid"],
            row["variant"] if row["decision"] == "due" else "",
            texts.get(row["client_id"], ""),
        )
        for row in rows
    ]


async def statement(campaign: Campaign) -> Compiled:
    """A SELECT of everybody in the audience with decision, channel, recipient and sender of the first message."""
    decided = await deciding.statement(await arbitration.audience_of(campaign))
    plan = kind.of(campaign.kind).step("main")
    ways = reach.channels_of(
        plan.purpose, plan.channel or campaign.channel, campaign.fallbacks if not plan.channel else ()
    )
    before = "''" if plan.purpose == "service" else "d.channel"
    way = reach.way(ways, clock.now(), first=len(decided.arguments) + 1, before=before)
    sql = _REHEARSED.format(decided=decided.sql, way=way.sql)
    return Compiled(sql, [*decided.arguments, *way.arguments])


async def _summed(template: str, campaign: Campaign, seen_by: Staff) -> list[database.Row]:
    rehearsed = await statement(campaign)
    own = scope.clients(seen_by, alias="c", first=len(rehearsed.arguments) + 1)
    return await database.fetch(
        template.format(rehearsed=rehearsed.sql, own=own.sql), *rehearsed.arguments, *own.arguments
    )


async def _texts(campaign: Campaign, rows: Sequence[database.Row]) -> dict[int, str]:
    step = await Step.get_or_none(campaign_id=campaign.id, code="main")
    due = [row for row in rows if row["decision"] == "due"]
    if step is None or not due:
        return {}
    chosen = kind.of(campaign.kind)
    versions = {one.code: one for one in await variants.of(campaign.id)}
    values = await personalising.values([row["client_id"] for row in due], placeholders.KNOWN)
    link = OWN_LINK if chosen.has_personal_links else step.link_url
    found = {}
    for row in due:
        said = variants.in_words(step, versions.get(row["variant"]))
        own = {**values.get(row["client_id"], {}), "活动链接": link}
        # without a known gender the salutation is the whole name
        if not own.get("称呼", "").endswith(("先生", "女士")):
            own["称呼"] = masking.name(own.get("称呼", ""))
        text = placeholders.render(said.text, own)
        found[row["client_id"]] = notices.complete(text, chosen.step("main").purpose)
    return found
