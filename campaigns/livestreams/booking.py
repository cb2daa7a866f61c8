"""Booking a livestream with WeCom once: a booking whose answer was lost is looked for before another is made."""

from __future__ import annotations

from datetime import datetime, timedelta

from campaigns.livestreams import corps
from campaigns.livestreams.models import Livestream
from campaigns.planning.models import Campaign
from kernel import clock, crashpoints, database, logs
from kernel.errors import Later, NotFound, Refused

THEME_CHARACTERS = 20
ANSWER_BY = timedelta(seconds=30)
CANCELLED = 4
CLAIM = "UPDATE livestream SET asked_at = $2 WHERE id = $1 AND livingid IS NULL AND asked_at IS NOT DISTINCT FROM $3"
_log = logs.get(__name__)


async def describe(campaign: Campaign, *, anchor_userid: str, starts_at: datetime, minutes: int) -> Livestream:
    """Set who is on air, when and for how long; Refused when it makes no sense or is on air already."""
    if not 5 <= minutes <= 24 * 60:
        raise Refused("直播时长应在 5 分钟至 24 小时之间", code="livestream.minutes")
    if not anchor_userid:
        raise Refused("请选择主播（需已开通企业微信）", code="livestream.anchor")
    livestream = await Livestream.get_or_none(campaign_id=campaign.id)
    if livestream is None:
        return await Livestream.create(
            campaign_id=campaign.id, anchor_userid=anchor_userid, starts_at=starts_at, minutes=minutes
        )
    wanted = anchor_userid, starts_at, minutes
    if wanted == (livestream.anchor_userid, livestream.starts_at, livestream.minutes):
        return livestream
    if livestream.status != 0 or livestream.livingid:
        raise Refused("直播已在企业微信预约，不能再修改", code="livestream.booked")
    livestream.anchor_userid, livestream.starts_at, livestream.minutes = wanted
    await livestream.save()
    return livestream


async def of_campaign(campaign_id: int) -> Livestream:
    """The livestream of a campaign; NotFound when it has none yet."""
    livestream = await Livestream.get_or_none(campaign_id=campaign_id)
    if livestream is None:
        raise NotFound("这个活动还没有填写直播信息")
    return livestream


async def of(livestream_id: int) -> Livestream:
    """One livestream as it is now."""
    return await Livestream.get(id=livestream_id)


async def book(livestream_id: int) -> Livestream:
    """Make the livestream in WeCom and keep its id; safe to repeat, in several workers at once and after a crash.

    The intention is written before the call. A booking whose answer was lost is looked for in WeCom and adopted; only
    after WeCom was asked and knows nothing of it is another one made.
    """
    livestream = await Livestream.get(id=livestream_id)
    if livestream.livingid or livestream.status != 0:
        return livestream
    theme = (await Campaign.get(id=livestream.campaign_id)).name[:THEME_CHARACTERS]
    if livestream.asked_at is not None:
        if livestream.asked_at > clock.now() - ANSWER_BY:
            raise Later(ANSWER_BY.total_seconds(), "another worker is booking this livestream")
        if found := await _booked_before(livestream, theme):
            return await _keep(livestream, found)
    if not await database.execute(CLAIM, livestream.id, clock.now(), livestream.asked_at):
        raise Later(ANSWER_BY.total_seconds(), "another worker is booking this livestream")
    made = await (await corps.door(livestream)).create_living(
        livestream.anchor_userid, theme, livestream.starts_at, livestream.minutes * 60
    )
    crashpoints.pass_by("livestreams.after_create")
    return await _keep(livestream, made)


async def cancel(campaign_id: int) -> None:
    """Cancel what is still booked, here and in WeCom (which sends no callback for it)."""
    livestream = await Livestream.get_or_none(campaign_id=campaign_id)
    if livestream is None or livestream.status != 0:
        return
    if livestream.livingid is None:
        # one statement: a booking that ends in this moment either finds the cancel (`_keep`) or is found by it
        if await Livestream.filter(id=livestream.id, livingid=None, status=0).update(status=CANCELLED):
            return
        livestream = await of_campaign(campaign_id)
    if livestream.livingid:
        await (await corps.door(livestream)).cancel_living(livestream.livingid)
    await Livestream.filter(id=livestream.id).update(status=CANCELLED)


def ends_at(livestream: Livestream) -> datetime:
    """When it should be over."""
    return livestream.starts_at + timedelta(minutes=livestream.minutes)


async def _keep(livestream: Livestream, livingid: str) -> Livestream:
    livestream.livingid = livingid
    await livestream.save(update_fields=["livingid"])
    _log.info("livestream.booked", campaign=livestream.campaign_id)
    if await Livestream.exists(id=livestream.id, status=CANCELLED):
        # cancelled here while WeCom was still making it
        await (await corps.door(livestream)).cancel_living(livingid)
    return livestream


async def _booked_before(livestream: Livestream, theme: str) -> str | None:
    wecom = await corps.door(livestream)
    for livingid in await wecom.livings_of(livestream.anchor_userid):
        one = await wecom.living(livingid)
        if one.theme == theme and one.starts_at == livestream.starts_at and one.status == "booked":
            return one.livingid
    return None
