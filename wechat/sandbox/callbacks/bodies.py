"""Plaintext callback bodies: WeChat's XML (or JSON) from ordered fields, texts in CDATA and numbers bare."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Fields = Mapping[str, Any]
_WRAPPINGS = frozenset({"SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent"})


def write_xml(fields: Fields) -> str:
    """`<xml>` with the fields in order; a mapping nests, a list repeats its element."""
    return f"<xml>{_inside(fields)}</xml>"


def write_json(fields: Fields) -> str:
    """The JSON form that both consoles offer now; lists of subscribe notices stand without their wrapping there."""
    flat: dict[str, Any] = {}
    for name, value in fields.items():
        flat |= value if name in _WRAPPINGS and isinstance(value, Mapping) else {name: value}
    return json.dumps(flat, ensure_ascii=False)


def oa_event(original_id: str, openid: str, created: int, event: Fields) -> dict[str, Any]:
    """Fields of an official-account event or message in the platform's order."""
    kind = {} if "MsgType" in event else {"MsgType": "event"}
    return {"ToUserName": original_id, "FromUserName": openid, "CreateTime": created, **kind, **event}


def wecom_event(corpid: str, created: int, event: Fields) -> dict[str, Any]:
    """Fields of a WeCom event; the sender is always `sys`."""
    return {"ToUserName": corpid, "FromUserName": "sys", "CreateTime": created, "MsgType": "event", **event}


def _inside(fields: Fields) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if isinstance(value, Mapping):
        return f"<{name}>{_inside(value)}</{name}>"
    if isinstance(value, int | float):
        return f"<{name}>{value}</{name}>"
    safe = str(value).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{safe}]]></{name}>"
