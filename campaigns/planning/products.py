"""The products that a campaign is about: what is approved of them, and what speaks against sending."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from campaigns.content.findings import Finding
from campaigns.planning import kind
from campaigns.planning.models import Campaign, Step
from community.sending import policies
from community.suitability import products, rule
from community.suitability.models import Product
from kernel import clock
from kernel.errors import Refused

MOST = 20
# words of classes with risk; a deposit may be mentioned anywhere and to anybody. 理财经理 is a person, 理财课 a lesson
WORDS: tuple[tuple[str, str], ...] = (
    ("wealth", r"理财(?!经理|师|顾问|规划|课|知识|沙龙|讲座)|净值型"),
    ("fund", r"基金|定投|固收\+"),
    ("insurance", r"保险(?!柜|箱|库)|年金险|增额终身寿|投保"),
    ("precious_metal", r"贵金属|黄金积存|积存金|金条"),
    ("private", r"私募|信托计划"),
)
ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|cn|net|top|cc)\b", re.IGNORECASE | re.ASCII)


async def of(campaign: Campaign) -> list[Product]:
    """The chosen products as they are now."""
    return await products.of_codes(campaign.products)


async def check_choice(codes: Sequence[str]) -> list[str]:
    """The codes in order, once each. Refused: one that no product has, or too many."""
    chosen = sorted(set(codes))
    if len(chosen) > MOST:
        raise Refused(f"一个活动最多选 {MOST} 个产品", code="campaign.products")
    if len(await products.of_codes(chosen)) != len(chosen):
        raise Refused("有一个产品不存在，请重新选择", code="campaign.products")
    return chosen


async def contents(campaign: Campaign) -> list[dict[str, Any]]:
    """What an approver answers for: each product with its level at the time."""
    return [
        {
            "code": one.code,
            "name": one.name,
            "class": one.product_class,
            "level": products.level(one),
            "is_private": one.is_private,
            "on_sale_until": one.on_sale_until.isoformat() if one.on_sale_until else None,
        }
        for one in await of(campaign)
    ]


async def findings(campaign: Campaign, steps: Iterable[Step] = ()) -> list[Finding]:
    """What the check before submission has to say about the products, and about texts that name none."""
    chosen = await of(campaign)
    at = max(campaign.starts_at or clock.now(), clock.now())
    open_level = (await policies.in_force(clock.local(at).date())).open_level
    is_open = campaign.channel in rule.OPEN_CHANNELS
    found = []
    for code in sorted(set(campaign.products) - {one.code for one in chosen}):
        found.append(Finding("product.unknown", f"产品 {code} 已不存在", "重新选择产品", "products"))
    for one in chosen:
        # a client whom everything suits: what is left speaks against the product or the channel itself
        ablest = rule.ClientFacts(5, at)
        reason = rule.unsuitable(products.facts(one), ablest, "open" if is_open else "personal", at, open_level)
        if reason:
            message = f"“{one.name}”：{rule.REASONS[reason]}"
            found.append(Finding(f"product.{reason}", message, FIXES[reason], "products"))
    classes = {one.product_class for one in chosen}
    if classes & rule.UNRISKY - {"service", "education"} and classes - rule.UNRISKY:
        message = "存款和有风险的产品放在同一个活动里，容易让客户混淆"
        found.append(
            Finding("product.mixed", message, "分成两个活动，或在正文里分开说明", "products", is_blocking=False)
        )
    for step in steps:
        is_service = kind.of(campaign.kind).step(step.code).purpose == "service"
        found += _advertising(step, chosen) if is_service else _unnamed(step, classes)
    return found


FIXES = {
    "product_off_sale": "换一个在售产品，或改开始时间",
    "product_unrated": "请合规复核先为产品评级",
    "private_in_open_channel": "从活动里去掉这个产品，或改用一对一渠道",
    "too_risky_for_open_channel": "从活动里去掉这个产品，或改用一对一渠道",
}


def _advertising(step: Step, chosen: Sequence[Product]) -> Iterator[Finding]:
    # a service message asks neither consent nor caps nor suitability: it tells of the occasion, and offers nothing
    spans = [hit.span() for _, words in WORDS if (hit := re.search(words, step.text))]
    spans += [(at, at + len(one.name)) for one in chosen if (at := step.text.find(one.name)) >= 0]
    for start, end in sorted(spans)[:1]:
        message = f"服务提醒提到“{step.text[start:end]}”：提醒不经过同意、频次与适当性检查，不能介绍产品"
        yield Finding("service.product", message, "删去产品，只写时间、地点与入场方式", step.code, True, start, end)
    hit = ADDRESS.search(step.text)
    if step.link_url or hit:
        message = "服务提醒只能带本活动自己的链接，不能带其他链接"
        start, end = hit.span() if hit else (0, 0)
        yield Finding("service.link", message, "删去链接，改用占位符“活动链接”", step.code, True, start, end)


def _unnamed(step: Step, classes: set[str]) -> Iterator[Finding]:
    for product_class, words in WORDS:
        if product_class not in classes and (hit := re.search(words, step.text)):
            name = products.CLASS_NAMES[product_class]
            message = f"正文提到“{hit[0]}”，但没有选择{name}类产品，不会按客户的风险承受能力筛选"
            yield Finding(
                "product.not_chosen", message, f"选择所指的{name}产品", step.code, False, hit.start(), hit.end()
            )
