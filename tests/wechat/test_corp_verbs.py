"""Every verb of WeCom: what it says on the wire, and how its answer reads."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.wechat import corp_message_verbs, corp_verbs
from tests.wechat.loopback import Loopback
from tests.wechat.verbs import Verb, holds
from wechat import faults
from wechat.shapes import Link, Media
from wechat.wecom import shapes


@pytest.mark.parametrize("verb", [*corp_verbs.VERBS, *corp_message_verbs.VERBS], ids=str)
async def test_a_verb_says_what_the_platform_reads_and_reads_what_it_says(
    verb: Verb, platform: Loopback, corp_door: Any
) -> None:
    await holds(verb, platform, corp_door())


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.remark("a", "wm1", remark="长" * 21),
        lambda c: c.remark("a", "wm1", description="长" * 151),
        lambda c: c.send_welcome("code", "字" * 1334),
        lambda c: c.create_group_message("single", text="好", attachments=[Link("题" * 43, "u")]),
        lambda c: c.add_contact_way(shapes.ContactWay(("a",), state="s" * 31)),
        lambda c: c.add_corp_tags(["金" * 31], group="资产"),
        lambda c: c.create_moment("字" * 2001),
        lambda c: c.send_staff_text(["a"], "字" * 683),
        lambda c: c.upload_media(b"x" * (2 * (1 << 20) + 1), "a.amr", "voice"),
        lambda c: c.create_living("a", "题" * 21, None, 60),
    ],
)
async def test_what_does_not_fit_is_told_in_chinese_before_any_call(
    call: Any, platform: Loopback, corp_door: Any
) -> None:
    with pytest.raises(faults.Never) as refused:
        await call(corp_door())
    assert any("\u4e00" <= letter <= "\u9fff" for letter in refused.value.message)
    assert platform.seen == []


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.contacts_of([f"u{n}" for n in range(101)]),
        lambda c: c.transfer_contacts("a", "b", [f"wm{n}" for n in range(101)]),
        lambda c: c.send_staff_text([f"u{n}" for n in range(1001)], "好"),
        lambda c: c.create_group_message("single", text="好", external_userids=[f"wm{n}" for n in range(10_001)]),
        lambda c: c.create_moment("好", [Media("video", "V"), Media("image", "I")]),
        lambda c: c.group_figures(["a"], date(2026, 1, 1), date(2026, 1, 31)),
    ],
)
async def test_a_list_that_our_code_should_have_cut_is_a_bug(call: Any, platform: Loopback, corp_door: Any) -> None:
    with pytest.raises(ValueError, match=r"\bto\b"):
        await call(corp_door())
    assert platform.seen == []


async def test_the_corps_and_the_apps_tickets_are_fetched_once_for_all_pages(
    platform: Loopback, corp_door: Any
) -> None:
    platform.answer("/cgi-bin/get_jsapi_ticket", {"ticket": "CORP", "expires_in": 7200})
    platform.answer("/cgi-bin/ticket/get", {"ticket": "APP", "expires_in": 7200})
    first, second = corp_door(), corp_door()
    for door in (first, second, first):
        assert (await door.page_signature("https://h5.example.test/a")).appid == "ww1"
        assert await door.page_signature("https://h5.example.test/a", as_app=True)
    assert len(platform.calls("/cgi-bin/get_jsapi_ticket")) == 1
    assert [one.query["type"] for one in platform.calls("/cgi-bin/ticket/get")] == ["agent_config"]
