"""A campaign under way: started on time or held, paused, resumed, cancelled. The stream is the tap of its sends."""

from __future__ import annotations

from datetime import timedelta

from campaigns.content import findings, rules
from campaigns.planning import carrying, fingerprint, kind, lifecycle, listing, outgrowing, products, recurring
from campaigns.planning.drafting import SUBJECT
from campaigns.planning.models import Campaign, Step
from community.sending import reminding, streams
from community.sending import tasks as sending_tasks
from kernel import clock, database, logs
from kernel.errors import Forbidden, Refused
from staff import approval_rights, approvals, audit, permissions
from staff.models import Staff

_log = logs.get(__name__)

_DUE = "SELECT id FROM campaign WHERE state = 'scheduled' AND starts_at <= $1 ORDER BY starts_at, id"


async def due() -> list[int]:
    """Campaigns whose start time has come, the earliest first."""
    return [row["id"] for row in await database.fetch(_DUE, clock.now())]


async def start_if_due(campaign_id: int) -> bool:
    """Start one due campaign; what is too late or no longer what was approved is held instead (False).

    Twice at once is harmless: the campaign is looked at again under its row lock.
    """
    async with database.transaction():
        campaign = await listing.lock(campaign_id, None)
        if campaign.state != "scheduled" or campaign.starts_at is None or campaign.starts_at > clock.now():
            return False
        return await _start_or_hold(campaign)


async def start(campaign_id: int, by: Staff) -> Campaign:
    """Start by hand what was approved without a start time. Refused: has a time of its own, not what was approved.

    Where the audience outgrew one person's word it is held for a second person's, and that is said.
    """
    permissions.require(by, "campaigns.edit")
    async with database.transaction():
        campaign = await listing.lock(campaign_id, by)
        if campaign.starts_at is not None:
            raise Refused("这个活动有计划的开始时间，到时会自动开始", code="campaign.has_start_time", status=409)
        await _require_approved(campaign)
        await _require_timely(campaign)
        if too_many := await outgrowing.reason(campaign):
            await _hold(campaign, too_many)
        else:
            await _open(campaign, "start")
            await audit.record(by, "campaign.started", SUBJECT, campaign.id)
    if too_many:
        raise Refused(f"{too_many}，须由另一位有审批权限的同事放行", code="campaign.outgrown", status=409)
    return campaign


async def release(campaign_id: int, by: Staff) -> Campaign:
    """Send a held campaign although it is late or larger: the word of a second person, not of its maker.

    Where it outgrew one person's word, not of the one who gave that word either.
    """
    permissions.require(by, approvals.PERMISSION)
    async with database.transaction():
        campaign = await listing.lock(campaign_id, by)
        if by.id in (campaign.author_id, campaign.last_editor_id):
            raise Forbidden("放行须由另一位有审批权限的同事操作", code="approval.own_work")
        await _refuse_partial(campaign, by)
        await _require_approved(campaign)
        if await outgrowing.reason(campaign) and await outgrowing.has_approved(campaign, by):
            raise Forbidden("您已批准过，人数超过界限须由另一位同事放行", code="approval.voted")
        await _require_timely(campaign)
        await _open(campaign, "release")
        await audit.record(by, "campaign.released", SUBJECT, campaign.id)
    return campaign


async def pause(campaign_id: int, reason: str, by: Staff | None) -> Campaign:
    """Stop sending for now; when this returns no further call begins. by None: the brakes of the system."""
    async with database.transaction():
        campaign = await _move(campaign_id, "pause", by, "campaigns.stop")
        campaign.hold_reason = reason.strip()[:200]
        await campaign.save()
        if campaign.stream_id is not None:
            await streams.close_stream(campaign.stream_id, campaign.hold_reason or "活动已暂停")
        await audit.record(by, "campaign.paused", SUBJECT, campaign.id, reason=logs.mask_text(campaign.hold_reason))
    return campaign


async def resume(campaign_id: int, by: Staff) -> Campaign:
    """Go on sending where it stopped; nobody is sent anything twice."""
    async with database.transaction():
        campaign = await _move(campaign_id, "resume", by, "campaigns.edit")
        campaign.hold_reason = ""
        if campaign.frozen_at is None:
            # stopped before anything was planned: a person has now decided that late is fine
            campaign.started_at = clock.now()
        await campaign.save()
        if campaign.stream_id is not None:
            await streams.reopen_stream(campaign.stream_id)
        await audit.record(by, "campaign.resumed", SUBJECT, campaign.id)
    return campaign


async def remind(campaign_id: int, by: Staff) -> int:
    """Ask WeCom to remind the members who have not confirmed; returns how many jobs. Refused: nothing to remind of."""
    permissions.require(by, "campaigns.edit")
    campaign = await listing.get(campaign_id, by)
    jobs = await reminding.remindable(campaign.stream_id) if campaign.stream_id and campaign.state == "sending" else 0
    if not jobs or campaign.stream_id is None:
        raise Refused("没有可以提醒的任务：都已确认，或 8 小时内刚提醒过", code="campaign.nothing_to_remind")
    sending_tasks.remind_staff.later(campaign.stream_id)
    await audit.record(by, "campaign.reminded", "campaign", campaign.id, jobs=jobs)
    return jobs


