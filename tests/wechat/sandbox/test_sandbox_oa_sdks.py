"""Python clients written by others have their ordinary day with the sandbox's official account."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest
from wechatpy.client.api.draft import WeChatDraft
from wechatpy.client.api.freepublish import WeChatFreePublish
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatClientException
from werobot.client import ClientException
from werobot.crypto import MessageCrypt

from tests.wechat.sandbox.oa_sdks import wechatpy, werobot
from wechat.sandbox import envelope

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")
MENU = {"button": [{"type": "click", "name": "权益", "key": "BENEFITS"}, {"name": "更多", "sub_button": []}]}
MENU["button"][1]["sub_button"] = [{"type": "view", "name": "首页", "url": "http://127.0.0.1/"}]  # type: ignore[index]


def picture(name: str = "a.png") -> io.BytesIO:
    file = io.BytesIO(PNG)
    file.name = name
    return file


def refused(code: int) -> Any:
    return pytest.raises((WeChatClientException, ClientException), match=str(code))


async def test_werobot_has_an_ordinary_day(play: Any) -> None:
    fans = (await play.ctl.seed("small"))["fans"]
    await play.ctl.act("fan.message", openid=fans[0])
    told: dict[str, Any] = {}

    def day(robot: Any) -> None:
        told["followers"] = robot.get_followers()["data"]["openid"]
        robot.remark_user(fans[0], "贵宾")
        told["remark"] = robot.get_user_info(fans[0])["remark"]
        told["batch"] = len(robot.get_users_info(fans)["user_info_list"])
        tag = robot.create_tag("金卡")["tag"]["id"]
        robot.tag_users(tag, fans[:2])
        told["carriers"] = robot.get_users_by_tag(tag)["data"]["openid"]
        told["tags"] = robot.get_tags_by_user(fans[0])["tagid_list"]
        robot.update_tag(tag, "白金卡")
        robot.untag_users(tag, fans[:1])
        told["names"] = [one["name"] for one in robot.get_tags()["tags"]]
        robot.delete_tag(tag)
        group = robot.create_group("老组")["group"]["id"]
        robot.move_users(fans[:2], group)
        told["group"] = robot.get_group_by_id(fans[0])["groupid"] == group
        robot.create_menu(MENU)
        told["menu"] = robot.get_menu()["menu"]["button"][0]["key"]
        robot.create_custom_menu(MENU["button"], {"tag_id": "2"})
        told["match"] = robot.match_custom_menu(fans[0])["button"][0]["name"]
        robot.delete_menu()
        code = robot.create_qrcode({"action_name": "QR_LIMIT_SCENE", "action_info": {"scene": {"scene_id": 7}}})
        told["code"] = robot.show_qrcode(code["ticket"]).content[:4]
        media = robot.upload_media("image", picture())["media_id"]
        told["media"] = robot.download_media(media).content
        robot.send_image_message(fans[0], media)
        robot.send_text_message(fans[0], "您好")
        robot.send_article_message(fans[0], [{"title": "沙龙", "description": "d", "url": "u", "picurl": "p"}])
        data = {"thing1": {"value": "贵宾厅"}, "time2": {"value": "2026-12-31"}}
        told["template"] = robot.send_template_message(fans[0], "sandbox-benefit-notice", data)["errcode"]
        kept = robot.upload_permanent_media("image", picture())["media_id"]
        told["kept"] = robot.get_media_list("image", 0, 10)["item"][0]["media_id"] == kept
        robot.delete_permanent_media(kept)
        told["mass"] = robot.send_mass_msg("text", "群发", user_list=fans)["msg_id"]
        told["speed"] = robot.get_mass_msg_speed()["speed"]
        robot.add_custom_service_account("one@bank", "小王", "")
        told["desk"] = robot.get_custom_service_account_list()["kf_list"][0]["kf_nick"]
        with refused(40007):
            robot.send_image_message(fans[0], kept)
        with refused(45106):
            robot.add_news([])

    with werobot(play.url) as robot:
        await asyncio.to_thread(day, robot)
    assert told["followers"] == fans
    assert (told["remark"], told["batch"]) == ("贵宾", 3)
    assert told["carriers"] == fans[:2]
    assert len(told["tags"]) == 1
    assert "白金卡" in told["names"]
    assert (told["group"], told["menu"], told["match"]) == (True, "BENEFITS", "权益")
    assert told["code"] == b"\x89PNG"
    assert told["media"] == PNG
    assert (told["template"], told["kept"], told["speed"], told["desk"]) == (0, True, 0, "小王")
    assert await play.ctl.settle()
    assert (await play.ctl.reached(kind="custom"))["total"] == 3
    assert (await play.ctl.reached(msgid=str(told["mass"])))["persons"] == 3


async def test_wechatpy_writes_publishes_and_sends(play: Any) -> None:
    fans = (await play.ctl.seed("small"))["fans"]
    await play.ctl.act("fan.message", openid=fans[0])
    told: dict[str, Any] = {}

    def day() -> None:
        client = wechatpy(play.url)
        with client._http:
            cover = client.material.add("image", picture())["media_id"]
            article = {"title": "开业", "content": "<p>欢迎</p>", "thumb_media_id": cover}
            draft = WeChatDraft(client).add([article])["media_id"]
            told["draft"] = WeChatDraft(client).get(draft)["news_item"][0]["title"]
            told["drafts"] = WeChatDraft(client).count()["total_count"]
            mass = client.message.send_mass_article(draft, fans)
            told["mass"] = client.message.get_mass(mass["msg_id"])["msg_status"]
            job = WeChatFreePublish(client).submit(draft)["publish_id"]
            told["job"] = WeChatFreePublish(client).get(job)["publish_status"]
            client.menu.create(MENU)
            told["menu"] = client.menu.get_menu_info()["is_menu_open"]
            client.message.send_articles(fans[0], [{"title": "t", "description": "d", "url": "u", "image": "p"}])
            client.user.update_remark(fans[0], "老客户")
            client.tag.batch_black_list([fans[2]])
            told["black"] = client.tag.get_black_list()["data"]["openid"]
            client.tag.batch_unblack_list([fans[2]])
            told["users"] = [one["openid"] for one in client.user.get_batch(fans)]
            told["ticket"] = client.jsapi.get_ticket()["ticket"]
            client.customservice.add_account("one@bank", "小王", "secret")
            told["desk"] = client.customservice.get_accounts()[0]["kf_nick"]
            with refused(45028):
                for _ in range(5):
                    client.message.send_mass_text(f"给所有人{_}", None, is_to_all=True)

    await asyncio.to_thread(day)
    assert (told["draft"], told["drafts"]) == ("开业", 1)
    assert told["mass"] in ("SENDING", "SEND_SUCCESS")
    assert told["job"] in (0, 1)
    assert (told["menu"], told["desk"]) == (1, "小王")
    assert (told["users"], told["black"]) == (fans, fans[2:])


@pytest.mark.parametrize("text", ["您好", "x" * 31, "x" * 32, "<xml><A>🎉</A></xml>"])
def test_their_envelopes_open_ours_and_ours_open_theirs(text: str) -> None:
    key, appid = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxbank0000000001"
    sealed = envelope.encrypt(text, key, appid)
    signature = envelope.sign("oatoken", "1790000000", "123", sealed)
    assert MessageCrypt("oatoken", key, appid).decrypt_message("1790000000", "123", signature, sealed) == text.encode()
    body = f"<xml><Encrypt>{sealed}</Encrypt></xml>"
    opened = WeChatCrypto("oatoken", key, appid).decrypt_message(body, signature, "1790000000", "123")
    assert opened == text
    theirs = MessageCrypt("oatoken", key, appid).encrypt_message(text, "1790000000", "123")
    assert envelope.decrypt(theirs.split("<Encrypt><![CDATA[")[1].split("]]>")[0], key) == (text, appid)
