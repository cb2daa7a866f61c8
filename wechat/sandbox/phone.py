"""The phone's address of earlier releases: leads to the play pages, where a person's chats are."""

from __future__ import annotations

from urllib.parse import quote

from wechat.sandbox.calls import Answer, Call, get


def show(call: Call) -> Answer:
    """`?who=` to that person's phone, without it to the page where one chooses."""
    who = call.query.get("who", "")
    return Answer(b"", status=302, headers={"location": f"/play/people/{quote(who, safe='')}" if who else "/play"})


ENDPOINTS = (get("/mp/phone", show, token=False),)
