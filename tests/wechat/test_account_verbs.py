"""Every verb of the official account: what it says on the wire, and how its answer reads."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.wechat import account_content_verbs, account_verbs
from tests.wechat.conftest import SECRET
from tests.wechat.loopback import Loopback
from tests.wechat.verbs import Verb, holds
from wechat import faults
from wechat.official_account import pages, shapes
from wechat.shapes import Button

TEXT = shapes.MassContent("text", text="您好")


@pytest.mark.parametrize("verb", [*account_verbs.VERBS, *account_content_verbs.VERBS], ids=str)
async def test_a_verb_says_what_the_platform_reads_and_reads_what_it_says(
    verb: Verb, platform: Loopback, account_door: Any
) -> None:
    await holds(verb, platform, account_door())


@pytest.mark.parametrize(
    "call",
    [
        lambda a: a.send_text("o1", "好" * 683),
        lambda a: a.create_fan_tag("金" * 11),
        lambda a: a.name_fan("o1", "长" * 31),
        lambda a: a.upload_media(b"", "a.png", "image"),
        lambda a: a.upload_media(b"x" * (64 * 1024 + 1), "a.jpg", "thumb"),
        lambda a: a.add_draft([shapes.Article("题" * 65, "x", "T")]),
        lambda a: a.make_qr(""),
        lambda a: a.mass_to_all(TEXT, once="c" * 65),
        lambda a: a.set_menu([Button("名字" * 3, key="K")]),
    ],
)
async def test_what_does_not_fit_is_told_in_chinese_before_any_call(
    call: Any, platform: Loopback, account_door: Any
) -> None:
    with pytest.raises(faults.Never) as refused:
        await call(account_door())
    assert any("\u4e00" <= letter <= "\u9fff" for letter in refused.value.message)
    assert platform.seen == []


@pytest.mark.parametrize(
    "call",
    [
        lambda a: a.block([f"o{n}" for n in range(21)]),
        lambda a: a.tag_fans(1, [f"o{n}" for n in range(51)]),
        lambda a: a.mass_to_fans(["o1"], TEXT, once="c"),
        lambda a: a.article_summary(date(2026, 1, 1), date(2026, 1, 31)),
        lambda a: a.make_qr("s", 2_592_001),
        lambda a: a.set_mass_speed(5),
    ],
)
async def test_a_list_that_our_code_should_have_cut_is_a_bug(call: Any, platform: Loopback, account_door: Any) -> None:
    with pytest.raises(ValueError, match=r"most|\bto\b"):
        await call(account_door())
    assert platform.seen == []


async def test_a_file_comes_back_whole_and_a_refusal_as_a_fault(platform: Loopback, account_door: Any) -> None:
    from aiohttp import web

    path = "/cgi-bin/media/get"
    platform.answer(path, lambda _seen: web.Response(body=b"\xff\xd8\x00picture", content_type="image/jpeg"))
    assert await account_door().download_media("M") == b"\xff\xd8\x00picture"
    platform.answer(path, {"errcode": 40007, "errmsg": "invalid media_id"})
    with pytest.raises(faults.Never, match="media_expired"):
        await account_door().download_media("M")


async def test_a_videos_title_travels_beside_the_file(platform: Loopback, account_door: Any) -> None:
    platform.answer("/cgi-bin/material/add_material", {"media_id": "M"})
    await account_door().add_material(b"film", "a.mp4", "video", title="片名", about="简介")
    body = platform.calls("/cgi-bin/material/add_material")[0].body.decode()
    assert '{"title": "片名", "introduction": "简介"}' in body


async def test_a_sign_in_with_a_profile_names_the_person_and_keeps_the_tokens_apart(
    platform: Loopback, account_door: Any
) -> None:
    platform.answer("/sns/oauth2/access_token", {"access_token": "WEB", "openid": "o1", "unionid": "u1"})
    platform.answer("/sns/userinfo", {"openid": "o1", "unionid": "u1", "nickname": "王芳"})
    profile = await account_door().profile_of("CODE")
    assert (profile.openid, profile.unionid, profile.nickname) == ("o1", "u1", "王芳")
    assert [one.query["access_token"] for one in platform.calls("/sns/userinfo")] == ["WEB"]
    assert platform.calls("/sns/oauth2/access_token")[0].query["secret"] == SECRET


def test_a_pages_signature_is_the_platforms_own_example() -> None:
    ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    signed = pages.sign_page("wx", ticket, "http://mp.weixin.qq.com?params=value", "Wm3WZYTPz0wzccnW", 1414587457)
    assert signed.signature == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"
    again = pages.sign_page("wx", ticket, "http://mp.weixin.qq.com?params=value#x", "Wm3WZYTPz0wzccnW", 1414587457)
    assert again.signature == signed.signature
