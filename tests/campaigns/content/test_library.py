"""The library: every kind of piece is whole before it is kept, a second person says yes, files are kept once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.content import library, library_approval, library_usage
from campaigns.content.library import Card
from campaigns.planning import preflight
from campaigns.planning.models import Step
from community.sending import media
from community.sending.models import MediaAsset
from kernel import clock, settings
from kernel.errors import Refused
from staff import approvals
from staff.models import Approval
from tests.campaigns.conftest import Cast, draft_of, make_clients
from tests.campaigns.content.making import MP4, PDF, approve, picture, png


async def test_the_same_file_is_kept_once_and_must_be_what_its_name_says(db: None) -> None:
    first = await media.keep(png(), "a.png", "image", None)
    assert (await media.keep(png(), "b.png", "image", None)).id == first.id
    assert await MediaAsset.all().count() == 1
    for data, name, kind in ((PDF, "a.png", "image"), (png(), "a.exe", "file"), (MP4[:5], "a.mp4", "video")):
        with pytest.raises(Refused):
            await media.keep(data, name, kind, None)  # type: ignore[arg-type]  # kinds from a form
    assert (await media.keep(MP4, "a.mp4", "video", None)).content_type == "video/mp4"


async def test_a_piece_is_whole_or_it_is_refused_in_words(cast: Cast) -> None:
    own = settings.get().public_url
    for card, url in (
        (Card("image"), ""),
        (Card("link"), ""),
        (Card("article"), own),
        (Card("mini_program", appid="wx1"), ""),
        (Card("link", valid_from=clock.today(), valid_until=clock.today() - timedelta(days=1)), own),
        (Card("poem"), ""),
    ):
        with pytest.raises(Refused):
            await library.save("标题", "", cast.li, link_url=url, card=card)
    with pytest.raises(Refused, match="保本"):
        await library.save("保本理财卡片", "", cast.li, link_url=own, card=Card("link"))
    made = await library.save("讲堂", "", cast.li, link_url=own, card=Card("link", "十一月", ("讲堂", "金卡")))
    assert (made.state, made.folder, made.tags) == ("draft", "十一月", ["讲堂", "金卡"])


async def test_a_second_person_approves_a_version_and_a_new_version_asks_anew(cast: Cast) -> None:
    piece = await picture(cast)
    asked = await library_approval.submit(piece.id, cast.li)
    with pytest.raises(Refused):
        await approvals.approve(asked.id, asked.content_hash, cast.li)
    await approvals.approve(asked.id, asked.content_hash, cast.wang)
    assert (await library.get(piece.id)).state == "approved"
    newer = await library.save(
        "海报", "", cast.li, series=piece.series, card=Card("image", asset_id=piece.asset_id, folder="十二月")
    )
    assert (newer.version, newer.state) == (2, "draft")
    assert [one.id for one in await library.attachable()] == [piece.id]
    waiting = await library_approval.submit(newer.id, cast.li)
    await library.save("海报", "", cast.li, series=piece.series, card=Card("image", asset_id=piece.asset_id))
    assert (await Approval.get(id=waiting.id)).state == "void"
    asked = await library_approval.submit((await library.versions(piece.series))[0].id, cast.li)
    await approvals.give_back(asked.id, "换一张清楚的", cast.wang)
    assert (await library.versions(piece.series))[0].state == "returned"


async def test_the_preflight_stops_a_piece_that_may_not_go_out(cast: Cast) -> None:
    await make_clients(cast, 3)
    soon = clock.today() + timedelta(days=2)
    unapproved = await picture(cast, "未批的图")
    ended = await approve(cast, await picture(cast, "过期的图", 90, valid_until=soon))
    campaign = await draft_of(cast, starts_at=clock.now() + timedelta(days=5))
    await Step.filter(campaign_id=campaign.id).update(pieces=[unapproved.id, ended.id])
    codes = {found.code for found in await preflight.check(campaign)}
    assert {"piece.unapproved", "piece.late"} <= codes
    campaign.channel = "oa_service"
    assert "pieces.channel" in {found.code for found in await preflight.check(campaign)}
    await library.retire(ended.series, cast.li)
    assert "piece.retired" in {found.code for found in await preflight.check(campaign)}
    uses = await library_usage.of([ended.series, unapproved.series])
    assert [use.campaign_id for use in uses[ended.series]] == [campaign.id]
