"""Defects measured in the borrowed library, one test each (design: wechat.md 1.4), and how faults of the peer end."""

from __future__ import annotations

import asyncio
import pickle
import time
import traceback
from typing import Any

import pytest
from aiohttp import web

from kernel import cache, database
from tests.wechat.conftest import SECRET
from tests.wechat.loopback import CUSTOM, INFO, STABLE, Loopback, MakeAccount, MakeCorp, fault_of
from wechat import faults, transport
from wechat.official_account.door import RealOfficialAccount
from wechat.wecom.door import RealWeCom

GROUP_MESSAGE = "/cgi-bin/externalcontact/add_msg_template"
FOLLOWERS = "/cgi-bin/externalcontact/get_follow_user_list"
HTML = "<html>系统维护中</html>"


async def test_defect_1_a_token_refused_for_ever_costs_three_calls_and_then_none(
    platform: Loopback, account_door: MakeAccount
) -> None:
    platform.answer(CUSTOM, {"errcode": 40001, "errmsg": "invalid credential"})
    door = account_door()
    fault = await fault_of(door.send_text("o1", "您好"))
    assert (type(fault), fault.reason) == (faults.Blocked, "token")
    assert [one.path for one in platform.seen] == [STABLE, CUSTOM, STABLE, CUSTOM]
    for _ in range(50):
        assert isinstance(await fault_of(door.send_text("o2", "您好")), faults.Blocked)
        assert isinstance(await fault_of(account_door().fan("o2")), faults.Blocked)
    # the app rests, in this process and in every other
    assert len(platform.seen) == 4


async def test_defect_2_a_hanging_peer_holds_nobody_and_after_ten_nobody_calls(
    platform: Loopback, account_door: MakeAccount
) -> None:
    platform.answer(INFO, "hang")
    door, began = account_door(), time.monotonic()
    found = await asyncio.gather(*(fault_of(door.fan(f"o{n}")) for n in range(10)))
    assert {type(fault) for fault in found} == {faults.Later}
    assert {fault.reason for fault in found} == {"timeout"}
    assert time.monotonic() - began < 5
    resting = await fault_of(door.fan("o11"))
    assert (type(resting), resting.reason) == (faults.NotSent, "resting")
    assert len(platform.calls(INFO)) == 10


async def test_defect_3_a_file_is_whole_on_its_second_way(platform: Loopback, corp_door: MakeCorp) -> None:
    answers = iter([{"errcode": 40014}, {"errcode": 0, "media_id": "M"}])
    platform.answer("/cgi-bin/media/upload", lambda _seen: next(answers))
    await corp_door().upload_media(b"x" * 5000, "a.png", "image")
    first, second = platform.calls("/cgi-bin/media/upload")
    assert len(first.body) == len(second.body) > 5000


async def test_defect_4_sixteen_cold_callers_fetch_one_token(platform: Loopback, corp_door: MakeCorp) -> None:
    made = [corp_door() for _ in range(4)]
    await asyncio.gather(*(door.follow_users() for _ in range(4) for door in made))
    assert platform.tokens == 1
    assert len(platform.calls(FOLLOWERS)) == 16


async def test_defect_5_a_page_instead_of_an_answer_is_never_success(
    platform: Loopback, account_door: MakeAccount, corp_door: MakeCorp
) -> None:
    page = lambda _seen: web.Response(text=HTML, content_type="text/html")  # noqa: E731
    for path in (CUSTOM, INFO, GROUP_MESSAGE):
        platform.answer(path, page)
    sent = await fault_of(account_door().send_text("o1", "您好"))
    assert (type(sent), sent.reason) == (faults.Unknown, "no_json")
    read = await fault_of(account_door().fan("o1"))
    assert (type(read), read.reason) == (faults.Later, "no_json")
    job = await fault_of(corp_door().create_group_message("single", text="您好", external_userids=["wm1"]))
    assert (type(job), job.reason) == (faults.Unknown, "no_json")
    assert [len(platform.calls(path)) for path in (CUSTOM, INFO, GROUP_MESSAGE)] == [1, 1, 1]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_defect_6_a_server_error_has_a_class_and_a_sentence(
    platform: Loopback, account_door: MakeAccount, status: int
) -> None:
    platform.answer(CUSTOM, lambda _seen: web.Response(status=status))
    platform.answer(INFO, lambda _seen: web.Response(status=status))
    sent, read = await fault_of(account_door().send_text("o1", "好")), await fault_of(account_door().fan("o1"))
    assert (type(sent), type(read)) == (faults.Unknown, faults.Later)
    assert sent.reason == read.reason == f"http_{status}"
    assert sent.message
    assert len(platform.calls(CUSTOM)) == len(platform.calls(INFO)) == 1


