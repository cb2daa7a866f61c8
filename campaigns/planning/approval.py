"""Maker and checker of a campaign: submit, approve exactly what was seen, give back with a note."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from campaigns.audience import describing, segments
from campaigns.content import findings
from campaigns.planning import fingerprint, kind, lifecycle, listing, preflight
from campaigns.planning.drafting import SUBJECT
from campaigns.planning.models import Campaign
from kernel import clock, database
from kernel.errors import Forbidden, Refused
from staff import approvals, audit, permissions
from staff.models import Approval, Staff


async def submit(campaign_id: int, by: Staff, seen_version: int | None = None) -> Approval:
    """Ask for approval of the campaign as it stands. Refused: blocking findings, or changed since it was seen."""
    permissions.require(by, "campaigns.edit")
    async with database.transaction():
        campaign = await listing.lock(campaign_id, by)
        if seen_version is not None and campaign.version != seen_version:
            raise Refused("另一位同事刚修改过这个活动，请刷新后再提交", code="campaign.version", status=409)
        state = lifecycle.after("submit", campaign.state)
        if stopping := findings.blocking(await preflight.check(campaign)):
            message = "；".join(finding.message for finding in stopping)
            raise Refused(f"还不能提交：{message}", code="campaign.preflight")
        content_hash = await fingerprint.of(campaign)
        approval = await approvals.ask(SUBJECT, campaign.id, content_hash, await _summary(campaign, by), by)
        campaign.state = state
        await campaign.save(update_fields=["state"])
        await audit.record(by, "campaign.submitted", SUBJECT, campaign.id, hash=content_hash)
    return approval


async def approve(campaign_id: int, by: Staff, seen_hash: str) -> Campaign:
    """Approve exactly what was seen; it is then scheduled, or without a start time waits to be started by hand.

    Refused: own work (also the last editor's), changed since it was looked at, decided meanwhile, start time gone by.
    """
    async with database.transaction():
        campaign, waiting = await _waiting(campaign_id, by)
        content_hash = await fingerprint.of(campaign)
        if content_hash != seen_hash:
            raise Refused("内容在您查看之后有改动，请刷新后重新审核", code="approval.stale", status=409)
        state = lifecycle.after("approve", campaign.state)
        if campaign.starts_at is not None:
            if clock.now() > campaign.starts_at + timedelta(minutes=campaign.late_minutes):
                raise Refused("计划的开始时间已过，请退回给制作人改期", code="campaign.start_passed")
            state = lifecycle.after("schedule", state)
        # what was fine when it was submitted may have expired since: an event that is over, a retired channel
        if stopping := findings.blocking(await preflight.check(campaign)):
            message = "；".join(finding.message for finding in stopping)
            raise Refused(f"还不能批准：{message}", code="campaign.preflight")
        await approvals.approve(waiting.id, content_hash, by)
        campaign.state, campaign.approved_hash, campaign.approved_at = state, content_hash, clock.now()
        await campaign.save(update_fields=["state", "approved_hash", "approved_at"])
        await audit.record(by, "campaign.approved", SUBJECT, campaign.id, hash=content_hash)
    return campaign


async def give_back(campaign_id: int, note: str, by: Staff) -> Campaign:
    """Back to the maker as a draft, with the reason. Refused: no reason, own work, decided meanwhile."""
    async with database.transaction():
        campaign, waiting = await _waiting(campaign_id, by)
        state = lifecycle.after("give_back", campaign.state)
        await approvals.give_back(waiting.id, note, by)
        campaign.state = state
        await campaign.save(update_fields=["state"])
    return campaign


async def may_decide(campaign: Campaign, person: Staff) -> bool:
    """Whether to show this person the buttons."""
    waiting = await Approval.filter(subject=SUBJECT, subject_id=campaign.id, state="waiting").first()
    return waiting is not None and waiting.id in {one.id for one in await approvals.waiting_for(person)}


async def _waiting(campaign_id: int, by: Staff) -> tuple[Campaign, Approval]:
    permissions.require(by, approvals.PERMISSION)
    campaign = await listing.lock(campaign_id, by)
    if by.id in (campaign.author_id, campaign.last_editor_id):
        raise Forbidden("不能审批自己编写或修改的活动，请由另一位同事审批", code="approval.own_work")
    waiting = await Approval.filter(subject=SUBJECT, subject_id=campaign.id, state="waiting").first()
    if waiting is None:
        raise Refused("这项申请已由其他同事处理，或已被撤回", code="approval.decided", status=409)
    return campaign, waiting


async def _summary(campaign: Campaign, by: Staff) -> dict[str, Any]:
    audience = await listing.audience_of(campaign)
    people = await segments.waterfall(audience)
    return {
        "title": campaign.name,
        "kind": kind.of(campaign.kind).label,
        "starts_at": campaign.starts_at.isoformat() if campaign.starts_at else None,
        "audience": await describing.describe(campaign.conditions),
        "total": people.total,
        "due": people.due,
        "control_percent": campaign.control_percent,
        "branch_id": campaign.branch_id,
        # what the next approver compares with; texts and conditions, no personal data
        "contents": await fingerprint.contents(campaign),
        "maker_ids": sorted({campaign.author_id, campaign.last_editor_id, by.id}),
    }
