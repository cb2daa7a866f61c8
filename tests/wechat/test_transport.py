"""The way out: bounded, told apart by what certainly happened, and silent about secrets."""

from __future__ import annotations

import pickle
import time
import traceback
from typing import Any

import pytest
from aiohttp import web

from tests.wechat.conftest import SECRET
from tests.wechat.loopback import CUSTOM, INFO, STABLE, Loopback, MakeAccount, MakeCorp, Seen, fault_of
from wechat import doors, faults
from wechat.transport import Transport


async def test_a_hanging_platform_leaves_a_send_unknown_and_a_reading_for_later(
    platform: Loopback, account_door: MakeAccount
) -> None:
    platform.answer(CUSTOM, "hang")
    platform.answer(INFO, "hang")
    began = time.monotonic()
    assert isinstance(fault := await fault_of(account_door().send_text("o1", "您好")), faults.Unknown)
    assert fault.reason == "timeout"
    assert isinstance(await fault_of(account_door().fan("o1")), faults.Later)
    assert time.monotonic() - began < 4


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (lambda _seen: web.Response(text="<html>maintenance</html>", content_type="text/html"), "no_json"),
        (lambda _seen: web.Response(text='{"errcode": 0, "ms'), "no_json"),
        (lambda _seen: web.Response(text="[]"), "no_json"),
        (lambda _seen: web.Response(text="bad gateway", status=502), "http_502"),
        ("cut", "cut"),
    ],
)
async def test_no_clear_answer_to_a_send_is_unknown(
    platform: Loopback, account_door: MakeAccount, reply: Any, reason: str
) -> None:
    platform.answer(CUSTOM, reply)
    platform.answer(INFO, reply)
    fault = await fault_of(account_door().send_text("o1", "您好"))
    assert (type(fault), fault.reason) == (faults.Unknown, reason)
    fault = await fault_of(account_door().fan("o1"))
    assert (type(fault), fault.reason) == (faults.Later, reason)


async def test_a_job_taken_over_without_a_number_is_unknown(platform: Loopback, corp_door: MakeCorp) -> None:
    fault = await fault_of(corp_door().create_group_message("single", text="您好", external_userids=["wm1"]))
    assert (type(fault), fault.reason) == (faults.Unknown, "incomplete")
    platform.answer("/cgi-bin/externalcontact/add_msg_template", {"errcode": -1, "errmsg": "system busy"})
    fault = await fault_of(corp_door().create_group_message("single", text="您好", external_userids=["wm1"]))
    assert (type(fault), fault.errcode) == (faults.Unknown, -1)


async def test_a_refused_connection_is_certainly_not_sent(db: None) -> None:
    transport = Transport("official_account", "http://127.0.0.1:9")
    fault = await fault_of(transport.call("POST", CUSTOM, body={}, signed=False))
    assert type(fault) is faults.NotSent
    assert isinstance(fault, faults.Later)
    await transport.close()


async def test_a_redirect_is_refused_and_not_followed(platform: Loopback, account_door: MakeAccount) -> None:
    platform.answer(CUSTOM, lambda _seen: web.Response(status=302, headers={"Location": f"{platform.url}/elsewhere"}))
    fault = await fault_of(account_door().send_text("o1", "您好"))
    assert (type(fault), fault.reason) == (faults.Blocked, "redirected")
    assert not platform.calls("/elsewhere")


@pytest.mark.parametrize(
    "base", ["http://api.weixin.qq.com", "ftp://127.0.0.1", "http://user@127.0.0.1", "http://10.0.0.8", "", "https://"]
)
async def test_a_host_that_is_neither_https_nor_loopback_is_not_reached(base: str) -> None:
    transport = Transport("official_account", base)
    fault = await fault_of(transport.call("GET", "/cgi-bin/user/get", signed=False))
    assert (type(fault), fault.reason) == (faults.Blocked, "host_not_allowed")
    await transport.close()