@pytest.mark.parametrize(
    "reply",
    [
        {"errcode": 40001, "errmsg": f"T1-secret-token {SECRET}"},
        {"errcode": 45033, "errmsg": "T1-secret-token"},
        {"errcode": 999999, "errmsg": SECRET},
        "cut",
        "hang",
    ],
)
async def test_defect_7_no_fault_carries_a_client_a_request_or_a_secret(
    platform: Loopback, account_door: MakeAccount, reply: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "AGAIN_S", 0.0)
    platform.answer(CUSTOM, reply)
    fault = await fault_of(account_door().send_text("o-client", "给客户的话"))
    assert fault.__cause__ is None
    assert fault.__context__ is None
    shown = [str(fault), repr(fault), repr(vars(fault)), repr(pickle.dumps(fault))]
    shown += traceback.format_exception(fault)
    for hidden in ("secret-token", SECRET, platform.url, "给客户的话", "o-client"):
        assert not any(hidden in one for one in shown)
    assert not {"client", "request", "response"} & set(vars(fault))


async def test_defect_8_no_call_leaves_for_a_host_of_the_librarys(
    platform: Loopback, account_door: MakeAccount
) -> None:
    door = account_door()
    platform.answer("/customservice/getonlinekflist", {"errcode": 0, "kf_online_list": []})
    await door._api.customservice.get_online_accounts()
    await door._api.template.get_industry()
    code = await door_code(platform, door)
    assert code.startswith(platform.url)
    assert len(platform.seen) == 4


async def door_code(platform: Loopback, door: RealOfficialAccount) -> str:
    platform.answer("/cgi-bin/qrcode/create", {"ticket": "T", "url": "u"})
    return (await door.make_qr("s")).picture_url


async def test_defect_9_two_apps_of_a_corp_keep_apart_and_no_secret_is_in_redis(platform: Loopback, db: None) -> None:
    made = []
    for agentid, secret in ((7, f"{SECRET}-a"), (8, f"{SECRET}-b")):
        way = transport.Transport("wecom", platform.url, total_s=0.8)
        pages = {"page_url": platform.url, "scan_url": platform.url}
        made.append(RealWeCom(way, corpid="ww1", agentid=agentid, secret=secret, **pages))
        await made[-1].follow_users()
    assert platform.tokens == 2
    assert [one.query["access_token"][:2] for one in platform.calls(FOLLOWERS)] == ["T1", "T2"]
    keys = [key async for key in cache.redis_client().scan_iter("*token*")]
    assert len(keys) == 2
    for key in keys:
        assert await cache.redis_client().ttl(key) > 0
        assert SECRET[:10] not in key + str(await cache.redis_client().get(key))
    assert await database.fetch_value("SELECT count(*) FROM access_token") == 2
    for door in made:
        await door.close()


async def test_defect_16_a_page_ticket_is_fetched_once_by_all_and_again_when_it_ended(
    platform: Loopback, account_door: MakeAccount
) -> None:
    given = iter(range(1, 9))
    platform.answer(
        "/cgi-bin/ticket/getticket", lambda _seen: {"ticket": f"ticket-{next(given)}-secret", "expires_in": 61}
    )
    made = [account_door() for _ in range(4)]
    signed = await asyncio.gather(*(door.page_signature("https://h5.example.test/") for door in made for _ in range(4)))
    assert len(signed) == 16
    assert len(platform.calls("/cgi-bin/ticket/getticket")) == 1
    await asyncio.sleep(1.1)  # the ticket's own clock: what is left of it is less than a call needs
    await made[0].page_signature("https://h5.example.test/")
    assert len(platform.calls("/cgi-bin/ticket/getticket")) == 2
    assert b"ticket-1" not in bytes(
        await database.fetch_value("SELECT token_sealed FROM access_token WHERE app LIKE '%:jsapi'")
    )


async def test_an_expired_token_costs_one_renewal_and_the_caller_notices_nothing(
    platform: Loopback, account_door: MakeAccount
) -> None:
    platform.answer(CUSTOM, lambda seen: {"errcode": 42001 if seen.query["access_token"].startswith("T1") else 0})
    await account_door().send_text("o1", "您好")
    assert [one.path for one in platform.seen] == [STABLE, CUSTOM, STABLE, CUSTOM]


async def test_a_connection_cut_after_acceptance_is_unknown_and_never_repeated(
    platform: Loopback, account_door: MakeAccount, corp_door: MakeCorp
) -> None:
    for path in (CUSTOM, GROUP_MESSAGE):
        platform.answer(path, "cut")
    sent = await fault_of(account_door().send_text("o1", "您好"))
    job = await fault_of(corp_door().create_group_message("single", text="您好", external_userids=["wm1"]))
    assert (type(sent), sent.reason, type(job), job.reason) == (faults.Unknown, "cut", faults.Unknown, "cut")
    assert (len(platform.calls(CUSTOM)), len(platform.calls(GROUP_MESSAGE))) == (1, 1)
