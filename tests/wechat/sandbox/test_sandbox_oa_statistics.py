"""Statistics are counted from what happened, from the day after on."""

from __future__ import annotations

from typing import Any

from tests.wechat.sandbox.test_sandbox_oa_content import draft

DAY = {"begin_date": "2026-11-25", "end_date": "2026-11-25"}


async def cube(play: Any, name: str, **days: str) -> dict[str, Any]:
    query = {"access_token": play.tokens["oa"]}
    return dict(await play.call("POST", f"/oa/datacube/{name}", {**DAY, **days}, **query))


async def a_day(play: Any) -> list[str]:
    await play.ctl.clock(set="2026-11-25T10:00:00")
    play.tokens["oa"] = await play.oa_token()
    fans = [(await play.ctl.act("fan.subscribe"))["openid"] for _ in range(3)]
    await play.ctl.act("fan.scan", scene="salon")
    await play.ctl.act("fan.unsubscribe", openid=fans[2])
    for _ in range(6):
        await play.ctl.act("fan.message", openid=fans[0])
    await play.ctl.act("fan.message", openid=fans[1])
    return fans


async def tomorrow(play: Any) -> None:
    await play.ctl.settle()
    await play.ctl.clock(set="2026-11-26T09:00:00")
    play.tokens["oa"] = await play.oa_token()


async def test_fans_and_messages_are_counted(heard_play: Any, listener: Any) -> None:
    play = heard_play
    await a_day(play)
    assert (await cube(play, "getusersummary"))["errcode"] == 61503
    await tomorrow(play)
    came = {row["user_source"]: row for row in (await cube(play, "getusersummary"))["list"]}
    assert (came[1]["new_user"], came[1]["cancel_user"], came[30]["new_user"]) == (3, 1, 1)
    assert (await cube(play, "getusercumulate"))["list"][0]["cumulate_user"] == 3
    (said,) = (await cube(play, "getupstreammsg"))["list"]
    assert (said["msg_type"], said["msg_user"], said["msg_count"]) == (1, 2, 7)
    assert (await cube(play, "getupstreammsghour"))["list"][0]["ref_hour"] == 1000
    spread = {row["count_interval"]: row["msg_user"] for row in (await cube(play, "getupstreammsgdist"))["list"]}
    assert spread == {1: 1, 2: 1}
    (calls,) = (await cube(play, "getinterfacesummary"))["list"]
    assert (calls["callback_count"], calls["fail_count"]) == (len(listener.heard), 0)
    assert (await cube(play, "getusersummary", begin_date="x"))["errcode"] == 61500
    assert (await cube(play, "getusersummary", begin_date="2026-11-01"))["errcode"] == 61501


async def test_readers_of_a_sent_article_are_counted_in_both_kinds(play: Any) -> None:
    fans = await a_day(play)
    media_id = (await draft(play))["media_id"]
    body = {"touser": fans[:2], "msgtype": "mpnews", "mpnews": {"media_id": media_id}}
    sent = await play.oa("message/mass/send", body)
    await play.ctl.settle()
    await play.ctl.act("fan.read", openid=fans[0], msg_id=sent["msg_id"], times=2)
    await play.ctl.act("fan.read", openid=fans[1], msg_id=sent["msg_id"], scene=2, share=True)
    await tomorrow(play)
    msgid = f"{sent['msg_data_id']}_1"
    (old,) = (await cube(play, "getarticlesummary"))["list"]
    assert (old["msgid"], old["int_page_read_user"], old["int_page_read_count"], old["share_user"]) == (msgid, 2, 3, 1)
    (total,) = (await cube(play, "getarticletotal"))["list"]
    assert total["details"][0]["target_user"] == 2
    (new,) = (await cube(play, "getarticleread"))["list"]
    assert (new["msgid"], new["detail"]["read_user"]) == (msgid, 2)
    (detail,) = (await cube(play, "getarticletotaldetail"))["list"]
    assert (detail["publish_type"], detail["detail_list"][0]["read_user"]) == (0, 2)
    assert detail["detail_list"][0]["read_delivery_rate"] == 1.0
    assert (await cube(play, "getbizsummary"))["list"][0]["detail"]["share_user"] == 1
    scenes = {row["user_source"]: row["int_page_read_count"] for row in (await cube(play, "getuserread"))["list"]}
    assert scenes == {99999999: 3, 0: 2, 2: 1}
    assert (await cube(play, "getusershare"))["list"][0]["share_scene"] == 2
