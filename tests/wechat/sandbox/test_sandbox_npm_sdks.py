"""Client libraries of the npm registry run their ordinary flows against the sandbox, with only their host set."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from wechat.sandbox import envelope

NPM = Path(__file__).parents[1] / "npm"
READY = shutil.which("node") is not None and (NPM / "node_modules").is_dir()
pytestmark = pytest.mark.skipif(not READY, reason="needs node and `make npm` (clients written for node)")

APPID, CORPID = "wxbank0000000001", "wwbank0000000001"
OA_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
WX_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


async def node(script: str, given: dict[str, Any]) -> dict[str, Any]:
    command = ("node", str(NPM / script), json.dumps(given, ensure_ascii=False))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    out, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
    told: dict[str, Any] = json.loads(out)
    return told


async def test_co_wechat_api_has_an_ordinary_day(play: Any, tmp_path: Path) -> None:
    fans = (await play.ctl.seed("small"))["fans"]
    await play.ctl.act("fan.message", openid=fans[0])
    given = {"url": play.url, "appid": APPID, "secret": "oa-secret", "openid": fans[0], "openids": fans}
    told = await node("co_wechat_api.js", {**given, "dir": str(tmp_path)})
    assert told["followers"] == fans
    assert (told["person"]["openid"], told["people"], told["remark"]) == (fans[0], 1, "贵宾")
    assert told["carriers"] == [fans[0]]
    assert len(told["tags"]) == 1
    assert "白金卡" in told["tagNames"]
    assert told["group"][0] == told["group"][1]
    assert told["menu"]["conditionalmenu"][0]["matchrule"] == {"tag_id": "2"}
    assert told["current"]["selfmenu_info"]["button"][0]["key"] == "BENEFITS"
    assert told["noMenu"] == 46003
    assert (told["media"], told["material"], told["count"], told["page"]) == (True, True, 1, 1)
    assert told["gone"] == 40007
    assert told["template"] == 0
    assert told["again"] == 45066
    assert told["massState"] in ("SENDING", "SEND_SUCCESS")
    assert told["code"] == 200
    assert told["desk"] == "小王"
    assert told["picture"].startswith(play.url)
    assert told["short"].startswith(play.url)
    assert await play.ctl.settle()
    assert (await play.ctl.reached(kind="custom"))["people"] == {fans[0]: {"custom": 3}}
    assert (await play.ctl.reached(kind="mass"))["persons"] == len(fans)


async def test_node_easywechat_works_on_both_sides(play: Any, tmp_path: Path) -> None:
    seeded = await play.ctl.seed("small")
    account = {"appid": APPID, "secret": "oa-secret", "token": "oatoken", "aes_key": OA_KEY}
    work = {"corpid": CORPID, "secret": "wx-secret", "token": "wxtoken", "aes_key": WX_KEY, "agentid": 1000002}
    told = await node("node_easywechat.js", {"url": play.url, "oa": account, "work": work, "dir": str(tmp_path)})
    assert told["oa"]["followers"] == seeded["fans"]
    assert (told["oa"]["person"], told["oa"]["wrong"]) == (seeded["fans"][0], 40003)
    assert (told["oa"]["tag"], told["oa"]["draft"], told["oa"]["publish"]) == ("易微信", "开业", True)
    assert told["oa"]["page"] == "string"
    assert told["work"]["clients"] == seeded["externals"][:3]
    assert told["work"]["groups"] == seeded["groups"]
    await play.ctl.act("member.confirm_groupmsg")
    assert (await play.ctl.reached(msgid=told["work"]["msgid"]))["persons"] == 3


async def test_their_envelopes_open_ours_and_ours_open_theirs() -> None:
    texts = ["", "您好", "<xml><A>1</A></xml>", "x" * 31, "x" * 32, "🎉" * 40]
    rows = [_sealed(text) for text in texts]
    told = await node(
        "crypto.js", {"open": rows, "seal": [{**row, "text": text} for row, text in zip(rows, texts, strict=True)]}
    )
    for text, row, opened, theirs in zip(texts, rows, told["open"], told["seal"], strict=True):
        assert (opened["text"], opened["id"], opened["also"]) == (text, APPID, text)
        assert opened["signed"] == row["msg_signature"]
        assert envelope.decrypt(theirs["sealed"], OA_KEY) == (text, APPID)
        assert text in ("", *_inside(theirs["also"]))


def _sealed(text: str) -> dict[str, Any]:
    encrypt = envelope.encrypt(text, OA_KEY, APPID)
    signature = envelope.sign("oatoken", "1790000000", "123", encrypt)
    row = {"aes_key": OA_KEY, "token": "oatoken", "receive_id": APPID, "encrypt": encrypt, "nonce": "123"}
    return {**row, "timestamp": 1790000000, "msg_signature": signature}


def _inside(body: str) -> tuple[str, str]:
    sealed = ElementTree.fromstring(body).findtext("Encrypt") or ""
    return envelope.decrypt(sealed, OA_KEY)
