"""Files, drafts, published articles and menus of the account."""

from __future__ import annotations

from typing import Any

import aiohttp

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


async def upload(play: Any, path: str, data: bytes = PNG, name: str = "a.png", **fields: str) -> dict[str, Any]:
    token = play.tokens.get("oa") or await play.oa_token()
    play.tokens["oa"] = token
    form = aiohttp.FormData()
    form.add_field("media", data, filename=name)
    for field, value in fields.items():
        form.add_field(field, value)
    async with play.http.post(f"{play.url}/oa/cgi-bin/{path}", data=form, params={"access_token": token}) as answer:
        told: dict[str, Any] = await answer.json(content_type=None)
        return told


async def fetch(play: Any, path: str, **query: str) -> Any:
    async with play.http.get(
        f"{play.url}/oa/cgi-bin/{path}", params={"access_token": play.tokens["oa"], **query}
    ) as told:
        body = await told.read()
        return body if "json" not in told.headers["content-type"] else await told.json(content_type=None)


async def draft(play: Any, title: str = "开业", **more: Any) -> dict[str, Any]:
    cover = (await upload(play, "material/add_material?type=image"))["media_id"]
    article = {"title": title, "content": "<p>欢迎</p>", "thumb_media_id": cover, **more}
    return dict(await play.oa("draft/add", {"articles": [article]}))


async def test_a_temporary_file_lasts_three_days(play: Any) -> None:
    made = await upload(play, "media/upload?type=image")
    assert made["type"] == "image"
    assert await fetch(play, "media/get", media_id=made["media_id"]) == PNG
    await play.ctl.clock(advance=3 * 86_400)
    play.tokens["oa"] = await play.oa_token()
    assert (await fetch(play, "media/get", media_id=made["media_id"]))["errcode"] == 40007
    thumb = await upload(play, "media/upload?type=thumb")
    assert "thumb_media_id" in thumb


async def test_files_of_the_wrong_size_or_kind_are_refused(play: Any) -> None:
    assert (await upload(play, "media/upload?type=image", b""))["errcode"] == 44001
    assert (await upload(play, "media/upload?type=thumb", PNG + bytes(64 << 10)))["errcode"] == 40012
    assert (await upload(play, "media/upload?type=voice"))["errcode"] == 40005
    assert (await upload(play, "media/upload?type=poem"))["errcode"] == 40004
    assert (await play.oa("media/upload", {}, type="image"))["errcode"] == 41005
    assert (await upload(play, "material/add_material?type=video", b"\x00" * 99, "v.mp4"))["errcode"] == 41005


async def test_videos_are_material_with_a_title(play: Any) -> None:
    words = '{"title": "沙龙", "introduction": "回顾"}'
    made = await upload(play, "material/add_material?type=video", b"\x00" * 99, "v.mp4", description=words)
    shown = await play.oa("material/get_material", {"media_id": made["media_id"]})
    assert (shown["title"], shown["description"]) == ("沙龙", "回顾")
    async with play.http.get(shown["down_url"]) as answer:
        assert await answer.read() == b"\x00" * 99


async def test_a_draft_is_written_changed_published_and_deleted(heard_play: Any, listener: Any) -> None:
    play = heard_play
    media_id = (await draft(play))["media_id"]
    second = {"title": "改名", "content": "<img src='http://evil.test/x.png'><p>好</p>"}
    cover = (await upload(play, "material/add_material?type=image"))["media_id"]
    change = {"media_id": media_id, "index": 0, "articles": {**second, "thumb_media_id": cover}}
    assert (await play.oa("draft/update", change))["errcode"] == 0
    item = (await play.oa("draft/get", {"media_id": media_id}))["news_item"][0]
    assert (item["title"], item["content"]) == ("改名", "<p>好</p>")
    assert (await play.oa("draft/batchget", {"offset": 0, "count": 20, "no_content": 1}))["total_count"] == 1
    job = await play.oa("freepublish/submit", {"media_id": media_id})
    assert (await play.oa("draft/count"))["total_count"] == 0
    assert await play.ctl.settle()
    (event,) = listener.events("PUBLISHJOBFINISH")
    assert f"<publish_id><![CDATA[{job['publish_id']}]]>" in event.plain
    state = await play.oa("freepublish/get", {"publish_id": job["publish_id"]})
    assert state["publish_status"] == 0
    async with play.http.get(state["article_detail"]["item"][0]["article_url"]) as page:
        assert "改名" in await page.text()
    article = {"article_id": state["article_id"]}
    assert (await play.oa("freepublish/getarticle", article))["news_item"][0]["is_deleted"] is False
    assert (await play.oa("freepublish/delete", {**article, "index": 0}))["errcode"] == 0
    assert (await play.oa("freepublish/getarticle", article))["errcode"] == 53600


