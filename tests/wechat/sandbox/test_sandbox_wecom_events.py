"""Every WeCom event of the platform has somebody who causes it, and carries the platform's elements."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

BODIES = json.loads((Path(__file__).parents[1] / "data" / "events.json").read_text(encoding="utf-8"))
OPTIONAL = {"State", "WelcomeCode", "Source", "QuitScene", "JoinScene", "StrategyId", "LinkId", "AgentID"}
OPTIONAL |= {"UserID", "ExternalUserID"}


def elements(body: str) -> dict[str, str]:
    return dict(re.findall(r"<(?!xml)(\w+)>(?:<!\[CDATA\[)?([^<\]]*)", body))


async def test_bodies_have_the_elements_of_the_platform(play: Any) -> None:
    ctl, seeded = play.ctl, await play.ctl.seed("small")
    chat, clients, now = seeded["groups"][0], seeded["externals"], int((await play.ctl.clock())["now"])
    transfer = {"handover_userid": "zhang.wei", "takeover_userid": "li.na", "external_userid": clients[:1]}
    await play.wx("externalcontact/transfer_customer", transfer)
    tag = await ctl.act("tag.create", group="来源", name="网点")
    link = {"link_name": "秋季", "range": {"user_list": ["li.na"]}}
    made = (await play.wx("externalcontact/customer_acquisition/create_link", link))["link"]["link_id"]
    came = await ctl.act("link.follow", link_id=made, channel="customer_channel=wb")
    body = {"anchor_userid": "li.na", "theme": "开市", "living_start": now + 60, "living_duration": 600}
    living = (await play.wx("living/create", body))["livingid"]
    pair = {"userid": "li.na", "external_userid": came["external_userid"]}
    causes = {
        "add_external_contact_no_code": await ctl.act("client.add", userid="li.na", welcome=False, state="lobby"),
        "transfer_fail": await ctl.act("client.refuse_transfer", external_userid=clients[0]),
        "tag_update": await ctl.act("tag.update", id=tag["id"], name="支行"),
        "tag_shuffle": await ctl.act("tag.shuffle", id=tag["group_id"]),
        "living": await ctl.act("live.start", livingid=living),
        "customer_acquisition": await ctl.act("link.start_chat", link_id=made, **pair),
        "chat_add_member_one": await ctl.act("group.join", chat_id=chat, id=clients[3]),
        "contact_delete_user": await ctl.act("member.leave", userid="zhang.wei"),
    }
    sent = {one["id"]: elements(one["plaintext"]) for one in await ctl.callbacks()}
    for name, cause in causes.items():
        expected = elements(BODIES["common"]["wecom"] + BODIES["wecom"][name])
        found = sent[cause["callbacks"][0]]
        assert set(expected) - OPTIONAL <= set(found), name
        assert set(found) - OPTIONAL <= set(expected), name
        for element in ("MsgType", "Event", "ChangeType", "UpdateDetail"):
            assert found.get(element) == expected.get(element), name


async def test_members_of_a_group_may_come_in_the_older_form(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    await play.ctl.disorder(legacy_members=True)
    told = await play.ctl.act("group.join", chat_id=seeded["groups"][0], ids=seeded["externals"][3:])
    (sent,) = await play.ctl.callbacks()
    await play.ctl.calm()
    assert sent["id"] == told["callbacks"][0]
    assert f"<MemChangeList><![CDATA[{','.join(seeded['externals'][3:])}]]></MemChangeList>" in sent["plaintext"]
    assert "LastMemVer" not in sent["plaintext"]


async def test_only_apps_that_may_hear_are_told_and_each_has_its_own_callback(play: Any) -> None:
    corps = (await play.ctl.config())["corps"]
    second = {**corps[0]["agents"][0], "agentid": 1000009, "secret": "second", "capabilities": ["customer"]}
    corps[0]["agents"].append(second)
    await play.ctl.config(corps=corps, check=False)
    await play.ctl.seed("small")
    assert len((await play.ctl.act("client.add", userid="li.na"))["callbacks"]) == 2
    assert len((await play.ctl.act("member.leave", userid="li.na"))["callbacks"]) == 1


async def test_what_apps_do_by_the_api_causes_nothing(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    pair = {"userid": "zhang.wei", "external_userid": seeded["externals"][0]}
    made = await play.wx("externalcontact/add_corp_tag", {"group_name": "等级", "tag": [{"name": "金卡"}]})
    await play.wx("externalcontact/mark_tag", {**pair, "add_tag": [made["tag_group"]["tag"][0]["id"]]})
    await play.wx("externalcontact/close_temp_chat", pair)
    await play.wx("externalcontact/groupchat/onjob_transfer", {"chat_id_list": seeded["groups"], "new_owner": "li.na"})
    await play.wx("externalcontact/del_corp_tag", {"group_id": [made["tag_group"]["group_id"]]})
    await play.wx("tag/create", {"tagname": "理财"})
    assert await play.ctl.callbacks() == []


async def test_an_app_hears_only_of_members_in_its_range(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    corps = (await play.ctl.config())["corps"]
    corps[0]["agents"][0]["scope"] = {"members": ["li.na"]}
    await play.ctl.config(corps=corps, check=False)
    assert len((await play.ctl.act("client.add", userid="li.na"))["callbacks"]) == 1
    assert (await play.ctl.act("client.add", userid="zhang.wei"))["callbacks"] == []
    assert (await play.ctl.act("group.join", chat_id=seeded["groups"][0]))["callbacks"] == []
