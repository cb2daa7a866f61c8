"""Who of an audience gets the message and who doesn't, and why: one SELECT, used for counting and for freezing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from campaigns.audience import conditions, reach, sampling
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
    "held_out": "本次活动对照组",
    "due": "将会发送",
}

_DECIDED = """
SELECT person.id AS client_id, person.branch_id, person.tier, person.bucket, person.decision,
    CASE person.decision WHEN 'due' THEN 'treated' WHEN 'held_out' THEN 'control' ELSE 'none' END AS arm
FROM (
    SELECT c.id, c.branch_id, COALESCE(standing.tier, '') AS tier, draw.bucket,
        CASE
            WHEN said.answer < 0 THEN 'opted_out'
            WHEN said.answer = 0 THEN 'no_consent'
            WHEN fit.reason <> '' THEN fit.reason
            WHEN papers.reason <> '' THEN papers.reason
            WHEN NOT {reachable} THEN 'no_channel'
            WHEN {held_out_globally} THEN 'global_holdout'
            WHEN COALESCE(counted.sends, 0) >= {cap}::int THEN 'capped'
            WHEN draw.bucket < {control}::int * 100 THEN 'held_out'
            ELSE 'due'
        END AS decision
    FROM client c
    LEFT JOIN standing ON standing.client_id = c.id
    LEFT JOIN (
        SELECT client_id, count(*) AS sends FROM send
        WHERE counted_on >= {month}::date AND purpose = 'marketing' GROUP BY client_id
    ) counted ON counted.client_id = c.id
    CROSS JOIN LATERAL (SELECT {bucket} AS bucket) draw
    CROSS JOIN LATERAL (SELECT {suitability} AS reason) fit
    CROSS JOIN LATERAL (SELECT {papers} AS reason) papers
    CROSS JOIN LATERAL (SELECT {said} AS answer OFFSET 0) said
    WHERE c.merged_into_id IS NULL AND {scope} AND {condition}
) person
"""


@dataclass(frozen=True)
class Audience:
    """What decides about people: conditions, whose scope, by which channel, and the draw of the control group.

    products: codes of the products that the messages are about; consent may be given per product class.
    """

    author: Staff
    channel: str
    tree: Tree = field(default_factory=dict)
    salt: str = ""
    control_percent: int = 0
    products: tuple[str, ...] = ()


async def statement(audience: Audience, *, first: int = 1) -> Compiled:
    """A SELECT of client_id, branch_id, tier, bucket, decision, arm; its first argument is $`first`."""
    rules = await policies.in_force()
    today = clock.today()
    arguments: list[Any] = []

    def place(value: Any) -> str:
        arguments.append(value)
        return f"${first + len(arguments) - 1}"

    sql = {
        "held_out_globally": policies.HELD_OUT_SQL.format(
            client_id="c.id", percent=place(rules.holdout_percent) + "::int"
        ),
        "cap": place(rules.monthly_cap),
        "control": place(audience.control_percent),
        "month": place(today.replace(day=1)),
        "bucket": sampling.bucket_sql(place(audience.salt), "c.id"),
    }
    products = list((await reading.products(audience.products)).values())
    said, answers = consent_sql.answer(
        audience.channel, [one.product_class for one in products], first=first + len(arguments)
    )
    arguments += answers
    fit = reading.verdict(products, clock.now(), first=first + len(arguments))
    arguments += fit.arguments
    papers = reading.held(today, first=first + len(arguments))
    arguments += papers.arguments
    reachable = reach.condition(audience.channel, clock.now(), first=first + len(arguments))
    arguments += reachable.arguments
    allowed = scope.clients(audience.author, alias="c", first=first + len(arguments))
    arguments += allowed.arguments
    wanted = conditions.compile_tree(audience.tree, now=clock.now(), first=first + len(arguments))
    arguments += wanted.arguments
    sql |= {"suitability": fit.sql, "papers": papers.sql}
    pieces = {"said": said, "reachable": reachable.sql, "scope": allowed.sql, "condition": wanted.sql}
    return Compiled(_DECIDED.format(**pieces, **sql), arguments)


async def members(audience: Audience, *, first: int = 1) -> Compiled:
    """A SELECT of the client ids that scope and conditions allow, whatever is then decided about them."""
    allowed = scope.clients(audience.author, alias="c", first=first)
    wanted = conditions.compile_tree(audience.tree, now=clock.now(), first=first + len(allowed.arguments))
    # both pieces are SQL of our own with arguments; no text of a person is in them
    sql = f"SELECT c.id FROM client c WHERE c.merged_into_id IS NULL AND {allowed.sql} AND {wanted.sql}"  # noqa: S608
    return Compiled(sql, [*allowed.arguments, *wanted.arguments])