@pytest.mark.parametrize(
    "path", ["", "x", ".evil.test/a", "@evil.test/a", "//evil.test", "/a/../../b", "/a?b=c", "/a b"]
)
async def test_a_path_leads_nowhere_else(platform: Loopback, path: str) -> None:
    transport = Transport("official_account", platform.url + "/oa")
    fault = await fault_of(transport.call("GET", path, signed=False))
    assert fault.reason == "host_not_allowed"
    assert not platform.seen
    assert str(transport.address("/cgi-bin/user/get")) == f"{platform.url}/oa/cgi-bin/user/get"
    await transport.close()


async def test_wechatpys_own_hosts_are_never_reached(platform: Loopback, account_door: MakeAccount) -> None:
    door = account_door()
    platform.answer(INFO, {"subscribe": 0, "openid": "o1"})
    await door.fan("o1")
    await door._api.template.get_all_private_template()
    platform.answer("/customservice/getonlinekflist", {"kf_online_list": []})
    assert await door._api.customservice.get_online_accounts() == []
    assert [seen.path for seen in platform.seen] == [
        STABLE,
        INFO,
        "/cgi-bin/template/get_all_private_template",
        "/customservice/getonlinekflist",
    ]


async def test_a_file_is_sent_whole_again_after_a_stale_token(platform: Loopback, corp_door: MakeCorp) -> None:
    path = "/cgi-bin/media/upload"
    answers = iter([{"errcode": 42001}, {"errcode": 0, "media_id": "M1"}])
    platform.answer(path, lambda _seen: next(answers))
    assert await corp_door().upload_media(b"0123456789" * 500, '海报"\r\n.png', "image") == "M1"
    sizes = [len(seen.body) for seen in platform.calls(path)]
    assert sizes[0] > 5000
    assert sizes[0] == sizes[1]
    assert platform.calls(path)[1].query["type"] == "image"
    assert '海报___.png"'.encode() in platform.calls(path)[1].body


def everything(fault: BaseException) -> str:
    shown = [str(fault), repr(fault), "".join(traceback.format_exception(fault)), repr(vars(fault))]
    shown.append(repr(pickle.dumps(fault)))
    for linked in (fault.__cause__, fault.__context__):
        if linked is not None:
            shown.append(everything(linked))
    return " ".join(shown)


@pytest.mark.parametrize(
    "reply",
    [
        {"errcode": 40001, "errmsg": "invalid credential, access_token is T1-secret-token"},
        {"errcode": 45015, "errmsg": "out of time"},
        "hang",
        "cut",
        lambda _seen: web.Response(status=500, text="T1-secret-token"),
        lambda _seen: web.Response(status=302, headers={"Location": "/x?access_token=T1-secret-token"}),
    ],
)
async def test_no_fault_tells_a_secret(platform: Loopback, account_door: MakeAccount, reply: Any) -> None:
    platform.answer(CUSTOM, reply)
    fault = await fault_of(account_door().send_text("o1", "给客户的话"))
    shown = everything(fault)
    for hidden in ("secret-token", SECRET, platform.url, "给客户的话"):
        assert hidden not in shown
    again = pickle.loads(pickle.dumps(fault))
    assert type(again) is type(fault)
    assert (again.reason, again.errcode, again.message, again.pause) == (
        fault.reason,
        fault.errcode,
        fault.message,
        fault.pause,
    )


async def test_no_fault_about_the_secret_itself_tells_it(platform: Loopback, corp_door: MakeCorp) -> None:
    def reply(seen: Seen) -> dict[str, Any]:
        return {"errcode": 40013, "errmsg": f"bad {seen.query['corpsecret']}"}

    platform.answer("/cgi-bin/gettoken", reply)
    assert SECRET not in everything(await fault_of(corp_door().follow_users()))


async def test_doors_without_settings_say_so(no_wechat_settings: None, monkeypatch: pytest.MonkeyPatch) -> None:
    await doors.close()
    for make in (doors.official_account, doors.wecom):
        with pytest.raises(faults.Blocked, match="not_configured"):
            make()
