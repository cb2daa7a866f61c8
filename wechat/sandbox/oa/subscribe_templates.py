"""The templates of subscribe notices: the library, the account's own, and what each of their arguments may hold."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

from wechat.sandbox.calls import Call, Problem, either, post

OK = {"errcode": 0, "errmsg": "ok"}
CATEGORIES = {307: "银行", 308: "理财"}
LIBRARY: dict[str, dict[str, Any]] = {
    "2001": {
        "title": "权益到账提醒",
        "type": 2,
        "categoryId": 307,
        "words": ["权益名称|thing", "到账时间|time", "数量|number"],
    },
    "2002": {
        "title": "预约成功通知",
        "type": 2,
        "categoryId": 307,
        "words": ["预约网点|thing", "预约时间|time", "联系电话|phone_number"],
    },
    "2003": {
        "title": "产品到期提醒",
        "type": 2,
        "categoryId": 308,
        "words": ["产品名称|thing", "到期日|date", "金额|amount"],
    },
    "2004": {
        "title": "活动开始提醒",
        "type": 3,
        "categoryId": 307,
        "words": ["活动名称|thing", "开始时间|time", "状态|phrase"],
    },
}
"""Template kinds: 2 may be sent once for each consent, 3 as long as the fan doesn't take it back."""

IN_USE = 25
RULES = {
    "thing": r".{1,20}",
    "number": r"-?\d{1,32}(\.\d+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "character_string": r"[\x20-\x7e]{1,32}",
    "time": r"(?=.*\d[:：年月日/-]\d*).{1,40}",
    "date": r"(?=.*\d{1,4}[年./-]\d{1,2}).{1,40}",
    "amount": r"[¥￥$€]?\d{1,10}(\.\d{1,2})?(元|万元)?",
    "phone_number": r"[0-9+()\- ]{1,17}",
    "car_number": r".{1,8}",
    "name": r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .·]{1,20}",
    "phrase": r"[\u4e00-\u9fff]{1,5}",
    "const": r".{1,20}",
}


def check_arguments(template: dict[str, Any], data: Any, complete: bool = True) -> None:
    """47003 when an argument doesn't suit its kind or, where all must be there, is missing."""
    if not isinstance(data, dict):
        raise Problem(47001, "data format error")
    for name in re.findall(r"\{\{(\w+)\.DATA\}\}", str(template.get("content", ""))):
        found = data.get(name)
        value = found.get("value") if isinstance(found, dict) else found
        if value is None and not complete:
            continue
        if value is None or (str(value) == "" and complete):
            raise Problem(47003, f"argument invalid! data.{name}.value is empty")
        rule = RULES.get(name.rstrip("0123456789"))
        if rule and str(value) and not re.fullmatch(rule, str(value), re.DOTALL):
            raise Problem(47003, f"argument invalid! data.{name}.value invalid")


def add(call: Call) -> dict[str, Any]:
    """Take a template of the library into use with two to five of its words."""
    wanted = _input(call)
    found = LIBRARY.get(str(wanted.get("tid", "")))
    if found is None:
        raise Problem(200014, "invalid tid")
    words, chosen = found["words"], wanted.get("kidList") or []
    if not isinstance(chosen, list) or not 1 <= len(chosen) <= 5 or not all(_in_words(one, words) for one in chosen):
        raise Problem(200020, "invalid kidList")
    if len(str(wanted.get("sceneDesc") or "")) > 15:
        raise Problem(200021, "sceneDesc out of limit")
    if len(call.account.subscribe_templates) >= IN_USE:
        raise Problem(200012, "template num exceeds limit")
    template_id = call.world.ids.secret(size=32)
    lines = []
    for kid in chosen:
        name, _, kind = words[int(kid) - 1].partition("|")
        lines.append(f"{name}:{{{{{kind}{kid}.DATA}}}}")
    call.account.subscribe_templates[template_id] = {
        "priTmplId": template_id,
        "title": found["title"],
        "content": "\n".join(lines) + "\n",
        "example": "",
        "type": found["type"],
    }
    return {**OK, "priTmplId": template_id}


def delete(call: Call) -> dict[str, Any]:
    """Take a template out of use."""
    if call.account.subscribe_templates.pop(str(_input(call).get("priTmplId", "")), None) is None:
        raise Problem(200014, "invalid priTmplId")
    return OK


def list_own(call: Call) -> dict[str, Any]:
    """The templates in use."""
    return {**OK, "data": list(call.account.subscribe_templates.values())}


def list_categories(_call: Call) -> dict[str, Any]:
    """The lines of business that the account's templates come from."""
    return {**OK, "data": [{"id": number, "name": name} for number, name in CATEGORIES.items()]}


def list_words(call: Call) -> dict[str, Any]:
    """The words of a library template."""
    found = LIBRARY.get(call.query.get("tid", ""))
    if found is None:
        raise Problem(200014, "invalid tid")
    rows = []
    for kid, word in enumerate(found["words"], 1):
        name, _, kind = word.partition("|")
        rows.append({"kid": kid, "name": name, "example": "", "rule": kind})
    return {**OK, "count": len(rows), "data": rows}


def list_titles(call: Call) -> dict[str, Any]:
    """The library's templates of some lines of business, at most 30 per page."""
    ids = [one for one in call.query.get("ids", "").split(",") if one]
    start, limit = call.query.get("start", "0"), call.query.get("limit", "30")
    if not ids or not all(one.isdecimal() and int(one) in CATEGORIES for one in ids):
        raise Problem(200019, "invalid ids")
    if not start.isdecimal() or not limit.isdecimal() or int(limit) > 30:
        raise Problem(200017, "invalid start or limit")
    rows = [
        {"tid": int(tid), "title": one["title"], "type": one["type"], "categoryId": str(one["categoryId"])}
        for tid, one in LIBRARY.items()
        if str(one["categoryId"]) in ids
    ]
    return {**OK, "count": len(rows), "data": rows[int(start) : int(start) + int(limit)]}


def _input(call: Call) -> dict[str, Any]:
    """The fields, which this family takes as JSON and, as it did first, as a form."""
    if call.raw.lstrip().startswith(b"{"):
        return call.body
    told = parse_qs(call.raw.decode(errors="replace"))
    kids = [one for name, values in told.items() if name.startswith("kidList") for one in values]
    return {**{name: values[-1] for name, values in told.items()}, "kidList": kids}


def _in_words(kid: Any, words: list[str]) -> bool:
    return str(kid).isdecimal() and 1 <= int(kid) <= len(words)


ENDPOINTS = (
    post("/oa/wxaapi/newtmpl/addtemplate", add),
    post("/oa/wxaapi/newtmpl/deltemplate", delete),
    either("/oa/wxaapi/newtmpl/gettemplate", list_own),
    either("/oa/wxaapi/newtmpl/getcategory", list_categories),
    either("/oa/wxaapi/newtmpl/getpubtemplatekeywords", list_words),
    either("/oa/wxaapi/newtmpl/getpubtemplatetitles", list_titles),
)
