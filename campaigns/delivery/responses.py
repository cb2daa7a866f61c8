"""What people did after a campaign, cut by version, tier, unit or client director; both arms as they were drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from campaigns.delivery import results
from campaigns.planning.models import Campaign
from kernel import database
from loyalty.metrics import comparing, intervals
from loyalty.metrics.intervals import Interval
from staff import scope
from staff.models import Staff


class Cut(NamedTuple):
    """One way to divide the people: its label, the SQL of the part a person belongs to, and what it is read from."""

    label: str
    part: str
    joins: str = ""


CUTS = {
    # the control group is never shown a version: it is one and the same for all of them
    "variant": Cut("版本", "CASE d.arm WHEN 'treated' THEN d.variant ELSE '' END"),
    "tier": Cut("等级", "d.tier"),
    "branch": Cut("机构", "COALESCE(unit.name, '')", "LEFT JOIN branch unit ON unit.id = d.branch_id"),
    "staff": Cut("客户经理", "COALESCE(owner.name, '')", "LEFT JOIN staff owner ON owner.id = c.owner_id"),
}
LEAVING = ("fan.unfollowed", "contact.lost")
TOLD = ("link.clicked", "message.received", "group.joined", "complaint.received", *LEAVING)
# intention to treat: everybody who was drawn counts in the own arm and part, reached or not
_RESPONSES = """
WITH drawn AS (
  SELECT d.client_id, d.arm, {part} AS part FROM delivery d JOIN client c ON c.id = d.client_id {joins}
  WHERE d.campaign_id = $1 AND d.arm <> 'none' AND {own}
), reached AS (
  SELECT DISTINCT client_id FROM send WHERE campaign_id = $1 AND state IN ('confirmed', 'delivered')
), did AS (
  SELECT e.client_id, bool_or(e.kind = ANY($4::text[])) AS active,
    bool_or(e.kind = 'link.clicked' AND e.detail->>'campaign' = $1::bigint::text) AS clicked,
    bool_or(e.kind = 'message.received') AS replied, bool_or(e.kind = 'group.joined') AS joined,
    bool_or(e.kind = ANY($6::text[])) AS gone, bool_or(e.kind = 'complaint.received') AS complained
  FROM timeline_entry e JOIN drawn ON drawn.client_id = e.client_id
  WHERE e.at >= $2 AND e.at < $3 AND e.kind = ANY($4::text[] || $5::text[]) GROUP BY 1
), opted AS (
  SELECT DISTINCT client_id FROM consent
  WHERE NOT granted AND purpose = 'marketing' AND channel = '' AND product_class = ''
    AND created_at >= $2 AND created_at < $3
)
SELECT drawn.arm, drawn.part, count(*) AS people, count(reached.client_id) AS reached,
  count(*) FILTER (WHERE did.active) AS active, count(*) FILTER (WHERE did.clicked) AS clicked,
  count(*) FILTER (WHERE did.replied) AS replied, count(*) FILTER (WHERE did.joined) AS joined,
  count(opted.client_id) AS opted_out, count(*) FILTER (WHERE did.gone) AS gone,
  count(*) FILTER (WHERE did.complained) AS complained
FROM drawn LEFT JOIN reached USING (client_id) LEFT JOIN did USING (client_id) LEFT JOIN opted USING (client_id)
GROUP BY 1, 2 ORDER BY 2, 1
"""


@dataclass(frozen=True)
class Counts:
    """People drawn into one arm of one part, and how many of them did what, each person counted once.

    active: did something that both arms can do. gone: unfollowed, or ended the contact.
    """

    people: int = 0
    reached: int = 0
    active: int = 0
    clicked: int = 0
    replied: int = 0
    joined: int = 0
    opted_out: int = 0
    gone: int = 0
    complained: int = 0

    def share(self, count: int) -> float:
        """A count as a share of the people drawn, 0 to 1."""
        return count / self.people if self.people else 0.0


@dataclass(frozen=True)
class Part:
    """One part of a cut: its name (empty: none), both arms, and how much more of the treated were active.

    difference None: fewer than 30 people in one of the arms.
    """

    name: str
    treated: Counts
    control: Counts
    difference: Interval | None


async def by(campaign: Campaign, cut: str, person: Staff, days: int = results.WATCH_DAYS) -> list[Part]:
    """The parts of a cut (a key of CUTS) within the person's scope, the largest first; empty before the freeze."""
    if campaign.frozen_at is None:
        return []
    chosen, own = CUTS[cut], scope.clients(person, first=7)
    rows = await database.fetch(
        _RESPONSES.format(part=chosen.part, joins=chosen.joins, own=own.sql),
        campaign.id,
        campaign.frozen_at,
        campaign.frozen_at + timedelta(days=days),
        results.own_acts(),
        list(TOLD),
        list(LEAVING),
        *own.arguments,
    )
    parts: dict[str, dict[str, Counts]] = {}
    for row in rows:
        counts = {name: value for name, value in row.items() if name not in ("arm", "part")}
        parts.setdefault(row["part"], {})[row["arm"]] = Counts(**counts)
    all_control = parts.pop("", {}).get("control") if cut == "variant" else None
    found = [_part(name, arms, all_control) for name, arms in parts.items()]
    return sorted(found, key=lambda one: (-one.treated.people, one.name))


def between(first: Part, second: Part) -> Interval | None:
    """How much more of one variant's people were active than of another's; None while either has fewer than 30."""
    return _difference(first.treated, second.treated)


def _part(name: str, arms: dict[str, Counts], all_control: Counts | None) -> Part:
    treated = arms.get("treated", Counts())
    control = all_control or arms.get("control", Counts())
    return Part(name, treated, control, _difference(treated, control))


def _difference(one: Counts, two: Counts) -> Interval | None:
    if min(one.people, two.people) < comparing.FEWEST:
        return None
    return intervals.newcombe(one.active, one.people, two.active, two.people)
