"""Maker and checker of a campaign: submit, approve exactly what was seen, give back with a note and remarks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from campaigns.content import findings
from campaigns.planning import conflicts, fingerprint, lifecycle, listing, outgrowing, preflight, summary
from campaigns.planning.drafting import SUBJECT
from campaigns.planning.models import Campaign
from kernel import clock, database
from kernel.errors import Refused
from staff import approval_kinds, approval_reading, approvals, audit, permissions
from staff.approval_kinds import Kind
from staff.approvals import Remark
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
        shown = await summary.of(campaign, by)
        asked = await approvals.ask(
            SUBJECT, campaign.id, content_hash, shown, by, size=shown["due"], touches=await conflicts.of(campaign)
        )
        campaign.state = state
        await campaign.save(update_fields=["state"])
        await audit.record(by, "campaign.submitted", SUBJECT, campaign.id, hash=content_hash)
    return asked


async def approve(campaign_id: int, by: Staff, seen_hash: str, note: str = "") -> Campaign:
    """Approve exactly what was seen; with the last yes it is scheduled, or without a start time waits for a hand.

    Refused: own work (also the last editor's), changed since it was looked at, decided meanwhile, start time gone by.
    """
    await approvals.approve((await _waiting(campaign_id)).id, seen_hash, by, note)
    return await Campaign.get(id=campaign_id)


async def give_back(campaign_id: int, note: str, by: Staff, comments: Sequence[Remark] = ()) -> Campaign:
    """Back to the maker as a draft, with the reason. Refused: no reason, own work, decided meanwhile."""
    await approvals.give_back((await _waiting(campaign_id)).id, note, by, comments)
    return await Campaign.get(id=campaign_id)


async def may_decide(campaign: Campaign, person: Staff) -> bool:
    """Whether to show this person the buttons."""
    waiting = await Approval.filter(subject=SUBJECT, subject_id=campaign.id, state="waiting").first()
    return waiting is not None and await approval_reading.is_for(waiting, person)


async def _waiting(campaign_id: int) -> Approval:
    waiting = await Approval.filter(subject=SUBJECT, subject_id=campaign_id, state="waiting").first()
    if waiting is None:
        raise Refused("这项申请已由其他同事处理，或已被撤回", code="approval.decided", status=409)
    return waiting


async def _lock(campaign_id: int) -> None:
    await listing.lock(campaign_id, None)


async def _hash(campaign_id: int) -> str | None:
    campaign = await Campaign.get_or_none(id=campaign_id)
    return await fingerprint.of(campaign) if campaign is not None else None


async def _touches(campaign_id: int) -> list[str]:
    campaign = await Campaign.get_or_none(id=campaign_id)
    return await conflicts.of(campaign) if campaign is not None else []


async def _apply(asked: Approval, by: Staff) -> None:
    """What the last yes does, with the campaign's row locked and its content just compared."""
    campaign = await Campaign.get(id=asked.subject_id)
    state = lifecycle.after("approve", campaign.state)
    if campaign.starts_at is not None:
        if clock.now() > campaign.starts_at + timedelta(minutes=campaign.late_minutes):
            raise Refused("计划的开始时间已过，请退回给制作人改期", code="campaign.start_passed")
        state = lifecycle.after("schedule", state)
    # what was fine when it was submitted may have expired since: an event that is over, a retired channel
    if stopping := findings.blocking(await preflight.check(campaign)):
        message = "；".join(finding.message for finding in stopping)
        raise Refused(f"还不能批准：{message}", code="campaign.preflight")
    if too_many := await outgrowing.reason(campaign, asked):
        raise Refused(f"{too_many}，请退回给制作人重新送审", code="campaign.outgrown")
    campaign.state, campaign.approved_hash, campaign.approved_at = state, asked.content_hash, clock.now()
    await campaign.save(update_fields=["state", "approved_hash", "approved_at"])
    await audit.record(by, "campaign.approved", SUBJECT, campaign.id, hash=asked.content_hash)


async def _reopen(asked: Approval, _by: Staff | None = None) -> None:
    """A draft again: nobody said yes, so that its maker can change it and ask anew."""
    campaign = await Campaign.get(id=asked.subject_id)
    if campaign.state == "submitted":
        campaign.state = lifecycle.after("give_back", campaign.state)
        await campaign.save(update_fields=["state"])


KIND = approval_kinds.register(
    Kind(
        SUBJECT,
        "活动",
        see="campaigns.see",
        content_hash=_hash,
        apply=_apply,
        give_back=_reopen,
        lapse=_reopen,
        lock=_lock,
        touches=_touches,
    )
)
