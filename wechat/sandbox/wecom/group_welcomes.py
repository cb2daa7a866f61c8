"""Welcome texts that members may set for their groups; an app changes only its own."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, post
from wechat.sandbox.corp_records import GroupWelcome
from wechat.sandbox.wecom import media

MOST = 100
TEXT_BYTES = 3000
KINDS = ("image", "link", "miniprogram", "file", "video")
WELCOME = "/wx/cgi-bin/externalcontact/group_welcome_template"


def add(call: Call) -> dict[str, Any]:
    """A new text; 41055 beyond a hundred."""
    if len(call.corp.group_welcomes) >= MOST:
        raise Problem(41055, "group welcome template count limit")
    content, template_id = _content(call), call.world.ids.secret("msg", 24)
    call.corp.group_welcomes[template_id] = GroupWelcome(template_id, call.agent.agentid, content)
    return {"template_id": template_id}


def edit(call: Call) -> dict[str, Any]:
    """Overwrite an own text."""
    _own(call).content = _content(call)
    return {}


def show(call: Call) -> dict[str, Any]:
    """One text as it was written."""
    return {**_one(call).content}


def delete(call: Call) -> dict[str, Any]:
    """The text is no longer offered."""
    del call.corp.group_welcomes[_own(call).template_id]
    return {}


def _content(call: Call) -> dict[str, Any]:
    text = (call.body.get("text") or {}).get("content") or ""
    parts = {kind: call.body[kind] for kind in KINDS if isinstance(call.body.get(kind), dict)}
    if not text and not parts:
        raise Problem(40058, "text and attachments are both empty")
    if len(str(text).encode()) > TEXT_BYTES:
        raise Problem(45002, "content size out of limit")
    for inner in parts.values():
        if media_id := inner.get("media_id") or inner.get("pic_media_id"):
            media.require(call, media_id)
    return {**({"text": {"content": text}} if text else {}), **parts}


def _one(call: Call) -> GroupWelcome:
    found = call.corp.group_welcomes.get(call.text("template_id"))
    if found is None:
        raise Problem(40058, "invalid template_id")
    return found


def _own(call: Call) -> GroupWelcome:
    found = _one(call)
    if found.agentid != call.agent.agentid:
        raise Problem(41058, "the template is not created by this app")
    return found


ENDPOINTS = (
    post(f"{WELCOME}/add", add, capability="customer"),
    post(f"{WELCOME}/edit", edit, capability="customer"),
    post(f"{WELCOME}/get", show, capability="customer"),
    post(f"{WELCOME}/del", delete, capability="customer"),
)
