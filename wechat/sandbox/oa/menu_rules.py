"""What a menu may hold: three buttons of five, their kinds, and for whom a conditional one is."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.accounts import Account, Fan
from wechat.sandbox.calls import Problem

TOP, SUB = 3, 5
TOP_NAME, SUB_NAME = 16, 60
KEY_BYTES, URL_BYTES = 128, 1024
WITH_KEY = frozenset(
    {
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    }
)
NEEDED: dict[str, tuple[tuple[str, int], ...]] = {
    **dict.fromkeys(WITH_KEY, (("key", 40019),)),
    "view": (("url", 40020),),
    "miniprogram": (("url", 40020), ("appid", 40013), ("pagepath", 40020)),
    "media_id": (("media_id", 40007),),
    "view_limited": (("media_id", 40007),),
    "article_id": (("article_id", 53600),),
    "article_view_limited": (("article_id", 53600),),
}
"""Kinds of button, and what each needs with the code for its absence."""

MATCHES = frozenset({"tag_id", "group_id", "client_platform_type", "sex", "country", "province", "city", "language"})


def buttons(account: Account, given: Any) -> list[dict[str, Any]]:
    """The buttons as the platform keeps them; a code when they can't be a menu."""
    if not isinstance(given, list) or not 1 <= len(given) <= TOP or not all(isinstance(one, dict) for one in given):
        raise Problem(40016, "invalid button size")
    kept = []
    for one in given:
        name, inner = _name(one, TOP_NAME, 40018), one.get("sub_button") or []
        if not inner:
            kept.append({**_button(account, one, name, 40017), "sub_button": []})
            continue
        if not isinstance(inner, list) or len(inner) > SUB or not all(isinstance(two, dict) for two in inner):
            raise Problem(40023, "invalid sub button size")
        below = [_button(account, two, _name(two, SUB_NAME, 40025), 40024) for two in inner]
        kept.append({"name": name, "sub_button": [{**two, "sub_button": []} for two in below]})
    return kept


def match_rule(account: Account, given: Any) -> dict[str, str]:
    """For whom a conditional menu is; 65304 to 65308 when that can't be."""
    if not isinstance(given, dict) or not any(str(value) for value in given.values()):
        raise Problem(65305, "matchrule is empty")
    rule = {name: str(value) for name, value in given.items() if name in MATCHES and str(value)}
    tag = rule.get("tag_id", rule.get("group_id"))
    if tag is not None and (not tag.isdecimal() or int(tag) not in account.tags):
        raise Problem(45159, "invalid tag id")
    if rule.get("client_platform_type", "1") not in ("1", "2", "3"):
        raise Problem(65308, "invalid client_platform_type")
    return rule


def suits(fan: Fan, rule: dict[str, str]) -> bool:
    """Is a conditional menu for this fan? The sandbox's people use Android and speak zh_CN."""
    tag = rule.get("tag_id", rule.get("group_id"))
    if tag is not None and int(tag) not in fan.tagids:
        return False
    return rule.get("client_platform_type", "2") == "2" and rule.get("language", "zh_CN") == "zh_CN"


def _name(button: dict[str, Any], most: int, code: int) -> str:
    name = button.get("name")
    if not isinstance(name, str) or not name or len(name.encode()) > most:
        raise Problem(code, "invalid button name size")
    return name


def _button(account: Account, given: dict[str, Any], name: str, code: int) -> dict[str, Any]:
    kind = given.get("type")
    if kind not in NEEDED:
        raise Problem(code, "invalid button type")
    kept: dict[str, Any] = {"type": kind, "name": name}
    for field, missing in NEEDED[str(kind)]:
        value = given.get(field)
        if not isinstance(value, str) or not value:
            raise Problem(missing, f"invalid button {field}")
        if len(value.encode()) > (KEY_BYTES if field == "key" else URL_BYTES):
            raise Problem(40019 if field == "key" else 40020, f"invalid button {field} size")
        kept[field] = value
    if kind in ("view", "miniprogram") and not kept["url"].startswith(("http://", "https://")):
        raise Problem(40055, "invalid url, need http(s)://")
    if kind in ("media_id", "view_limited") and kept["media_id"] not in (*account.media, *account.drafts):
        raise Problem(40007, "invalid media_id")
    return kept
