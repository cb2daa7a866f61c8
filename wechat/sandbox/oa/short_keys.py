"""Short keys for long texts, and short addresses."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Answer, Call, Problem, get, post

OK = {"errcode": 0, "errmsg": "ok"}
LONGEST_S = 2_592_000
LONGEST_BYTES = 4096


def make(call: Call) -> dict[str, Any]:
    """A key that stands for a text for up to thirty days."""
    text = call.body.get("long_data")
    if not isinstance(text, str) or not text or len(text.encode()) > LONGEST_BYTES:
        raise Problem(9301001 if not text else 45002, "invalid long_data")
    lasts = call.body.get("expire_seconds", LONGEST_S)
    if not isinstance(lasts, int) or not 0 < lasts <= LONGEST_S:
        raise Problem(9301002, "invalid expire_seconds")
    key = call.world.ids.secret(size=11)
    call.account.short_keys[key] = (text, call.world.now(), call.world.now() + lasts)
    return {**OK, "short_key": key}


def fetch(call: Call) -> dict[str, Any]:
    """The text behind a key while it lasts."""
    found = call.account.short_keys.get(str(call.body.get("short_key", "")))
    if found is None or call.world.clock.now() >= found[2]:
        raise Problem(9301003, "invalid short_key")
    text, created, expires = found
    return {**OK, "long_data": text, "create_time": created, "expire_seconds": expires - call.world.now()}


def shorten(call: Call) -> dict[str, Any]:
    """A short address for a long one."""
    url = call.body.get("long_url")
    if call.body.get("action") != "long2short":
        raise Problem(40053, "invalid action info")
    if not isinstance(url, str) or not url.startswith(("http://", "https://", "weixin://wxpay")):
        raise Problem(40055, "invalid url")
    key = call.world.ids.secret(size=8)
    call.account.short_keys[key] = (url, call.world.now(), call.world.now() + LONGEST_S)
    return {**OK, "short_url": f"{call.base}/mp/w?k={key}"}


def follow(call: Call) -> Answer:
    """Where a short address leads."""
    key = call.query.get("k", "")
    for account in call.world.accounts.values():
        if (found := account.short_keys.get(key)) and found[0].startswith("http"):
            return Answer(b"", status=302, headers={"location": found[0]})
    return Answer(b"", "text/plain", status=404)


ENDPOINTS = (
    post("/oa/cgi-bin/shorten/gen", make),
    post("/oa/cgi-bin/shorten/fetch", fetch),
    post("/oa/cgi-bin/shorturl", shorten),
    get("/mp/w", follow, token=False),
)
