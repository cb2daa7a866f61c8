"""Who of an audience gets the message and who doesn't, and why: one SELECT, used for counting and for freezing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol

from campaigns.audience import conditions, including, reach, sampling
from campaigns.audience.conditions import Compiled, Tree
from community.clients import consent_sql
from community.sending import policies
from community.suitability import reading
from kernel import clock
from staff import scope
from staff.models import Staff

# in the order of the waterfall: the first reason that holds is the one that counts
REASONS = {
    "opted_out": "已退订",
    "no_consent": "没有营销同意",
    "product_off_sale": "产品已停售",
    "product_unrated": "产品没有风险评级",
    "not_assessed": "没有风险评估",
    "assessment_expired": "风险评估已过期",
    "above_client_level": "风险等级不适当",
    "kyc_flagged": "身份信息待核实",
    "kyc_expired": "证件已过期",
    "no_channel": "当前渠道触达不到",
    "global_holdout": "全行长期对照组",
    "capped": "本月触达已达上限",
    "gave_way": "让位于同日更优先的活动",
    "held_out": "本次活动对照组",
    "due": "将会发送",
}

_DECIDED = """
SELECT person.id AS client_id, person.branch_id, person.tier, person.bucket, person.decision,
    CASE person.decision WHEN 'due' THEN 'treated' WHEN 'held_out' THEN 'control' ELSE 'none' END AS arm,
    CASE person.decision WHEN 'due' THEN {variant} ELSE '' END AS variant,
    CASE WHEN person.decision IN ('due', 'held_out') THEN person.channel ELSE '' END AS channel,
    CASE person.decision WHEN 'gave_way' THEN person.rival ELSE '' END AS note
FROM (
    SELECT c.id, c.branch_id, COALESCE(standing.tier, '') AS tier, draw.bucket, by.channel, {rival_name} AS rival,
        CASE
            WHEN by.channel = '' AND said.answer < 0 THEN 'opted_out'
            WHEN by.channel = '' AND said.answer = 0 THEN 'no_consent'
            WHEN fit.reason <> '' THEN fit.reason
            WHEN papers.reason <> '' THEN papers.reason
            WHEN by.channel = '' THEN 'no_channel'
            WHEN {held_out_globally} THEN 'global_holdout'
            WHEN {capped} THEN 'capped'
            WHEN {gives_way} THEN 'gave_way'
            WHEN draw.bucket < {control}::int * 100 THEN 'held_out'
            ELSE 'due'
        END AS decision
    FROM client c
    LEFT JOIN standing ON standing.client_id = c.id
    LEFT JOIN (
        SELECT client_id, count(*) AS sends, {today} AS today FROM send
        WHERE counted_on >= {month}::date AND purpose = 'marketing' GROUP BY client_id
    ) counted ON counted.client_id = c.id
    {rivals}
    CROSS JOIN LATERAL (SELECT {bucket} AS bucket) draw
    CROSS JOIN LATERAL (SELECT {suitability} AS reason OFFSET 0) fit
    CROSS JOIN LATERAL (SELECT {papers} AS reason OFFSET 0) papers
    CROSS JOIN LATERAL (SELECT {said} AS answer OFFSET 0) said
    CROSS JOIN LATERAL (SELECT {by} AS channel OFFSET 0) by
    WHERE c.merged_into_id IS NULL AND {scope} AND {condition}
) person
"""
# whoever was drawn into the control group of the other campaign gives way too: both its arms hear the same of others
_RIVALS = """
LEFT JOIN (
    SELECT client_id, count(*) AS n, (array_agg(campaign_id ORDER BY place))[1] AS first FROM ({taken}) taken
    GROUP BY client_id
) rival ON rival.client_id = c.id
"""
_FROZEN = "SELECT client_id FROM delivery WHERE campaign_id = {id}::bigint AND decision IN ('due', 'held_out')"


@dataclass(frozen=True)
class Audience:
    """What decides about people: conditions, whose scope, by which channel, and the draw of the control group.

    products: codes of the products that the messages are about; consent may be given per product class.
    fallbacks: further channels for whom the first does not reach. shares: versions and their percent.
    rivals: campaigns of the same day that go first, by which a person's messages of the day may be used up.
    is_service: what people must know or asked for: consent, caps, hold-out and suitability are not asked, as the gate
    doesn't either.
    seen_by: whose clients alone are counted on a page for one person; it never changes who is sent to.
    """

    author: Staff
    channel: str
    tree: Tree = field(default_factory=dict)
    salt: str = ""
    control_percent: int = 0
    products: tuple[str, ...] = ()
    fallbacks: tuple[str, ...] = ()
    shares: tuple[tuple[str, int], ...] = ()
    rivals: tuple[Rival, ...] = ()
    is_service: bool = False
    seen_by: Staff | None = None


@dataclass(frozen=True)
class Rival:
    """A campaign of the same day that goes first: frozen already (audience None), or still only planned."""

    campaign_id: int
    audience: Audience | None = None


class _Piece(Protocol):
    """SQL with its arguments, whoever compiled it."""

    @property
    def sql(self) -> str:
        """The text."""

    @property
    def arguments(self) -> Sequence[Any]:
        """Its values in order."""


class _Arguments:
    """Values in the order of their places; the first is $`first`."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.values: list[Any] = []

    def place(self, value: Any) -> str:
        """The place of one more value."""
        self.values.append(value)
        return f"${self.next - 1}"

    @property
    def next(self) -> int:
        """The number of the next place."""
        return self.first + len(self.values)

    def add(self, piece: _Piece) -> str:
        """The SQL of a piece that was compiled for the next place."""
        self.values += piece.arguments
        return piece.sql


