from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from campaigns.delivery import finishing
from campaigns.livestreams import attendance, booking, guests, reading
from campaigns.livestreams.models import LiveGuest, Livestream
from campaigns.planning.models import Campaign, Step
from community.clients import identities
from kernel import clock, database, settings
from kernel.errors import Later, NotFound, Refused
from staff.models import Staff
from wechat.sandbox.client import Sandbox
from wechat.shapes import Watcher

VIEWERS = 50


@pytest.fixture
async def planned(sandbox: Sandbox) -> Livestream:
    """An approved livestream of one anchor, with as many invited clients as will watch and ten more."""
    staff = [{"userid": "anchor", "name": "周敏"}]
    await sandbox.seed("bank-demo", staff=staff, clients=VIEWERS + 10, groups=1)
    people = await sandbox.people("externals")
    by = await Staff.create(login="zhou", name="周敏", role="marketing", reach="bank", wecom_userid="anchor")
    campaign = await Campaign.create(
        kind="livestream", name="金秋理财直播", channel="wecom_message", salt="s", author=by, last_editor=by
    )
    await Campaign.filter(id=campaign.id).update(state="scheduled", frozen_at=clock.now())
    for code in ("attended", "absent"):
        await Step.create(campaign_id=campaign.id, code=code, who=code, text=code)
    livestream = await booking.describe(
        campaign,
        anchor_userid="anchor",
        starts_at=(clock.now() + timedelta(hours=1)).replace(microsecond=0),
        minutes=60,
    )
    for external in people["externals"]:
        corp = settings.get().wecom_corpid
        client = await identities.find_or_create("external_id", corp, external["external_userid"], source="test")
        await database.execute(
            "INSERT INTO delivery (campaign_id, client_id, arm, bucket, decision) VALUES ($1, $2, 'treated', 1, 'due')"
            " ON CONFLICT DO NOTHING",
            campaign.id,
            client.id,
        )
    await guests.invite_frozen(campaign.id)
    return livestream


async def test_a_livestream_is_booked_once_however_often_it_is_asked(sandbox: Sandbox, planned: Livestream) -> None:
    first = await booking.book(planned.id)
    again = await booking.book(planned.id)
    assert first.livingid == again.livingid
    assert len((await sandbox.people("livestreams"))["livestreams"]) == 1


async def test_a_booking_whose_answer_was_lost_is_found_again_and_not_made_twice(
    sandbox: Sandbox, planned: Livestream
) -> None:
    made = await booking.book(planned.id)
    # as after a crash between the call and the record: the intention is there, the answer isn't
    await Livestream.filter(id=planned.id).update(livingid=None)
    with pytest.raises(Later):
        await booking.book(planned.id)
    await Livestream.filter(id=planned.id).update(asked_at=clock.now() - timedelta(minutes=2))
    assert (await booking.book(planned.id)).livingid == made.livingid
    assert len((await sandbox.people("livestreams"))["livestreams"]) == 1


async def test_fifty_viewers_are_taken_in_once_and_the_follow_up_becomes_due(
    sandbox: Sandbox, planned: Livestream
) -> None:
    livestream = await booking.book(planned.id)
    externals = [one["external_userid"] for one in (await sandbox.people("externals"))["externals"]][:VIEWERS]
    await sandbox.act("live.start", livingid=livestream.livingid)
    await sandbox.act("live.watch", livingid=livestream.livingid, ids=externals, seconds=900)
    await sandbox.act("live.end", livingid=livestream.livingid)
    assert livestream.livingid is not None
    followed = await attendance.follow(livestream.livingid)
    assert followed is not None
    assert followed.status == 2
    before = await database.fetch("SELECT * FROM attendance ORDER BY id")
    assert await attendance.take_in(followed) == (VIEWERS, 0)
    assert await database.fetch("SELECT * FROM attendance ORDER BY id") == before
    figures = await reading.figures(planned.campaign_id)
    assert (figures.invited, figures.clients, figures.strangers, figures.median_seconds) == (60, VIEWERS, 0, 900)
    assert await Step.filter(campaign_id=planned.campaign_id, due_at__not_isnull=True).count() == 2
    assert (
        await database.fetch_value("SELECT count(*) FROM timeline_entry WHERE kind = 'livestream.watched'") == VIEWERS
    )


async def test_a_longer_watch_read_later_updates_the_same_row(sandbox: Sandbox, planned: Livestream) -> None:
    livestream = await booking.book(planned.id)
    one = (await sandbox.people("externals"))["externals"][0]["external_userid"]
    await sandbox.act("live.start", livingid=livestream.livingid)
    await sandbox.act("live.watch", livingid=livestream.livingid, id=one, seconds=60)
    assert await attendance.take_in(livestream) == (1, 1)
    await sandbox.act("live.watch", livingid=livestream.livingid, id=one, seconds=60, comment=True)
    assert await attendance.take_in(livestream) == (1, 1)
    somebody = await Staff.get(id=(await Campaign.get(id=planned.campaign_id)).author_id)
    viewer = (await reading.viewers(livestream.id, somebody))[0]
    assert (viewer.watch_seconds, viewer.commented) == (120, True)