async def cancel(campaign_id: int, reason: str, by: Staff) -> Campaign:
    """Stop for good; what was sent stays sent, what was asked or approved is void."""
    async with database.transaction():
        campaign = await _move(campaign_id, "cancel", by, "campaigns.stop")
        campaign.hold_reason, campaign.finished_at = reason.strip()[:200], clock.now()
        await campaign.save()
        await approvals.void(SUBJECT, campaign.id, "活动已取消")
        if campaign.stream_id is not None:
            await streams.cancel_stream(campaign.stream_id, campaign.hold_reason or "活动已取消")
        await kind.of(campaign.kind).on_cancelled(campaign)
        if campaign.repeats:
            await recurring.call_off(campaign.id, "系列已取消")
        await audit.record(by, "campaign.cancelled", SUBJECT, campaign.id, reason=logs.mask_text(campaign.hold_reason))
    return campaign


async def finish(campaign_id: int) -> bool:
    """End a campaign of which nothing is open any more; False when it isn't sending (any more)."""
    async with database.transaction():
        campaign = await listing.lock(campaign_id, None)
        if not lifecycle.may("finish", campaign.state):
            return False
        campaign.state, campaign.finished_at = lifecycle.after("finish", campaign.state), clock.now()
        await campaign.save()
        await audit.record(None, "campaign.finished", SUBJECT, campaign.id)
    return True


async def _start_or_hold(campaign: Campaign) -> bool:
    late = clock.now() - campaign.starts_at if campaign.starts_at else timedelta()
    if late > timedelta(minutes=campaign.late_minutes):
        minutes = int(late.total_seconds() // 60)
        await _hold(campaign, f"错过了计划的开始时间 {minutes} 分钟，没有自动补发")
        return False
    try:
        await _require_approved(campaign)
        await _require_timely(campaign)
    except Refused as refusal:
        await _hold(campaign, refusal.message)
        return False
    if too_many := await outgrowing.reason(campaign):
        await _hold(campaign, too_many)
        return False
    await _open(campaign, "start")
    await audit.record(None, "campaign.started", SUBJECT, campaign.id)
    return True


async def _hold(campaign: Campaign, reason: str) -> None:
    campaign.state, campaign.hold_reason = lifecycle.after("hold", campaign.state), reason[:200]
    await campaign.save()
    await audit.record(None, "campaign.held", SUBJECT, campaign.id, reason=reason)
    _log.warning("campaign.held", campaign=campaign.id)


async def _open(campaign: Campaign, verb: str) -> None:
    campaign.state, campaign.hold_reason = lifecycle.after(verb, campaign.state), ""
    campaign.stream_id = await streams.open_stream(
        f"活动 {campaign.id}",
        products=campaign.products,
        limits=await fingerprint.limits(campaign),
        rules_version=(await rules.refresh()).version,
        late_minutes=campaign.late_minutes,
    )
    campaign.started_at = clock.now()
    await campaign.save()


async def _move(campaign_id: int, verb: str, by: Staff | None, permission: str) -> Campaign:
    if by is not None:
        permissions.require(by, permission)
    campaign = await listing.lock(campaign_id, by)
    campaign.state = lifecycle.after(verb, campaign.state)
    campaign.epoch += 1
    return campaign


async def _require_approved(campaign: Campaign) -> None:
    if campaign.series_id is not None and campaign.approved_hash and await _is_as_its_series(campaign):
        return
    content_hash = await fingerprint.of(campaign)
    is_same = content_hash == campaign.approved_hash
    if not is_same or not await approvals.is_approved(SUBJECT, campaign.id, content_hash):
        raise Refused("现在的内容没有经过审批", code="campaign.not_approved", status=409)


async def _is_as_its_series(campaign: Campaign) -> bool:
    """Whether an occurrence says exactly what was approved of its series, which nobody ended."""
    first = await Campaign.get(id=campaign.series_id)
    content_hash = await fingerprint.of_series(campaign, first)
    is_same = content_hash == campaign.approved_hash == first.approved_hash and first.repeats_ended_at is None
    return is_same and await approvals.is_approved(SUBJECT, first.id, content_hash)


async def _refuse_partial(campaign: Campaign, by: Staff) -> None:
    # who may not decide it (its makers and submitter, an interest in it, another unit's) doesn't release it either
    asked = await outgrowing.asked_of(campaign)
    if asked is not None:
        outcome = approval_rights.capacity(await approval_rights.desk(by), asked, [], is_no=True)
        if isinstance(outcome, Refused):
            raise outcome


async def _require_timely(campaign: Campaign) -> None:
    # an approval may be days old: nobody is invited to what has begun meanwhile, or sent what was retired meanwhile
    await rules.refresh()
    steps = await Step.filter(campaign_id=campaign.id).order_by("position", "id")
    said = await kind.of(campaign.kind).findings(campaign) + await products.findings(campaign)
    said += await carrying.standing(campaign, steps)
    if found := findings.blocking(said):
        message = "；".join(finding.message for finding in found)
        raise Refused(f"现在已不能开始：{message}", code="campaign.too_late", status=409)
