"""Handing over clients and groups: on the job and after leaving, what fails, and what apps hear of it."""

from __future__ import annotations

from typing import Any

CLIENT, CHAT = "externalcontact", "externalcontact/groupchat"


async def ask(play: Any, clients: list[str], path: str = "transfer_customer", **who: str) -> list[int]:
    body = {"handover_userid": "zhang.wei", "takeover_userid": "li.na", **who, "external_userid": clients}
    told = await play.wx(f"{CLIENT}/{path}", body)
    return [row["errcode"] for row in told.get("customer", [{"errcode": told["errcode"]}])]


async def statuses(play: Any, path: str = "transfer_result", **who: str) -> list[int]:
    body = {"handover_userid": "zhang.wei", "takeover_userid": "li.na", **who}
    return [row["status"] for row in (await play.wx(f"{CLIENT}/{path}", body))["customer"]]


async def test_a_transfer_takes_a_day_and_moves_the_relation(heard_play: Any, listener: Any) -> None:
    client = (await heard_play.ctl.seed("small"))["externals"][0]
    assert await ask(heard_play, [client, "wmNobody"]) == [0, 40096]
    assert await ask(heard_play, [client]) == [40100]
    await heard_play.ctl.clock(advance=86_399)
    heard_play.tokens.clear()
    assert await statuses(heard_play) == [2]
    assert listener.heard == []
    await heard_play.ctl.clock(advance=2)
    assert await statuses(heard_play) == [1]
    assert await heard_play.ctl.settle()
    (gone,) = listener.events("del_external_contact")
    assert (gone.fields["UserID"], gone.fields["Source"]) == ("zhang.wei", "DELETE_BY_TRANSFER")
    (came,) = listener.events("add_external_contact")
    assert came.fields["UserID"] == "li.na"
    assert "WelcomeCode" not in came.fields
    follow = (await heard_play.wx(f"{CLIENT}/get", external_userid=client))["follow_user"]
    assert [(row["userid"], row["add_way"]) for row in follow] == [("li.na", 202)]


async def test_a_client_may_refuse_and_an_heir_may_be_full(heard_play: Any, listener: Any) -> None:
    clients = (await heard_play.ctl.seed("small"))["externals"]
    await ask(heard_play, clients[:2])
    await heard_play.ctl.act("client.refuse_transfer", external_userid=clients[0])
    await heard_play.ctl.switches(clients_most=2)
    await heard_play.ctl.act("transfer.complete")
    assert await statuses(heard_play) == [3, 4]
    assert await heard_play.ctl.settle()
    reasons = [one.fields["FailReason"] for one in listener.events("transfer_fail")]
    assert sorted(reasons) == ["customer_limit_exceed", "customer_refused"]
    assert await ask(heard_play, clients[2:3]) == [40099]


async def test_two_transfers_in_ninety_days(play: Any) -> None:
    client = (await play.ctl.seed("small"))["externals"][0]
    pairs = [("zhang.wei", "li.na"), ("li.na", "zhang.wei")]
    for old, new in pairs:
        assert await ask(play, [client], handover_userid=old, takeover_userid=new) == [0]
        await play.ctl.act("transfer.complete")
    assert await ask(play, [client]) == [40128]
    await play.ctl.clock(advance=91 * 86_400)
    play.tokens.clear()
    assert await ask(play, [client]) == [0]


async def test_clients_of_who_left_wait_for_an_heir(play: Any) -> None:
    clients = (await play.ctl.seed("small"))["externals"]
    assert await ask(play, clients[:1], "resigned/transfer_customer") == [40097]
    await play.ctl.act("member.leave", userid="zhang.wei")
    assert await ask(play, clients[:1]) == [60111]
    waiting = await play.wx(f"{CLIENT}/get_unassigned_list", {"page_size": 2})
    assert (len(waiting["info"]), waiting["is_last"]) == (2, False)
    rest = await play.wx(f"{CLIENT}/get_unassigned_list", {"page_size": 2, "cursor": waiting["next_cursor"]})
    assert (len(rest["info"]), rest["is_last"]) == (1, True)
    second = await play.wx(f"{CLIENT}/get_unassigned_list", {"page_size": 2, "page_id": 1})
    assert second["info"] == rest["info"]
    too_far = {"page_size": 1000, "page_id": 50}
    assert (await play.wx(f"{CLIENT}/get_unassigned_list", too_far))["errcode"] == 40058
    assert await ask(play, clients[:3], "resigned/transfer_customer") == [0, 0, 0]
    await play.ctl.act("transfer.complete")
    assert await statuses(play, "resigned/transfer_result") == [1, 1, 1]
    assert (await play.wx(f"{CLIENT}/get_unassigned_list", {}))["info"] == []


async def test_who_may_take_over(play: Any) -> None:
    clients = (await play.ctl.seed("small"))["externals"]
    assert await ask(play, clients[:1], takeover_userid="zhang.wei") == [40130]
    assert await ask(play, clients[3:4]) == [40131]
    await play.ctl.act("member.update", userid="li.na", real_named=False)
    assert await ask(play, clients[:1]) == [40098]
    await play.ctl.act("member.update", userid="li.na", active=False)
    assert await ask(play, clients[:1]) == [41054]


async def failed(play: Any, path: str, *chats: str) -> list[int]:
    told = await play.wx(f"{CHAT}/{path}", {"chat_id_list": list(chats), "new_owner": "li.na"})
    return [row["errcode"] for row in told["failed_chat_list"]]


async def test_groups_pass_on_by_the_right_door_only(play: Any) -> None:
    chat = (await play.ctl.seed("small"))["groups"][0]
    assert await failed(play, "transfer", chat, "wrNone") == [90500, 90501]
    await play.ctl.act("member.leave", userid="zhang.wei")
    assert await failed(play, "onjob_transfer", chat) == [90502]
    await play.ctl.switches(group_transfer_s=3600)
    assert await failed(play, "transfer", chat) == []
    assert await failed(play, "transfer", chat) == [90507]
    listed = (await play.wx(f"{CHAT}/list", {"limit": 10, "status_filter": 2}))["group_chat_list"]
    assert [row["chat_id"] for row in listed] == [chat]
    await play.ctl.clock(advance=3601)
    assert await failed(play, "transfer", chat) == [90508]
    assert (await play.wx(f"{CHAT}/get", {"chat_id": chat}))["group_chat"]["owner"] == "li.na"


async def test_a_group_changes_hands_twice_in_ninety_days_without_a_callback(play: Any) -> None:
    chat = (await play.ctl.seed("small"))["groups"][0]
    assert await failed(play, "onjob_transfer", chat) == []
    assert await failed(play, "onjob_transfer", chat) == [90504]
    back = {"chat_id_list": [chat], "new_owner": "zhang.wei"}
    assert (await play.wx(f"{CHAT}/onjob_transfer", back))["failed_chat_list"] == []
    assert await failed(play, "onjob_transfer", chat) == [45009]
    assert await play.ctl.callbacks() == []
