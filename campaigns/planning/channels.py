"""The policy of channels: what each may carry, to whom it speaks, and which may stand in for another.

Template messages and subscribe notices never carry marketing: WeChat closes accounts for it. A mass send says the same
to everybody. Client groups and moments are read by anybody, so that nothing personal is said there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from campaigns.content import placeholders
from campaigns.content.findings import Finding
from campaigns.planning import kind
from campaigns.planning.kind import Kind
from campaigns.planning.models import Campaign, Step
from kernel.errors import Refused

MOST_SPREAD = 24 * 60
BOTH, MARKETING, SERVICE = ("marketing", "service"), ("marketing",), ("service",)


@dataclass(frozen=True)
class Policy:
    """What one channel is for.

    purposes: what it may carry. is_open: read by anybody. is_personal: each person may be told something else.
    text_bytes: the longest text. about: what an author reads of it.
    """

    purposes: tuple[str, ...]
    text_bytes: int
    about: str
    is_open: bool = False
    is_personal: bool = True


POLICIES: dict[str, Policy] = {
    "wecom_message": Policy(BOTH, 4000, "员工在手机上确认后发给自己的客户；每位客户每月可收的群发条数有限"),
    "oa_service": Policy(BOTH, 2048, "直接发送，只能发给 48 小时内互动过、客服窗口还开着的粉丝"),
    "oa_mass": Policy(MARKETING, 2048, "直接发送，所有人同一段文字；每位粉丝每月最多收到 4 次", is_personal=False),
    "oa_template": Policy(SERVICE, 2048, "服务通知，只能写客户需要知道的事，不能用于营销"),
    "oa_subscribe": Policy(SERVICE, 2048, "客户每授权一次可发一条，只能写客户订阅的内容，不能用于营销"),
    "wecom_group": Policy(MARKETING, 4000, "群主在手机上确认后发到客户群，群里所有人都看得到", True, False),
    "moments": Policy(MARKETING, 6000, "员工在手机上确认后发到朋友圈，所有客户都看得到", True, False),
}


def of(channel: str) -> Policy:
    """The policy of a channel that campaigns use; KeyError for another."""
    return POLICIES[channel]


def of_step(campaign: Campaign, step_code: str) -> tuple[str, ...]:
    """The channels that a step of the campaign may take, its own first."""
    plan = kind.of(campaign.kind).step(step_code)
    return (plan.channel,) if plan.channel else (campaign.channel, *campaign.fallbacks)


def check_fallbacks(channel: str, fallbacks: Sequence[str], chosen: Kind) -> list[str]:
    """The further channels in order, once each. Refused: one that this kind doesn't have."""
    wanted = [one for one in dict.fromkeys(fallbacks) if one and one != channel]
    if any(one not in chosen.channels for one in wanted):
        raise Refused("这种活动不能使用这个备用渠道", code="campaign.fallback")
    return wanted


def check_pace(spread_minutes: int, priority: int) -> tuple[int, int]:
    """Both as they are. Refused: a spread over more than a day, a priority outside 1 to 5."""
    if not 0 <= spread_minutes <= MOST_SPREAD:
        raise Refused("分散发送的时长须在 0 到 24 小时之间", code="campaign.spread")
    if not 1 <= priority <= 5:
        raise Refused("优先级须在 1 到 5 之间", code="campaign.priority")
    return spread_minutes, priority


def findings(campaign: Campaign, steps: Sequence[Step]) -> list[Finding]:
    """Messages that a channel must not carry, or can't."""
    return [found for step in steps if step.text.strip() for found in _of_step(campaign, step)]


def _of_step(campaign: Campaign, step: Step) -> Iterator[Finding]:
    purpose = kind.of(campaign.kind).step(step.code).purpose
    used = sorted(placeholders.used(step.text))
    for channel in of_step(campaign, step.code):
        policy, name = POLICIES[channel], NAMES[channel]
        if purpose not in policy.purposes:
            # service messages of other kinds find their own way among the channels that may carry them
            if purpose == "marketing":
                message = f"{name}不得用于营销，微信会因此封停账号"
                yield Finding("channel.no_marketing", message, "换一个渠道", "channel")
            continue
        if used and not policy.is_personal:
            message = f"{name}对所有人是同一段文字，不能使用占位符“{used[0]}”"
            yield Finding("channel.not_personal", message, "删去占位符", step.code)


NAMES = {
    "wecom_message": "企业微信客户群发",
    "oa_service": "公众号客服消息",
    "oa_mass": "公众号群发",
    "oa_template": "公众号模板消息",
    "oa_subscribe": "公众号订阅通知",
    "wecom_group": "客户群群发",
    "moments": "朋友圈",
}