async def test_articles_that_cannot_be_are_refused(play: Any) -> None:
    assert (await draft(play, "x" * 65))["errcode"] == 45003
    assert (await draft(play, digest="x" * 129))["errcode"] == 45004
    assert (await draft(play, thumb_media_id="none"))["errcode"] == 40007
    assert (await draft(play, content=""))["errcode"] == 44004
    assert (await play.oa("draft/add", {"articles": []}))["errcode"] == 44003
    assert (await play.oa("material/add_news", {}))["errcode"] == 45106


async def test_menus_are_made_matched_and_removed(play: Any) -> None:
    openid = (await play.ctl.seed("small"))["fans"][0]
    tag = (await play.oa("tags/create", {"tag": {"name": "金卡"}}))["tag"]["id"]
    assert (await play.oa("menu/get"))["errcode"] == 46003
    everybody = [{"type": "click", "name": "权益", "key": "A"}]
    gold = [{"type": "view", "name": "金卡", "url": "http://127.0.0.1/gold"}]
    rule = {"button": gold, "matchrule": {"tag_id": tag}}
    assert (await play.oa("menu/addconditional", rule))["errcode"] == 65303
    assert (await play.oa("menu/create", {"button": everybody}))["errcode"] == 0
    menuid = (await play.oa("menu/addconditional", rule))["menuid"]
    assert (await play.oa("menu/trymatch", {"user_id": openid}))["button"][0]["name"] == "权益"
    await play.oa("tags/members/batchtagging", {"tagid": tag, "openid_list": [openid]})
    assert (await play.oa("menu/trymatch", {"user_id": openid}))["button"][0]["name"] == "金卡"
    assert (await play.oa("menu/get"))["conditionalmenu"][0]["menuid"] == int(menuid)
    assert (await play.oa("menu/delconditional", {"menuid": menuid}))["errcode"] == 0
    assert (await play.oa("get_current_selfmenu_info"))["selfmenu_info"]["button"][0]["key"] == "A"
    assert (await play.oa("menu/delete"))["errcode"] == 0
    assert (await play.oa("get_current_selfmenu_info"))["is_menu_open"] == 0


async def test_menus_that_cannot_be_are_refused(play: Any) -> None:
    async def code(*buttons: dict[str, Any]) -> int:
        return int((await play.oa("menu/create", {"button": list(buttons)}))["errcode"])

    good = {"type": "click", "name": "权益", "key": "A"}
    assert await code(*[good] * 4) == 40016
    assert await code({**good, "type": "x"}) == 40017
    assert await code({**good, "name": "名" * 6}) == 40018
    assert await code({**good, "key": ""}) == 40019
    assert await code({"type": "view", "name": "v", "url": "ftp://x"}) == 40055
    assert await code({"name": "多", "sub_button": [good] * 6}) == 40023
    assert await code({"name": "多", "sub_button": [{**good, "name": "名" * 21}]}) == 40025


async def test_short_keys_hold_long_texts_for_a_while(play: Any) -> None:
    key = (await play.oa("shorten/gen", {"long_data": "很长" * 100, "expire_seconds": 60}))["short_key"]
    assert (await play.oa("shorten/fetch", {"short_key": key}))["long_data"] == "很长" * 100
    await play.ctl.clock(advance=61)
    assert (await play.oa("shorten/fetch", {"short_key": key}))["errcode"] == 9301003
