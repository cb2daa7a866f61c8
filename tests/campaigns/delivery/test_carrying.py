"""Pieces of the library and tracked links on their way through a WeChat that behaves like WeChat."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from campaigns.content import library, links
from campaigns.delivery import freezing, tasks
from campaigns.planning import approval, carrying, drafting, fingerprint, running
from campaigns.planning.drafting import StepText
from campaigns.planning.models import Campaign, Step
from community.sending import dispatching, media
from community.sending.models import MediaUpload, Send
from kernel import clock, database, sealing, settings
from tests.campaigns.conftest import Cast, draft_of
from tests.campaigns.content.making import approve, picture
from tests.community.sending.conftest import awake as awake
from tests.community.sending.conftest import stage as stage
from tests.community.sending.staging import Stage

pytestmark = pytest.mark.usefixtures("awake")


async def _sent(cast: Cast, campaign: Campaign) -> Campaign:
    await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    campaign = await Campaign.get(id=campaign.id)
    while await dispatching.dispatch(lane="campaigns", stream_id=campaign.stream_id):
        pass
    return campaign


async def _with_pieces(cast: Cast, pieces: list[int], link_url: str = "", **changes: Any) -> Campaign:
    campaign = await draft_of(cast, **changes)
    text = (await drafting.read(campaign)).steps[0].text
    step = StepText("main", text, "讲堂" if link_url else "", link_url, tuple(pieces))
    return await _submitted(cast, campaign, (step,))


async def _submitted(cast: Cast, campaign: Campaign, steps: tuple[StepText, ...]) -> Campaign:
    draft = dataclasses.replace(await drafting.read(campaign), steps=steps)
    campaign = await drafting.save(campaign.id, draft, cast.li, campaign.version)
    await approval.submit(campaign.id, cast.li)
    campaign = await Campaign.get(id=campaign.id)
    return await approval.approve(campaign.id, cast.wang, await fingerprint.of(campaign))


async def test_a_picture_travels_and_one_upload_serves_all_members(cast: Cast, stage: Stage) -> None:
    await stage.contacts(8, members=2)
    piece = await approve(cast, await picture(cast))
    campaign = await _sent(cast, await _with_pieces(cast, [piece.id], settings.get().public_url + "/a"))
    assert {send.state for send in await Send.filter(campaign_id=campaign.id)} == {"accepted"}
    assert await MediaUpload.all().count() == 1
    send = await Send.filter(campaign_id=campaign.id).first()
    assert send is not None
    assert [one["kind"] for one in send.attachments] == ["link", "image"]
    assert "media_id" not in send.attachments[1]


async def test_a_file_is_brought_again_before_wecom_forgets_it(cast: Cast, stage: Stage) -> None:
    corp = settings.get().wecom_corpid
    piece = await approve(cast, await picture(cast))
    assert piece.asset_id is not None
    first = await media.media_id(piece.asset_id, corp)
    assert await media.media_id(piece.asset_id, corp) == first
    assert await media.renew() == 0
    with clock.frozen(clock.now() + timedelta(days=2, hours=14)):
        assert await media.renew() == 1
        assert await media.renew() == 0
        assert await media.media_id(piece.asset_id, corp) != first
    await MediaUpload.all().update(used_at=clock.now() - media.WANTED, expires_at=clock.now())
    assert await media.renew() == 0


async def test_a_file_that_wecom_lost_is_brought_anew_and_the_job_made_once(cast: Cast, stage: Stage) -> None:
    await stage.contacts(4, members=1)
    piece = await approve(cast, await picture(cast))
    campaign = await _with_pieces(cast, [piece.id])
    now = clock.now()
    await MediaUpload.create(
        asset_id=piece.asset_id,
        app=settings.get().wecom_corpid,
        media_id="gone",
        uploaded_at=now,
        expires_at=now + media.LIFE,
        used_at=now,
    )
    campaign = await _sent(cast, campaign)
    assert {(send.state, send.reason) for send in await Send.filter(campaign_id=campaign.id)} == {
        ("planned", "media_expired")
    }
    with clock.frozen(clock.now() + timedelta(seconds=30)):
        await dispatching.dispatch(lane="campaigns", stream_id=campaign.stream_id)
    assert {send.state for send in await Send.filter(campaign_id=campaign.id)} == {"accepted"}


async def test_each_follower_gets_an_address_of_their_own_and_a_member_one_for_all(cast: Cast, stage: Stage) -> None:
    followers, target = await stage.followers(2), settings.get().public_url + "/course"
    steps = (StepText("main", "欢迎来听课：{活动链接}", "", target),)
    campaign = await _sent(cast, await _submitted(cast, await draft_of(cast, channel="oa_service"), steps))
    texts = {send.client_id: _said(send) for send in await Send.filter(campaign_id=campaign.id, state="delivered")}
    told = {client: links.read(text.partition(links.PATH)[2].split()[0]) for client, text in texts.items()}
    assert {client: found.client_id for client, found in told.items()} == {one: one for one in followers.values()}
    assert len({found.link_id for found in told.values()}) == 1
    await stage.contacts(4, members=1)
    campaign = await _sent(cast, await _submitted(cast, await draft_of(cast), steps))
    said = {_said(send) for send in await Send.filter(campaign_id=campaign.id, state="accepted")}
    assert len(said) == 1
    assert links.read(said.pop().partition(links.PATH)[2].split()[0]).client_id == 0


async def test_what_was_retired_after_the_approval_holds_the_start(cast: Cast, stage: Stage) -> None:
    await stage.contacts(2)
    piece = await approve(cast, await picture(cast))
    at = clock.now() + timedelta(hours=1)
    campaign = await _with_pieces(cast, [piece.id], starts_at=at)
    await library.retire(piece.series, cast.li)
    with clock.frozen(at):
        assert not await running.start_if_due(campaign.id)
    held = await Campaign.get(id=campaign.id)
    assert (held.state, "已停用" in held.hold_reason) == ("held", True)


async def test_what_is_out_of_its_days_when_sends_are_planned_pauses_the_campaign(cast: Cast, stage: Stage) -> None:
    await stage.contacts(2)
    piece = await approve(cast, await picture(cast))
    campaign = await _with_pieces(cast, [piece.id])
    await running.start(campaign.id, cast.li)
    await freezing.freeze(campaign.id)
    await database.execute("UPDATE piece SET valid_until = $1", clock.today() - timedelta(days=1))
    await tasks.start_campaign.now(campaign.id)
    paused = await Campaign.get(id=campaign.id)
    assert (paused.state, "有效期" in paused.hold_reason) == ("paused", True)
    assert await Send.filter(campaign_id=campaign.id).count() == 0


async def test_a_site_that_left_the_list_holds_the_start(cast: Cast, stage: Stage) -> None:
    await stage.contacts(2)
    campaign = await _with_pieces(cast, [], settings.get().public_url + "/a")
    step = await Step.get(campaign_id=campaign.id)
    step.link_url, step.link_title = "https://elsewhere.example/a", "见 evil.com"
    found = {one.message for one in await carrying.standing(campaign, [step])}
    assert len(found) == 2
    assert any(message.startswith("链接标题：") for message in found)


def _said(send: Send) -> str:
    return sealing.unseal(bytes(send.body_sealed or b""), table="send", column="body_sealed", row=send.id)
