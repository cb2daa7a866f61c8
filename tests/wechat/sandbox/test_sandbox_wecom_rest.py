"""The rest of the corp: statistics, welcome texts, tags of clients, organisation, kept things, livestreams."""

from __future__ import annotations

from typing import Any

import aiohttp

CLIENT = "externalcontact"


async def test_statistics_count_what_was_done(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    chat, client = seeded["groups"][0], seeded["externals"][0]
    await play.ctl.act("client.chat", userid="zhang.wei", external_userid=client, messages=6)
    await play.ctl.act("client.delete_member", userid="zhang.wei", external_userid=client)
    await play.ctl.act("group.talk", chat_id=chat, id=client, count=4)
    now = int((await play.ctl.clock())["now"])
    asked = {"userid": ["zhang.wei"], "start_time": now - 86_400, "end_time": now}
    rows = (await play.wx(f"{CLIENT}/get_user_behavior_data", asked))["behavior_data"]
    assert [row["message_cnt"] for row in rows] == [0, 6]
    assert rows[1]["negative_feedback_cnt"] == 1
    groups = (await play.wx(f"{CLIENT}/groupchat/statistic", {"day_begin_time": now}))["items"]
    data = groups[0]["data"]
    assert (groups[0]["owner"], data["msg_total"], data["member_total"], data["chat_has_msg"]) == ("zhang.wei", 4, 4, 1)
    too_long = {"day_begin_time": now - 40 * 86_400, "day_end_time": now}
    assert (await play.wx(f"{CLIENT}/groupchat/statistic_group_by_day", too_long))["errcode"] == 40058


async def test_welcome_texts_of_groups_belong_to_their_app(play: Any) -> None:
    path = f"{CLIENT}/group_welcome_template"
    made = await play.wx(f"{path}/add", {"text": {"content": "欢迎 %NICKNAME%"}})
    template = {"template_id": made["template_id"]}
    await play.wx(f"{path}/edit", {**template, "text": {"content": "您好"}})
    assert (await play.wx(f"{path}/get", template))["text"]["content"] == "您好"
    corps = (await play.ctl.config())["corps"]
    corps[0]["agents"][1]["capabilities"] = ["customer"]
    await play.ctl.config(corps=corps, check=False)
    other = await play.wx_token("quiet-secret")
    told = await play.call("POST", f"/wx/cgi-bin/{path}/del", template, access_token=other)
    assert told["errcode"] == 41058
    assert (await play.wx(f"{path}/del", template))["errcode"] == 0
    codes = [(await play.wx(f"{path}/add", {"text": {"content": "x"}}))["errcode"] for _ in range(101)]
    assert (set(codes[:100]), codes[100]) == ({0}, 41055)


async def test_an_app_changes_only_tags_that_it_made(play: Any) -> None:
    await play.ctl.seed("small")
    console = await play.ctl.act("tag.create", group="来源", name="网点")
    assert (await play.wx(f"{CLIENT}/edit_corp_tag", {"id": console["id"], "name": "x"}))["errcode"] == 81011
    assert (await play.wx(f"{CLIENT}/del_corp_tag", {"tag_id": [console["id"]]}))["errcode"] == 81011
    body = {"group_name": "等级", "tag": [{"name": "金卡", "order": 1}, {"name": "银卡", "order": 2}]}
    group = (await play.wx(f"{CLIENT}/add_corp_tag", body))["tag_group"]
    assert [tag["name"] for tag in group["tag"]] == ["银卡", "金卡"]
    rename = {"id": group["tag"][0]["id"], "name": "金卡"}
    assert (await play.wx(f"{CLIENT}/edit_corp_tag", rename))["errcode"] == 40071
    await play.wx(f"{CLIENT}/del_corp_tag", {"group_id": [group["group_id"]]})
    listed = (await play.wx(f"{CLIENT}/get_corp_tag_list", {}))["tag_group"]
    assert [one["group_name"] for one in listed] == ["来源"]


async def test_the_admins_tags_and_the_organisation_are_told(heard_play: Any, listener: Any) -> None:
    await heard_play.ctl.seed("small")
    tag = await heard_play.ctl.act("tag.create", group="来源", name="网点", tell_group=True)
    await heard_play.ctl.act("tag.update", id=tag["id"], name="支行")
    await heard_play.ctl.act("tag.shuffle", id=tag["group_id"])
    await heard_play.ctl.act("tag.delete", id=tag["group_id"])
    party = (await heard_play.ctl.act("party.create", name="浦东"))["id"]
    await heard_play.ctl.act("party.update", id=party, name="浦东支行")
    await heard_play.ctl.act("party.delete", id=party)
    await heard_play.ctl.act("member.tag", tagid=3, add=["li.na"])
    await heard_play.ctl.act("member.update", userid="li.na", new_userid="li.nana")
    assert await heard_play.ctl.settle()
    changes = [
        (one.fields["Event"], one.fields["ChangeType"]) for one in sorted(listener.heard, key=lambda one: one.at)
    ]
    assert sorted(changes) == sorted(
        [("change_external_tag", name) for name in ("create", "create", "update", "shuffle", "delete")]
        + [("change_contact", f"{name}_party") for name in ("create", "update", "delete")]
        + [("change_contact", "update_tag"), ("change_contact", "update_user")]
    )
    assert (await heard_play.wx("externalcontact/list", userid="li.nana"))["errcode"] == 0


async def test_one_id_leads_to_another(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    client = (await play.wx(f"{CLIENT}/get", external_userid=seeded["externals"][0]))["external_contact"]
    told = await play.wx(f"{CLIENT}/unionid_to_external_userid", {"unionid": client["unionid"]})
    assert told["external_userid"] == client["external_userid"]
    assert (await play.wx(f"{CLIENT}/unionid_to_external_userid", {"unionid": "none"}))["errcode"] == 84061
    openid = (await play.wx("user/convert_to_openid", {"userid": "li.na"}))["openid"]
    assert (await play.wx("user/convert_to_userid", {"openid": openid}))["userid"] == "li.na"
    await play.ctl.act("member.update", userid="li.na", mobile="13800000000")
    assert (await play.wx("user/getuserid", {"mobile": "13800000000"}))["userid"] == "li.na"
    assert (await play.wx("user/getuserid", {"mobile": "13900000000"}))["errcode"] == 46004


async def test_a_client_of_more_than_five_hundred_members_comes_page_by_page(play: Any) -> None:
    acts = [{"act": "member.join", "userid": f"m{number}"} for number in range(501)]
    acts += [{"act": "client.add", "userid": f"m{number}", "external_userid": "wmBusy"} for number in range(501)]
    await play.ctl.acts(acts)
    first = await play.wx(f"{CLIENT}/get", external_userid="wmBusy")
    assert len(first["follow_user"]) == 500
    second = await play.wx(f"{CLIENT}/get", external_userid="wmBusy", cursor=first["next_cursor"])
    assert len(second["follow_user"]) == 1
    await play.ctl.acts([{"act": "member.join", "userid": f"n{number}"} for number in range(500)])
    assert (await play.wx(f"{CLIENT}/groupchat/list", {"limit": 10}))["errcode"] == 81017
    owners = {"limit": 10, "owner_filter": {"userid_list": ["m1"]}}
    assert (await play.wx(f"{CLIENT}/groupchat/list", owners))["errcode"] == 0


async def test_pictures_are_counted_by_the_day(play: Any) -> None:
    token = await play.wx_token()

    async def picture() -> dict[str, Any]:
        form = aiohttp.FormData()
        form.add_field("media", b"\x89PNG" + b"0" * 100, filename="a.png", content_type="image/png")
        url = f"{play.url}/wx/cgi-bin/media/uploadimg"
        async with play.http.post(url, params={"access_token": token}, data=form) as answer:
            return dict(await answer.json(content_type=None))

    assert (await picture())["url"].startswith("https://")
    codes = [(await picture())["errcode"] for _ in range(1000)]
    assert (set(codes[:-1]), codes[-1]) == ({0}, 45009)


async def test_rules_and_products_are_kept(play: Any) -> None:
    await play.ctl.seed("small")
    rule = {"rule_name": "承诺收益", "word_list": ["保本"], "intercept_type": 1}
    made = await play.wx(f"{CLIENT}/add_intercept_rule", rule)
    asked = {"rule_id": made["rule_id"]}
    await play.wx(f"{CLIENT}/update_intercept_rule", {**asked, "word_list": ["保本", "稳赚"]})
    assert (await play.wx(f"{CLIENT}/get_intercept_rule", asked))["rule"]["word_list"] == ["保本", "稳赚"]
    assert (await play.wx(f"{CLIENT}/get_intercept_rule_list"))["rule_list"][0]["rule_name"] == "承诺收益"
    await play.wx(f"{CLIENT}/del_intercept_rule", asked)
    assert (await play.wx(f"{CLIENT}/get_intercept_rule", asked))["errcode"] == 40058
    product = {"description": "纪念金条", "price": 100, "attachments": [{"type": "image"}]}
    number = (await play.wx(f"{CLIENT}/add_product_album", product))["product_id"]
    assert len((await play.wx(f"{CLIENT}/get_product_album_list", {"limit": 10}))["product_list"]) == 1
    await play.wx(f"{CLIENT}/delete_product_album", {"product_id": number})
    assert (await play.wx(f"{CLIENT}/get_product_album", {"product_id": number}))["errcode"] == 40058


async def test_a_replay_is_deleted_once_and_an_invitation_is_known(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    now = int((await play.ctl.clock())["now"])
    body = {"anchor_userid": "li.na", "theme": "开市", "living_start": now + 60, "living_duration": 600}
    living = {"livingid": (await play.wx("living/create", body))["livingid"]}
    assert (await play.wx("living/delete_replay_data", living))["errcode"] == 40058
    await play.ctl.act("live.start", **living)
    await play.ctl.act("live.watch", **living, id=seeded["externals"][0], invitor="zhang.wei")
    await play.ctl.act("live.end", **living)
    share = {"ww_share_code": f"{living['livingid']}.{seeded['externals'][0]}"}
    assert (await play.wx("living/get_living_share_info", share))["invitor_userid"] == "zhang.wei"
    assert (await play.wx("living/delete_replay_data", living))["errcode"] == 0
    assert (await play.wx("living/delete_replay_data", living))["errcode"] == 40058


async def test_a_member_who_agrees_shows_number_and_mail(play: Any) -> None:
    await play.ctl.seed("small")
    await play.ctl.act("member.update", userid="li.na", mobile="13800000000", email="li.na@bank.example")

    async def signed_in(scope: str) -> dict[str, Any]:
        query = {"appid": "wwbank0000000001", "redirect_uri": "http://127.0.0.1/back", "scope": scope, "state": "st"}
        address = f"{play.url}/mp/connect/oauth2/authorize"
        asked = {**query, "response_type": "code", "as": "li.na"}
        async with play.http.get(address, params=asked, allow_redirects=False) as answer:
            code = answer.headers["Location"].partition("code=")[2].partition("&")[0]
        return dict(await play.wx("auth/getuserinfo", code=code))

    assert "user_ticket" not in await signed_in("snsapi_base")
    told = await signed_in("snsapi_privateinfo")
    shown = await play.wx("auth/getuserdetail", {"user_ticket": told["user_ticket"]})
    assert (shown["mobile"], shown["biz_mail"]) == ("13800000000", "li.na@bank.example")
    await play.ctl.clock(advance=1801)
    assert (await play.wx("auth/getuserdetail", {"user_ticket": told["user_ticket"]}))["errcode"] == 40029
