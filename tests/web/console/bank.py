"""A small bank for the pages of campaigns: clients of one branch who can be reached in WeCom, and drafts about them."""

from __future__ import annotations

import dataclasses
from typing import Any

from campaigns.kinds import registry
from campaigns.planning import approval, drafting, fingerprint
from campaigns.planning.models import Campaign
from kernel import clock, database, settings
from staff.models import Approval, Staff

assert registry.KINDS

CLIENTS = """
INSERT INTO client (branch_id, owner_id, marketing_consent, gender, last_activity_at)
SELECT $2, $3, TRUE, 'f', $4::timestamptz FROM generate_series(1, $1) RETURNING id
"""
CONTACTS = """
INSERT INTO contact (client_id, staff_id, corpid, userid, external_userid, added_at)
SELECT id, $2, $3, $4, 'wm' || id, now() FROM unnest($1::bigint[]) AS c(id)
"""


async def make_clients(people: dict[str, Staff], number: int) -> list[int]:
    """Clients of the director, with consent and a contact in WeCom."""
    director = people["director"]
    made = await database.fetch(CLIENTS, number, director.branch_id, director.id, clock.now())
    ids = [row["id"] for row in made]
    await database.execute(CONTACTS, ids, director.id, settings.get().wecom_corpid, director.wecom_userid)
    return ids


async def draft_of(maker: Staff, name: str = "九月理财课", kind: str = "message", **changes: Any) -> Campaign:
    """A draft with a text, no control group, started by hand unless `changes` says otherwise."""
    campaign = await drafting.create(kind, name, maker, control_percent=0)
    draft = await drafting.read(campaign)
    text = changes.pop("text", "{称呼|您}好，周四下午有一堂理财课，欢迎来听。")
    filled = dataclasses.replace(draft, steps=(drafting.StepText("main", text),), **changes)
    return await drafting.save(campaign.id, filled, maker, campaign.version)


async def submitted(people: dict[str, Staff], **changes: Any) -> tuple[Campaign, Approval]:
    """A campaign of the marketing person that waits for a second person."""
    campaign = await draft_of(people["marketing"], **changes)
    asked = await approval.submit(campaign.id, people["marketing"])
    return await Campaign.get(id=campaign.id), asked


async def approved(people: dict[str, Staff], **changes: Any) -> Campaign:
    """A campaign that the branch head approved."""
    campaign, _asked = await submitted(people, **changes)
    return await approval.approve(campaign.id, people["branch_head"], await fingerprint.of(campaign))


def form_of(campaign: Campaign, **changes: Any) -> dict[str, Any]:
    """The editor's form of a message campaign as the page would post it."""
    return {
        "version": campaign.version,
        "name": campaign.name,
        "channel": campaign.channel,
        "control_percent": campaign.control_percent,
        "late_minutes": campaign.late_minutes,
        "starts_at": "",
        "step.main.text": "{称呼|您}好，周四下午有一堂理财课，欢迎来听。",
        "step.main.link_title": "",
        "step.main.link_url": "",
        "a.joint": "and",
    } | changes
