"""Livestreams: booked by the API, begun and watched by people, told to the app that made them."""

from __future__ import annotations

from typing import Any


async def book(play: Any, **more: Any) -> str:
    start = int((await play.ctl.clock())["now"]) + 600
    asked = {
        "anchor_userid": "zhang.wei",
        "theme": "年末理财直播",
        "living_start": start,
        "living_duration": 3600,
        **more,
    }
    return str((await play.wx("living/create", asked)).get("livingid", ""))


async def watchers(play: Any, livingid: str) -> dict[str, int]:
    found: dict[str, int] = {}
    asked: dict[str, Any] = {"livingid": livingid, "next_key": "0"}
    while True:
        told = await play.wx("living/get_watch_stat", asked)
        found |= {row["external_userid"]: row["watch_time"] for row in told["stat_info"]["external_users"]}
        if told["ending"] == 1:
            return found
        asked["next_key"] = told["next_key"]


async def test_a_livestream_runs_from_booked_to_ended_and_each_step_is_told(heard_play: Any, listener: Any) -> None:
    clients = (await heard_play.ctl.seed("small"))["externals"]
    livingid = await book(heard_play)
    await heard_play.ctl.act("live.reserve", livingid=livingid, ids=clients)
    await heard_play.ctl.act("live.start", livingid=livingid)
    await heard_play.ctl.act("live.watch", livingid=livingid, ids=clients[:2], seconds=700, comment=True)
    await heard_play.ctl.act("live.watch", livingid=livingid, id=clients[0], seconds=50)
    await heard_play.ctl.act("live.end", livingid=livingid)
    assert await heard_play.ctl.settle()
    assert sorted(one.fields["Status"] for one in listener.events("living_status_change")) == ["1", "2"]
    info = (await heard_play.wx("living/get_living_info", livingid=livingid))["living_info"]
    assert (info["status"], info["viewer_num"], info["subscribe_count"], info["comment_num"]) == (2, 2, 5, 2)
    assert await watchers(heard_play, livingid) == {clients[0]: 750, clients[1]: 700}


async def test_attendance_comes_page_by_page(play: Any) -> None:
    await play.ctl.seed("small")
    await play.ctl.seed("bulk", clients=250)
    livingid = await book(play)
    await play.ctl.act("live.start", livingid=livingid)
    everyone = [one["external_userid"] for one in (await play.ctl.people("externals"))["externals"]]
    await play.ctl.act("live.watch", livingid=livingid, ids=everyone)
    assert sorted(await watchers(play, livingid)) == sorted(everyone)


async def test_what_is_booked_can_be_changed_and_cancelled(play: Any) -> None:
    await play.ctl.seed("small")
    livingid = await book(play)
    assert (await play.wx("living/modify", {"livingid": livingid, "theme": "改期"}))["errcode"] == 0
    assert (await play.wx("living/get_living_info", livingid=livingid))["living_info"]["theme"] == "改期"
    assert (await play.wx("living/cancel", {"livingid": livingid}))["errcode"] == 0
    assert (await play.wx("living/modify", {"livingid": livingid, "theme": "晚了"}))["errcode"] == 40058
    assert (await play.wx("living/get_living_info", livingid=livingid))["living_info"]["status"] == 4


async def test_what_nobody_begins_expires_in_silence(heard_play: Any, listener: Any) -> None:
    await heard_play.ctl.seed("small")
    livingid = await book(heard_play)
    await heard_play.ctl.clock(advance=600 + 3601)
    info = (await heard_play.wx("living/get_living_info", livingid=livingid))["living_info"]
    assert info["status"] == 3
    assert listener.heard == []


async def test_long_themes_and_past_times_are_refused(play: Any) -> None:
    await play.ctl.seed("small")
    assert await book(play, theme="长" * 21) == ""
    assert await book(play, living_start=1) == ""
