"""A trial of a message: to the author's own phone, marked as a trial, with made-up values, counted nowhere."""

from __future__ import annotations

import secrets

from campaigns.content import notices, placeholders
from campaigns.planning import kind, listing
from campaigns.planning.drafting import SUBJECT
from campaigns.planning.models import Step
from community.sending import ledger
from community.sending.models import Send
from kernel.errors import NotFound, Refused
from staff import audit, permissions
from staff.models import Staff

# nobody's data: a trial must not carry a client's name to a phone
EXAMPLE = {"称呼": "王女士", "客户等级": "金卡客户"}


async def send_trial(campaign_id: int, step_code: str, by: Staff) -> Send:
    """Send one message of a campaign to whoever asks, inside WeCom. Refused: nothing written, no WeCom account."""
    permissions.require(by, "campaigns.edit")
    campaign = await listing.get(campaign_id, by)
    step = await Step.get_or_none(campaign_id=campaign.id, code=step_code)
    if step is None:
        raise NotFound()
    if not step.text.strip():
        raise Refused("这一步还没有正文", code="trial.empty")
    if not by.wecom_userid:
        raise Refused("您的账号没有关联企业微信，收不到试发", code="trial.no_wecom")
    values = {**EXAMPLE, "客户经理": by.name, "活动链接": step.link_url or "（每位客户自己的链接）"}
    text = notices.complete(placeholders.render(step.text, values), kind.of(campaign.kind).step(step.code).purpose)
    card = f"\n\n{step.link_title or campaign.name}：{step.link_url}" if step.link_url else ""
    await audit.record(by, "campaign.tried", SUBJECT, campaign.id, step=step.code)
    return await ledger.plan(
        # outside the key space of campaigns, and without client and campaign: no count can see it
        key=f"trial:{campaign.id}:{step.code}:{secrets.token_hex(6)}",
        purpose="service",
        channel="staff_message",
        recipient=by.wecom_userid,
        text=f"[测试]\n{text}{card}",
    )