async def statement(audience: Audience, *, first: int = 1) -> Compiled:
    """A SELECT of client_id, branch_id, tier, bucket, decision, arm, variant, channel, note; first argument $`first`.

    note: of a person who gave way, the number of the campaign that goes first.
    """
    rules = await policies.in_force()
    now, given = clock.now(), _Arguments(first)
    salt = given.place(audience.salt)
    sql = {
        "control": given.place(audience.control_percent),
        "bucket": sampling.bucket_sql(salt, "c.id"),
        "variant": sampling.variant_sql(salt, "person.id", audience.shares),
    }
    sql |= _unasked() if audience.is_service else await _asked(audience, rules, given)
    sql |= await _giving_way(audience, rules.daily_cap, clock.today(), given)
    sql["by"] = _by(audience, await _classes(audience), now, given)
    sql["scope"] = given.add(scope.clients(audience.author, alias="c", first=given.next))
    sql["condition"] = given.add(
        conditions.compile_tree(
            audience.tree, now=now, first=given.next, segments=await including.segments_of(audience.tree)
        )
    )
    return Compiled(_DECIDED.format(**sql), given.values)


async def _asked(audience: Audience, rules: policies.Policy, given: _Arguments) -> dict[str, str]:
    """What marketing asks of a client beside a way to them: consent, suitability, papers, hold-out, the month's cap."""
    today, now = clock.today(), clock.now()
    percent, season = given.place(rules.holdout_percent), given.place(policies.season(today))
    sql = {
        "held_out_globally": policies.HELD_OUT_SQL.format(
            client_id="c.id", percent=f"{percent}::int", season=f"{season}::text"
        ),
        "capped": f"COALESCE(counted.sends, 0) >= {given.place(rules.monthly_cap)}::int",
    }
    products = list((await reading.products(audience.products)).values())
    sql["suitability"] = given.add(reading.verdict(products, now, first=given.next))
    sql["papers"] = given.add(reading.held(today, first=given.next))
    sql["said"], answers = consent_sql.answer(audience.channel, await _classes(audience), first=given.next)
    given.values += answers
    return sql


def _unasked() -> dict[str, str]:
    return {"held_out_globally": "FALSE", "capped": "FALSE", "suitability": "''", "papers": "''", "said": "1"}


async def _classes(audience: Audience) -> list[str]:
    return [one.product_class for one in (await reading.products(audience.products)).values()]


def _by(audience: Audience, classes: list[str], now: datetime, given: _Arguments) -> str:
    """The first channel that the client agreed to and is reached by; only who isn't by the first is asked of others."""
    rungs = [f"WHEN said.answer > 0 AND {given.add(reach.condition(audience.channel, now, first=given.next))}"]
    rungs[0] += f" THEN '{audience.channel}'"
    for channel in audience.fallbacks:
        said = "1"
        if not audience.is_service:
            said, answers = consent_sql.answer(channel, classes, first=given.next)
            given.values += answers
        reached = given.add(reach.condition(channel, now, first=given.next))
        rungs.append(f"WHEN {said} > 0 AND {reached} THEN '{channel}'")
    return f"CASE {' '.join(rungs)} ELSE '' END"


async def _giving_way(audience: Audience, daily_cap: int, today: date, given: _Arguments) -> dict[str, str]:
    month = given.place(today.replace(day=1))
    if not audience.rivals or audience.is_service:
        return {"rivals": "", "rival_name": "''", "gives_way": "FALSE", "today": "0", "month": month}
    taken = []
    for place, rival in enumerate(audience.rivals):
        if rival.audience is None:
            members = _FROZEN.format(id=given.place(rival.campaign_id))
        else:
            decided = given.add(await statement(replace(rival.audience, rivals=()), first=given.next))
            # SQL of our own: values travel as arguments
            members = f"SELECT client_id FROM ({decided}) d WHERE d.decision IN ('due', 'held_out')"  # noqa: S608
        number = int(rival.campaign_id)
        # SQL of our own: values travel as arguments
        taken.append(f"SELECT client_id, {place} AS place, {number}::bigint AS campaign_id FROM ({members}) m{place}")  # noqa: S608
    own = given.place([one.campaign_id for one in audience.rivals])
    day = given.place(today)
    own_not = f"COALESCE(campaign_id, 0) <> ALL({own}::bigint[])"
    return {
        "month": month,
        "rivals": _RIVALS.format(taken=" UNION ALL ".join(taken)),
        "rival_name": "COALESCE(rival.first::text, '')",
        # what went out already counts once, whether a rival sent it or somebody else
        "today": f"count(*) FILTER (WHERE counted_on = {day}::date AND {own_not})",
        "gives_way": f"rival.n > 0 AND COALESCE(counted.today, 0) + rival.n >= {given.place(daily_cap)}::int",
    }


async def members(audience: Audience, *, first: int = 1) -> Compiled:
    """A SELECT of the client ids that scope and conditions allow, whatever is then decided about them."""
    allowed = scope.clients(audience.author, alias="c", first=first)
    wanted = conditions.compile_tree(
        audience.tree,
        now=clock.now(),
        first=first + len(allowed.arguments),
        segments=await including.segments_of(audience.tree),
    )
    pieces, arguments = f"{allowed.sql} AND {wanted.sql}", [*allowed.arguments, *wanted.arguments]
    if audience.seen_by is not None:
        seen = scope.clients(audience.seen_by, alias="c", first=first + len(arguments))
        pieces, arguments = f"{pieces} AND {seen.sql}", [*arguments, *seen.arguments]
    # all pieces are SQL of our own with arguments; no text of a person is in them
    sql = f"SELECT c.id FROM client c WHERE c.merged_into_id IS NULL AND {pieces}"  # noqa: S608
    return Compiled(sql, arguments)
