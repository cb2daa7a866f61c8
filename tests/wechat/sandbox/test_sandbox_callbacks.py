"""Callbacks: the platform's elements, sealed and signed, tried three times, and every disorder on demand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from wechat.sandbox.client import Refusal

BODIES = json.loads((Path(__file__).parents[1] / "data" / "events.json").read_text(encoding="utf-8"))
OPTIONAL = {"State", "WelcomeCode", "Source", "QuitScene", "JoinScene", "bizmsgmenuid", "CopyrightCheckResult"}
OPTIONAL |= {"ArticleUrlResult", "Ticket"}


def elements(body: str) -> dict[str, str]:
    return dict(re.findall(r"<(?!xml)(\w+)>(?:<!\[CDATA\[)?([^<\]]*)", body))


async def test_bodies_have_the_elements_of_the_platform(heard_play: Any, listener: Any) -> None:
    ctl, seeded = heard_play.ctl, await heard_play.ctl.seed("small")
    fan, client, chat = seeded["fans"][0], seeded["externals"][0], seeded["groups"][0]
    tag = await ctl.act("tag.create", group="等级", name="金卡")
    new = await ctl.act("client.add", userid="li.na", state="branch-01")
    pair = {"userid": "li.na", "external_userid": new["external_userid"]}
    causes = {
        "oa.text": await ctl.act("fan.message", openid=fan, text="您好"),
        "oa.text_menu_reply": await ctl.act("fan.message", openid=fan, text="满意", menu_id="101"),
        "oa.subscribe": await ctl.act("fan.subscribe"),
        "oa.subscribe_qr": await ctl.act("fan.scan", scene="salon2026"),
        "oa.scan": await ctl.act("fan.scan", openid=fan, scene="salon2026"),
        "oa.menu_click": await ctl.act("fan.click", openid=fan, key="BENEFITS"),
        "oa.menu_view": await ctl.act("fan.click", openid=fan, url="https://h5.example.test/"),
        "oa.unsubscribe": await ctl.act("fan.unsubscribe", openid=fan),
        "wecom.add_external_contact": new,
        "wecom.edit_external_contact": await ctl.act("member.edit_client", **pair, remark="王女士"),
        "wecom.del_follow_user": await ctl.act("client.delete_member", **pair),
        "wecom.add_half_external_contact": await ctl.act("client.add", **pair, state="branch-01", half=True),
        "wecom.del_external_contact": await ctl.act("member.delete_client", **pair, by_transfer=True),
        "wecom.chat_create": await ctl.act("group.create", owner="li.na", name="新群"),
        "wecom.chat_add_member": await ctl.act("group.join", chat_id=chat, ids=seeded["externals"][3:]),
        "wecom.chat_del_member": await ctl.act("group.kick", chat_id=chat, id=client),
        "wecom.chat_change_owner": await ctl.act("group.owner", chat_id=chat, userid="li.na"),
        "wecom.chat_change_name": await ctl.act("group.rename", chat_id=chat, name="改名"),
        "wecom.chat_change_notice": await ctl.act("group.notice", chat_id=chat, notice="公告"),
        "wecom.chat_dismiss": await ctl.act("group.dismiss", chat_id=chat),
        "wecom.tag_create": tag,
        "wecom.tag_delete": await ctl.act("tag.delete", id=tag["id"]),
        "wecom.contact_delete_user": await ctl.act("member.leave", userid="li.na"),
    }
    assert await ctl.settle()
    sent = {one["id"]: one for one in await ctl.callbacks()}
    assert {one["outcome"] for one in sent.values()} == {"delivered"}
    assert len(listener.heard) == len(causes)
    for name, cause in causes.items():
        side, _, kind = name.partition(".")
        expected = elements(BODIES["common"][side] + BODIES[side][kind])
        found = elements(sent[cause["callbacks"][0]]["plaintext"])
        assert set(expected) - OPTIONAL <= set(found), name
        assert set(found) - OPTIONAL <= set(expected), name
        for element in ("MsgType", "Event", "ChangeType", "UpdateDetail"):
            assert found.get(element) == expected.get(element), name


async def test_membership_versions_form_a_chain(heard_play: Any, listener: Any) -> None:
    seeded = await heard_play.ctl.seed("small")
    chat, versions = seeded["groups"][0], []
    for act in ("group.quit", "group.join", "group.kick"):
        await heard_play.ctl.act(act, chat_id=chat, id=seeded["externals"][0])
        await heard_play.ctl.settle()
    for one in listener.events("change_external_chat"):
        versions.append((one.fields["LastMemVer"], one.fields["CurMemVer"]))
    assert len(versions) == 3
    assert versions[0][1] == versions[1][0]
    assert versions[1][1] == versions[2][0]


async def test_a_failed_try_is_repeated_with_the_same_body_and_a_fresh_seal(heard_play: Any, listener: Any) -> None:
    listener.answers = [(500, ""), (503, "")]
    await heard_play.ctl.act("fan.subscribe")
    assert await heard_play.ctl.settle()
    assert len({one.plain for one in listener.heard}) == 1
    assert len({one.raw for one in listener.heard}) == 3
    assert len({one.query["nonce"] for one in listener.heard}) == 3
    (callback,) = await heard_play.ctl.callbacks()
    assert [one["status"] for one in callback["attempts"]] == [500, 503, 200]


async def test_after_three_tries_the_fan_sees_that_the_service_is_unavailable(heard_play: Any, listener: Any) -> None:
    listener.answers = [(200, "not a reply")] * 3
    openid = (await heard_play.ctl.act("fan.subscribe"))["openid"]
    assert await heard_play.ctl.settle()
    assert [one["outcome"] for one in await heard_play.ctl.callbacks()] == ["failed"]
    fans = {one["openid"]: one for one in (await heard_play.ctl.people("fans"))["fans"]}
    assert fans[openid]["unavailable_shown"] == 1


async def test_duplicates_drops_and_reordering(heard_play: Any, listener: Any) -> None:
    await heard_play.ctl.disorder(duplicate=1)
    await heard_play.ctl.act("fan.subscribe")
    assert await heard_play.ctl.settle()
    assert len(listener.heard) == 2
    assert len({one.plain for one in listener.heard}) == 1
    await heard_play.ctl.disorder(duplicate=0, drop=1)
    await heard_play.ctl.act("fan.subscribe")
    assert await heard_play.ctl.settle()
    assert len(listener.heard) == 2
    await heard_play.ctl.disorder(drop=0, reorder=0.5, reorder_ms=150)
    told = await heard_play.ctl.acts([{"act": "fan.subscribe", "name": str(number)} for number in range(30)])
    assert await heard_play.ctl.settle()
    order = [one.fields["FromUserName"] for one in listener.heard[2:]]
    assert sorted(order) == sorted(one["openid"] for one in told)
    assert order != [one["openid"] for one in told]
    await heard_play.ctl.calm()
    assert (await heard_play.ctl.disorder())["reorder"] == 0


async def test_a_logged_callback_can_be_replayed_in_parallel(heard_play: Any, listener: Any) -> None:
    told = await heard_play.ctl.act("fan.subscribe")
    await heard_play.ctl.replay(told["callbacks"][0], times=4)
    assert await heard_play.ctl.settle()
    assert len(listener.heard) == 5
    assert len({one.plain for one in listener.heard}) == 1


async def test_strange_shapes_on_demand(heard_play: Any, listener: Any) -> None:
    seeded = await heard_play.ctl.seed("small")
    await heard_play.ctl.disorder(legacy_members=True, extra_elements=True)
    ids = seeded["externals"][:2]
    await heard_play.ctl.act("group.quit", chat_id=seeded["groups"][0], ids=ids)
    await heard_play.ctl.settle()
    assert listener.heard[0].fields["MemChangeList"] == ",".join(ids)
    assert "CurMemVer" not in listener.heard[0].fields
    assert "FutureElement" in listener.heard[0].fields
    await heard_play.ctl.calm()
    await heard_play.ctl.disorder(unknown_event=1)
    await heard_play.ctl.act("fan.subscribe")
    await heard_play.ctl.settle()
    assert listener.heard[1].fields["Event"] == "sandbox_future_event"


async def test_forged_callbacks_can_be_wrapped_for_a_test_to_post(heard_play: Any) -> None:
    good = await heard_play.ctl.wrap("<xml><A>1</A></xml>", app="wx:wwbank0000000001:1000002")
    forged = await heard_play.ctl.wrap("<xml><A>1</A></xml>", app="wx:wwbank0000000001:1000002", signature=True)
    assert good["url"].endswith("/wx")
    assert forged["query"]["msg_signature"] == "0" * 40 != good["query"]["msg_signature"]


async def test_any_text_can_be_sent_as_a_callback(heard_play: Any, listener: Any) -> None:
    await heard_play.ctl.send_raw("<xml><Event>mine</Event></xml>", app="oa:wxbank0000000001", openid="o1")
    assert await heard_play.ctl.settle()
    assert [one.plain for one in listener.heard] == ["<xml><Event>mine</Event></xml>"]


async def test_an_address_is_saved_only_when_it_answers_its_check(play: Any, listener: Any) -> None:
    urls = {"wx:wwbank0000000001:1000002": f"{listener.url}/wx", "oa:wxbank0000000001": f"{listener.url}/oa"}
    told = await play.ctl.config(callback_urls=urls)
    assert [one["ok"] for one in told["checks"]] == [True, True]
    assert (await play.ctl.config())["official_accounts"][0]["callback_url"] == f"{listener.url}/oa"
    listener.echo = '"quoted"'
    with pytest.raises(Refusal, match="check failed"):
        await play.ctl.config(callback_urls={"oa:wxbank0000000001": f"{listener.url}/oa?moved"})
    assert (await play.ctl.config())["official_accounts"][0]["callback_url"] == f"{listener.url}/oa"


async def test_plain_and_compatible_modes_carry_readable_bodies(heard_play: Any) -> None:
    account = (await heard_play.ctl.config())["official_accounts"][0]
    await heard_play.ctl.config(official_accounts=[{**account, "mode": "plain"}], check=False)
    wrapped = await heard_play.ctl.wrap("<xml><A>1</A></xml>", app="oa:wxbank0000000001")
    assert wrapped["body"] == "<xml><A>1</A></xml>"
    assert "msg_signature" not in wrapped["query"]
    await heard_play.ctl.config(official_accounts=[{**account, "mode": "compat"}], check=False)
    wrapped = await heard_play.ctl.wrap("<xml><A>1</A></xml>", app="oa:wxbank0000000001")
    assert "<A>1</A><Encrypt>" in wrapped["body"]