async def test_a_viewer_on_two_pages_is_one_viewer_with_the_longer_watch(planned: Livestream) -> None:
    # somebody joined while we read: the second page repeats the last viewer of the first, who has watched on
    told = [Watcher("wmA", False, 60), Watcher("wmB", False, 60, commented=True), Watcher("wmB", False, 90)]
    assert await attendance.keep(planned, told) == 2
    assert await attendance.keep(planned, told) == 0
    rows = await database.fetch("SELECT viewer_id, watch_seconds, commented FROM attendance ORDER BY viewer_id")
    assert [tuple(row.values()) for row in rows] == [("wmA", 60, False), ("wmB", 90, True)]


async def test_a_viewer_who_is_recognised_later_gets_the_entry_then_and_once(
    sandbox: Sandbox, planned: Livestream
) -> None:
    livestream = await booking.book(planned.id)
    one = (await sandbox.people("externals"))["externals"][0]["external_userid"]
    client_id = await identities.client_of("external_id", settings.get().wecom_corpid, one)
    await database.execute("DELETE FROM identity WHERE value = $1", one)
    await sandbox.act("live.start", livingid=livestream.livingid)
    await sandbox.act("live.watch", livingid=livestream.livingid, id=one, seconds=60)
    entries = "SELECT client_id FROM timeline_entry WHERE kind = 'livestream.watched'"
    await attendance.take_in(livestream)
    assert await database.fetch(entries) == []
    await database.execute(
        "INSERT INTO identity (client_id, kind, scope, value) VALUES ($1, 'external_id', $2, $3)",
        *(client_id, settings.get().wecom_corpid, one),
    )
    for changed in (1, 0):
        assert await attendance.take_in(livestream) == (1, changed)
    assert await database.fetch(entries) == [{"client_id": client_id}]


async def test_a_guest_reserves_once_and_not_after_the_start(planned: Livestream) -> None:
    token = guests.link((await LiveGuest.filter(livestream_id=planned.id).first()).id).rsplit("/", 1)[1]  # type: ignore[union-attr]
    guest = await guests.open_link(token)
    assert await guests.reserve(guest) is True
    assert await guests.reserve(guest) is False
    with pytest.raises(NotFound):
        await guests.open_link(token + "x")
    await Livestream.filter(id=planned.id).update(status=1)
    with pytest.raises(Refused, match="已经开始"):
        await guests.reserve(guest)


async def test_a_livestream_that_nobody_started_is_found_by_its_time(sandbox: Sandbox, planned: Livestream) -> None:
    livestream = await booking.book(planned.id)
    assert await attendance.overdue() == []
    with clock.frozen(livestream.starts_at + timedelta(days=2)):
        assert await attendance.overdue() == [livestream.livingid]
        await sandbox.clock(set=(livestream.starts_at + timedelta(days=2)).timestamp())
        followed = await attendance.follow(livestream.livingid or "")
    assert followed is not None
    assert followed.status == 3


async def test_a_livestream_that_never_began_ends_its_campaign_instead_of_waiting_for_ever(
    sandbox: Sandbox, planned: Livestream
) -> None:
    livestream = await booking.book(planned.id)
    await Campaign.filter(id=planned.campaign_id).update(state="sending")
    await sandbox.act("live.cancel", livingid=livestream.livingid)
    followed = await attendance.follow(livestream.livingid or "")
    assert followed is not None
    assert followed.status == 4
    assert [step.state for step in await Step.filter(campaign_id=planned.campaign_id)] == ["missed"] * 2
    assert await finishing.finish_all() == [planned.campaign_id]


async def test_a_cancel_that_was_lost_is_found_again(sandbox: Sandbox, planned: Livestream) -> None:
    await booking.book(planned.id)
    await Campaign.filter(id=planned.campaign_id).update(state="cancelled")
    assert await attendance.uncancelled() == [planned.campaign_id]
    await booking.cancel(planned.campaign_id)
    assert await attendance.uncancelled() == []
    (living,) = (await sandbox.people("livestreams"))["livestreams"]
    assert living["status"] == 4, living


async def test_a_booking_that_ends_after_the_cancel_is_cancelled_in_wecom_too(
    sandbox: Sandbox, planned: Livestream
) -> None:
    asked = await booking.book(planned.id)
    # as if the answer of WeCom had come only after the cancel
    await Livestream.filter(id=planned.id).update(livingid=None, asked_at=clock.now() - timedelta(minutes=2))
    await asyncio.gather(booking.book(planned.id), booking.cancel(planned.campaign_id))
    (living,) = (await sandbox.people("livestreams"))["livestreams"]
    assert (living["status"], living["livingid"]) == (4, asked.livingid)


async def test_other_words_of_a_booked_livestream_can_be_saved_but_not_another_time(
    sandbox: Sandbox, planned: Livestream
) -> None:
    await booking.book(planned.id)
    campaign = await Campaign.get(id=planned.campaign_id)
    at = planned.starts_at
    kept = await booking.describe(campaign, anchor_userid="anchor", starts_at=at, minutes=planned.minutes)
    assert kept.id == planned.id
    with pytest.raises(Refused, match="不能再修改"):
        await booking.describe(
            campaign, anchor_userid="anchor", starts_at=at + timedelta(hours=1), minutes=planned.minutes
        )
