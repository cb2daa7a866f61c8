"""The standing cast of campaign tests: two branches, makers and checkers, and as many clients as a test wants."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from campaigns.content import notices
from campaigns.kinds import registry
from campaigns.planning import approval, drafting, fingerprint
from campaigns.planning.models import Campaign
from community.suitability.models import Product
from kernel import clock, database, settings
from staff.models import Branch, Staff

assert registry.KINDS

CLIENTS = """
INSERT INTO client (branch_id, owner_id, marketing_consent, gender, last_activity_at)
SELECT $2, $3, TRUE, 'f', $4::timestamptz FROM generate_series(1, $1) RETURNING id
"""
CONTACTS = """
INSERT INTO contact (client_id, staff_id, corpid, userid, external_userid, added_at)
SELECT id, $2, $3, $4, 'wm' || id, now() FROM unnest($1::bigint[]) AS c(id)
"""
FANS = """
INSERT INTO fan (client_id, appid, openid, subscribed, subscribed_at, window_left, window_until)
SELECT id, $2, 'o' || id, TRUE, now(), 5, $3::timestamptz FROM unnest($1::bigint[]) AS c(id)
"""


@dataclass
class Cast:
    """Who acts: Li writes, Wang reviews, Zhao heads the branch, Chen looks after clients of the branch."""

    branch: Branch
    li: Staff
    wang: Staff
    zhao: Staff
    chen: Staff


@pytest.fixture
async def cast(db: None) -> Cast:
    branch = await Branch.create(code="sz", name="深圳分行")
    return Cast(
        branch,
        await Staff.create(login="li", name="李思远", role="marketing", reach="bank"),
        await Staff.create(login="wang", name="王合规", role="reviewer", reach="bank"),
        await Staff.create(login="zhao", name="赵行长", role="branch_head", branch=branch, reach="branch"),
        await Staff.create(login="chen", name="陈经理", role="director", branch=branch, wecom_userid="chen"),
    )


async def make_clients(cast: Cast, number: int, *, contacts: bool = True, fans: bool = False) -> list[int]:
    """Clients of Chen with consent; reachable through WeCom, the official account, or neither."""
    made = await database.fetch(CLIENTS, number, cast.branch.id, cast.chen.id, clock.now())
    ids = [row["id"] for row in made]
    own = settings.get()
    if contacts:
        await database.execute(CONTACTS, ids, cast.chen.id, own.wecom_corpid, cast.chen.wecom_userid)
    if fans:
        await database.execute(FANS, ids, own.oa_appid, clock.now() + timedelta(hours=40))
    return ids


async def draft_of(cast: Cast, *, by: Staff | None = None, **changes: Any) -> Campaign:
    """A draft that passes the preflight once there are clients: a text, no control group, started by hand."""
    maker = by or cast.li
    campaign = await drafting.create("message", "九月理财课", maker, control_percent=0)
    draft = await drafting.read(campaign)
    chosen = await Product.filter(code__in=changes.get("products", ()))
    text = changes.pop("text", "您好，周四下午有一堂理财课，欢迎来听。")
    text = notices.add(text, [one.product_class for one in chosen])
    filled = dataclasses.replace(draft, steps=(drafting.StepText("main", text),), **changes)
    return await drafting.save(campaign.id, filled, maker, campaign.version)


async def approved(cast: Cast, **changes: Any) -> Campaign:
    """A campaign that Wang approved."""
    campaign = await draft_of(cast, **changes)
    await approval.submit(campaign.id, cast.li)
    campaign = await Campaign.get(id=campaign.id)
    return await approval.approve(campaign.id, cast.wang, await fingerprint.of(campaign))
