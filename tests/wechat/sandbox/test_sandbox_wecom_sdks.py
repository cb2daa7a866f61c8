"""Two WeCom libraries written by others run their ordinary flows against the sandbox; only the host is another one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from wecom_crm_mcp import WecomAPIError, WecomAuthError, WecomClient, WecomConfig
from wecom_crm_mcp.modules.contact_way import ContactWayModule
from wecom_crm_mcp.modules.customer import CustomerModule
from wecom_crm_mcp.modules.group_chat import GroupChatModule
from wecom_crm_mcp.modules.media import MediaModule
from wecom_crm_mcp.modules.moment import MomentModule
from wecom_crm_mcp.modules.msg_template import MsgTemplateModule
from wecom_crm_mcp.modules.statistics import StatisticsModule
from wecom_crm_mcp.modules.tag import TagModule
from wecom_crm_mcp.modules.transfer_active import TransferActiveModule
from wecom_crm_mcp.modules.transfer_resigned import TransferResignedModule
from wecomkit.client import AsyncWeComClient
from wecomkit.config import WeComConfig
from wecomkit.exceptions import WeComAPIError

CORPID, AGENT = "wwbank0000000001", 1000002
TEXT = {"content": "您好"}


@pytest.fixture
async def crm(play: Any, tmp_path: Path) -> AsyncIterator[WecomClient]:
    """The external-contact library, pointed at the sandbox."""
    cache = str(tmp_path / "tokens")
    settings = WecomConfig(CORPID, "wx-secret", AGENT, base_url=f"{play.url}/wx", cache_dir=cache)
    async with WecomClient(settings) as client:
        yield client


@pytest.fixture
async def kit(play: Any) -> AsyncIterator[AsyncWeComClient]:
    """The address-book and message library, pointed at the sandbox."""
    settings = WeComConfig(CORPID, "wx-secret", base_url=f"{play.url}/wx")
    async with AsyncWeComClient(settings) as client:
        yield client


async def test_clients_are_read_noted_and_tagged(play: Any, crm: WecomClient) -> None:
    seeded = await play.ctl.seed("small")
    customers, tags = CustomerModule(crm), TagModule(crm)
    assert (await customers.list_followers())["follow_user"] == ["zhang.wei", "li.na"]
    mine = (await customers.list("zhang.wei"))["external_userid"]
    assert mine == seeded["externals"][:3]
    await customers.remark("zhang.wei", mine[0], remark="王女士", remark_mobiles=["13800000000"])
    group = (await tags.add_corp_tag(group_name="等级", tag=[{"name": "金卡"}, {"name": "银卡"}]))["tag_group"]
    gold = group["tag"][0]["id"]
    await tags.mark_tag("zhang.wei", mine[0], add_tag=[gold])
    follow = (await customers.get(mine[0]))["follow_user"][0]
    assert (follow["remark"], [tag["tag_name"] for tag in follow["tags"]]) == ("王女士", ["金卡"])
    await tags.edit_corp_tag(gold, name="白金卡")
    await tags.del_corp_tag(tag_id=[group["tag"][1]["id"]])
    listed = (await tags.list_corp_tags())["tag_group"][0]
    assert [tag["name"] for tag in listed["tag"]] == ["白金卡"]
    batch = await customers.batch_get(["zhang.wei", "li.na"], limit=100)
    assert len(batch["external_contact_list"]) == 5
    with pytest.raises(WecomAPIError) as refused:
        await customers.get("wmNobody")
    assert refused.value.errcode == 40096


async def test_groups_are_read_and_opened_by_codes(play: Any, crm: WecomClient) -> None:
    seeded = await play.ctl.seed("small")
    groups, ways = GroupChatModule(crm), ContactWayModule(crm)
    listed = (await groups.list_groupchats(limit=100))["group_chat_list"]
    assert [one["chat_id"] for one in listed] == seeded["groups"]
    shown = (await groups.get_groupchat(seeded["groups"][0], need_name=1))["group_chat"]
    assert [row["name"] for row in shown["member_list"]] == ["张伟", "王芳", "刘洋", "陈静"]
    way = await ways.groupchat_add_join_way(scene=2, chat_id_list=seeded["groups"], state="salon")
    assert (await ways.groupchat_get_join_way(way["config_id"]))["join_way"]["state"] == "salon"
    await ways.groupchat_update_join_way(way["config_id"], scene=2, chat_id_list=seeded["groups"], state="autumn")
    assert (await ways.groupchat_get_join_way(way["config_id"]))["join_way"]["state"] == "autumn"
    await ways.groupchat_del_join_way(way["config_id"])
    with pytest.raises(WecomAPIError) as refused:
        await ways.groupchat_get_join_way(way["config_id"])
    assert refused.value.errcode == 41044


async def test_contact_ways_live_and_end(play: Any, crm: WecomClient) -> None:
    await play.ctl.seed("small")
    ways = ContactWayModule(crm)
    made = await ways.add_contact_way(1, 2, user=["li.na"], state="lobby", skip_verify=True)
    assert made["qr_code"].startswith("https://")
    shown = (await ways.get_contact_way(made["config_id"]))["contact_way"]
    assert (shown["user"], shown["state"]) == (["li.na"], "lobby")
    await ways.update_contact_way(made["config_id"], state="branch")
    now = int((await play.ctl.clock())["now"])
    listed = await ways.list_contact_way(start_time=now - 60, end_time=now + 60)
    assert [one["config_id"] for one in listed["contact_way"]] == [made["config_id"]]
    came = await play.ctl.act("client.scan", config_id=made["config_id"])
    await ways.close_temp_chat("li.na", came["external_userid"])
    await ways.del_contact_way(made["config_id"])
    assert (await ways.list_contact_way())["contact_way"] == []


async def test_group_messages_and_welcomes_go_out(play: Any, crm: WecomClient) -> None:
    seeded = await play.ctl.seed("small")
    sending = MsgTemplateModule(crm)
    made = await sending.add_msg_template("single", external_userid=seeded["externals"], text=TEXT)
    assert {row["userid"] for row in (await sending.get_groupmsg_task(made["msgid"]))["task_list"]} == {
        "zhang.wei",
        "li.na",
    }
    await play.ctl.act("member.confirm_groupmsg", userid="zhang.wei")
    results = (await sending.get_groupmsg_send_result(made["msgid"], "zhang.wei"))["send_list"]
    assert {row["status"] for row in results} == {1}
    now = int((await play.ctl.clock())["now"])
    listed = await sending.get_groupmsg_list_v2("single", now - 60, now + 60, filter_type=0)
    assert [row["msgid"] for row in listed["group_msg_list"]] == [made["msgid"]]
    code = (await play.ctl.act("client.add", userid="li.na"))["welcome_code"]
    await sending.send_welcome_msg(code, text=TEXT)
    assert (await play.ctl.reached(kind="welcome"))["total"] == 1


async def test_moments_transfers_and_figures(play: Any, crm: WecomClient, tmp_path: Path) -> None:
    seeded = await play.ctl.seed("small")
    picture = tmp_path / "poster.png"
    picture.write_bytes(b"\x89PNG" + b"0" * 100)
    media = await MediaModule(crm).upload_attachment(picture, media_type="image", attachment_type=1)
    moments = MomentModule(crm)
    job = await moments.add_moment_task(
        text=TEXT, attachments=[{"msgtype": "image", "image": {"media_id": media["media_id"]}}]
    )
    done = await moments.get_moment_task_result(job["jobid"])
    moment = done["result"]["moment_id"]
    await play.ctl.act("member.publish_moment", userid="li.na")
    tasks = (await moments.get_moment_task(moment))["task_list"]
    assert {row["userid"]: row["publish_status"] for row in tasks} == {"zhang.wei": 0, "li.na": 1}
    assert len((await moments.get_moment_customer_list(moment, "li.na"))["customer_list"]) == 2
    handed = TransferActiveModule(crm)
    asked = await handed.transfer_customer("zhang.wei", "li.na", seeded["externals"][:1])
    assert asked["customer"] == [{"external_userid": seeded["externals"][0], "errcode": 0}]
    assert (await handed.transfer_result("zhang.wei", "li.na"))["customer"][0]["status"] == 2
    await play.ctl.act("transfer.complete")
    assert (await handed.transfer_result("zhang.wei", "li.na"))["customer"][0]["status"] == 1
    await play.ctl.act("member.leave", userid="zhang.wei")
    resigned = TransferResignedModule(crm)
    assert {row["external_userid"] for row in (await resigned.get_unassigned_list())["info"]} == {
        *seeded["externals"][1:3]
    }
    await resigned.resigned_transfer_customer("zhang.wei", "li.na", seeded["externals"][1:3])
    now = int((await play.ctl.clock())["now"])
    figures = StatisticsModule(crm)
    by_day = (await figures.groupchat_statistic_group_by_day(now, now))["items"]
    assert by_day[0]["data"]["chat_total"] == 1
    mine = await figures.get_user_behavior_data(start_time=now, end_time=now, userid=["li.na"])
    assert mine["behavior_data"][0]["new_contact_cnt"] == 2


async def test_the_address_book_is_read(play: Any, kit: AsyncWeComClient) -> None:
    await play.ctl.seed("small")
    party = (await play.ctl.act("party.create", name="浦东支行"))["id"]
    await play.ctl.act("member.update", userid="li.na", department=[party])
    assert [row["name"] for row in (await kit.departments.list())["department"]] == ["总行", "浦东支行"]
    assert (await kit.departments.get(party))["department"]["parentid"] == 1
    assert [row["id"] for row in (await kit.departments.simple_list())["department_id"]] == [1, party]
    assert [row["userid"] for row in (await kit.users.list_by_department(party))["userlist"]] == ["li.na"]
    whole = await kit.users.simple_list_by_department(1, fetch_child=True)
    assert [row["userid"] for row in whole["userlist"]] == ["zhang.wei", "li.na"]
    assert (await kit.users.get("li.na"))["name"] == "李娜"
    assert len((await kit.users.list_id())["dept_user"]) == 2
    tag = (await kit.tags.create("理财经理"))["tagid"]
    await kit.tags.add_users(tag, userlist=["li.na"])
    assert [row["userid"] for row in (await kit.tags.get(tag))["userlist"]] == ["li.na"]
    assert (await kit.agent.get(AGENT))["agentid"] == AGENT
    assert [row["agentid"] for row in (await kit.agent.list())["agentlist"]] == [AGENT]
    with pytest.raises(WeComAPIError, match="60111"):
        await kit.users.get("nobody")


async def test_messages_and_files_reach_members(play: Any, kit: AsyncWeComClient, tmp_path: Path) -> None:
    await play.ctl.seed("small")
    kept = await kit.media.upload_bytes(b"%PDF" + b"0" * 100, "file", "plan.pdf")
    await kit.media.download(kept["media_id"], tmp_path / "plan.pdf")
    assert (tmp_path / "plan.pdf").read_bytes().startswith(b"%PDF")
    told = [
        await kit.messages.send_text(AGENT, "您好", to_user="li.na"),
        await kit.messages.send_markdown(AGENT, "**您好**", to_user="li.na"),
        await kit.messages.send_textcard(AGENT, "标题", "说明", "http://127.0.0.1/", to_user="li.na"),
        await kit.messages.send_news(AGENT, [{"title": "活动", "url": "http://127.0.0.1/"}], to_user="li.na"),
        await kit.messages.send_file(AGENT, kept["media_id"], to_user="li.na"),
    ]
    assert all(one["msgid"] for one in told)
    card = {
        "card_type": "button_interaction",
        "main_title": {"title": "预约"},
        "button_list": [{"text": "接受", "key": "yes"}],
        "task_id": "visit-1",
    }
    sent = await kit.messages.send_template_card(AGENT, card, to_user="li.na")
    await play.ctl.act("member.tap_card", userid="li.na", task_id="visit-1", key="yes")
    tapped = (await play.ctl.callbacks(event="*template_card_event*"))[0]
    assert "<EventKey><![CDATA[yes]]>" in tapped["plaintext"]
    await kit.messages.update_template_card(AGENT, sent["response_code"], button={"replace_name": "已接受"})
    with pytest.raises(WeComAPIError, match="42016"):
        await kit.messages.update_template_card(AGENT, sent["response_code"], button={"replace_name": "已接受"})
    assert (await play.ctl.reached(kind="staff"))["people"] == {"li.na": {"staff": 6}}


async def test_a_wrong_secret_ends_in_the_librarys_own_error(play: Any, tmp_path: Path) -> None:
    settings = WecomConfig(CORPID, "wrong", base_url=f"{play.url}/wx", cache_dir=str(tmp_path))
    async with WecomClient(settings) as client:
        with pytest.raises(WecomAuthError, match="40001"):
            await client.get_access_token()
