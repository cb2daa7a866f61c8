"""Ways in: codes to members and into groups, links that are paid for, and the callbacks that each of them causes."""

from __future__ import annotations

from typing import Any

CHAT = "externalcontact/groupchat"


async def labels(play: Any, since: int = 0) -> list[str]:
    return [one["event"] for one in await play.ctl.callbacks(since=since)]


async def add_way(play: Any, **fields: Any) -> dict[str, Any]:
    return dict(await play.wx("externalcontact/add_contact_way", {"type": 2, "scene": 2, **fields}))


async def test_members_of_a_way_take_turns_and_the_state_comes_along(heard_play: Any, listener: Any) -> None:
    await heard_play.ctl.seed("small")
    way = await add_way(heard_play, user=["zhang.wei", "li.na"], state="lobby", skip_verify=False)
    came = [await heard_play.ctl.act("client.scan", config_id=way["config_id"]) for _ in range(3)]
    assert [one["userid"] for one in came] == ["zhang.wei", "li.na", "zhang.wei"]
    assert await heard_play.ctl.settle()
    assert {one.fields["State"] for one in listener.events("add_external_contact")} == {"lobby"}
    shown = await heard_play.wx("externalcontact/get", external_userid=came[0]["external_userid"])
    assert shown["follow_user"][0]["state"] == "lobby"


async def test_without_confirmation_a_half_contact_comes_first(play: Any) -> None:
    await play.ctl.seed("small")
    way = await add_way(play, user=["li.na"])
    await play.ctl.act("client.scan", config_id=way["config_id"])
    assert await labels(play) == [
        "change_external_contact.add_half_external_contact",
        "change_external_contact.add_external_contact",
    ]


async def test_ways_are_counted_together_and_temporary_ones_end(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    await play.ctl.switches(contact_ways_most=2)
    temporary = await add_way(play, user=["li.na"], is_temp=True, expires_in=3600)
    group = await play.wx(f"{CHAT}/add_join_way", {"scene": 2, "chat_id_list": seeded["groups"]})
    assert (await add_way(play, user=["li.na"]))["errcode"] == 41045
    await play.wx(f"{CHAT}/del_join_way", {"config_id": group["config_id"]})
    assert (await add_way(play, user=["li.na"]))["errcode"] == 0
    assert len((await play.wx("externalcontact/list_contact_way", {}))["contact_way"]) == 1
    await play.ctl.clock(advance=3601)
    asked = {"config_id": temporary["config_id"]}
    assert (await play.wx("externalcontact/get_contact_way", asked))["errcode"] == 41044


async def test_wrong_ways_are_refused(play: Any) -> None:
    await play.ctl.seed("small")
    assert (await add_way(play, user=["x"] * 101))["errcode"] == 41041
    assert (await add_way(play, user=["nobody"]))["errcode"] == 60111
    assert (await add_way(play, user=["li.na"], state="长" * 31))["errcode"] == 40058
    assert (await add_way(play, user=["li.na"], type=3))["errcode"] == 41039
    await play.ctl.act("member.update", userid="li.na", active=False)
    assert (await add_way(play, user=["li.na"]))["errcode"] == 41054


async def test_a_full_group_opens_the_next(heard_play: Any, listener: Any) -> None:
    seeded = await heard_play.ctl.seed("small")
    await heard_play.ctl.switches(group_full=5)
    body = {"scene": 2, "chat_id_list": seeded["groups"], "room_base_name": "沙龙", "room_base_id": 7, "state": "salon"}
    way = await heard_play.wx(f"{CHAT}/add_join_way", body)
    came = [await heard_play.ctl.act("group.scan", config_id=way["config_id"]) for _ in range(2)]
    assert came[0]["chat_id"] == seeded["groups"][0]
    assert came[1]["chat_id"] != seeded["groups"][0]
    shown = (await heard_play.wx(f"{CHAT}/get", {"chat_id": came[1]["chat_id"], "need_name": 1}))["group_chat"]
    assert shown["name"] == "沙龙7"
    assert [row["state"] for row in shown["member_list"] if row["type"] == 2] == ["salon"]
    asked = {"config_id": way["config_id"]}
    assert len((await heard_play.wx(f"{CHAT}/get_join_way", asked))["join_way"]["chat_id_list"]) == 2
    assert await heard_play.ctl.settle()
    assert len(listener.events("create")) == 1
    assert {one.fields["JoinScene"] for one in listener.events("update")} == {"3"}


async def test_who_scans_a_group_and_adds_the_owner_is_told_in_order(play: Any) -> None:
    seeded = await play.ctl.seed("small")
    await play.ctl.act("group.join", chat_id=seeded["groups"][0], name="周婷", add_member=True)
    assert await labels(play) == [
        "change_external_chat.update.add_member",
        "change_external_contact.add_half_external_contact",
        "change_external_contact.add_external_contact",
    ]


async def test_links_count_their_clients_and_are_paid_for(heard_play: Any, listener: Any) -> None:
    await heard_play.ctl.seed("small")
    path = "externalcontact/customer_acquisition"
    body = {"link_name": "秋季", "range": {"user_list": ["li.na"]}}
    link = (await heard_play.wx(f"{path}/create_link", body))["link"]
    before = (await heard_play.wx(f"{path}_quota"))["balance"]
    came = await heard_play.ctl.act("link.follow", link_id=link["link_id"], channel="wb", chat=True)
    customers = (await heard_play.wx(f"{path}/customer", {"link_id": link["link_id"]}))["customer_list"]
    row = {"external_userid": came["external_userid"], "userid": "li.na", "chat_status": 1, "state": "wb"}
    assert customers == [row]
    assert (await heard_play.wx(f"{path}_quota"))["balance"] == before - 1
    now = int((await heard_play.ctl.clock())["now"])
    asked = {"link_id": link["link_id"], "start_time": now, "end_time": now}
    told = await heard_play.wx(f"{path}/statistic", asked)
    assert (told["click_link_customer_cnt"], told["new_customer_cnt"]) == (1, 1)
    await heard_play.ctl.act("link.announce", change="balance_exhausted")
    await heard_play.ctl.act("link.announce", change="delete_link", link_id=link["link_id"])
    assert await heard_play.ctl.settle()
    found = {one.fields["ChangeType"] for one in listener.events("customer_acquisition")}
    assert found == {"customer_start_chat", "balance_exhausted", "delete_link"}
    assert (await heard_play.wx(f"{path}/get", {"link_id": link["link_id"]}))["errcode"] == 40058
