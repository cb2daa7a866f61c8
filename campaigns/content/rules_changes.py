"""Changing the wording rules: proposed by one person with what it would hit, in force once another approved it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from typing import Any

from campaigns.content import notices, rules, rules_effect, wording, wording_patterns
from campaigns.content.models import WordingChange
from campaigns.content.rules import Book, Change
from kernel import clock
from kernel.errors import Refused
from staff import approval_kinds, approvals, audit, permissions
from staff.approval_kinds import Kind
from staff.models import Approval, Staff

SUBJECT = "wording_rules"
PREVIEW = -1
OPS = {
    "add": "新增规则",
    "retire": "停用规则",
    "restore": "恢复规则",
    "notice": "修改必备提示",
    "host": "允许一个网站",
    "drop_host": "不再允许一个网站",
}
LINES = (
    "改动",
    "类别",
    "词语",
    "替换为",
    "命中时",
    "识别谐音、拼音、拆字",
    "例外",
    "规则",
    "产品类别",
    "提示",
    "网站",
    "生效日期",
    "会命中的在用内容",
    "原因",
)
"""The labels of the lines that a question about a change shows."""
MOST_WORDS = 40


async def propose(op: str, content: Mapping[str, Any], effective_on: date, reason: str, by: Staff) -> Approval:
    """Ask for a change from a day on. Refused: past day, no reason, nothing changes, a pattern that can't be read."""
    permissions.require(by, "policies.edit")
    if not reason.strip():
        raise Refused("请写明修改的原因", code="rule.reason")
    if effective_on < clock.today():
        raise Refused("生效日期不能早于今天", code="rule.past")
    await rules.refresh()
    book = rules.standing(effective_on)
    wanted = CHECKS[op](book, content)
    after = rules.with_changes([Change(PREVIEW, op, wanted, effective_on)], book)
    hit = await rules_effect.newly_stopped(book, after)
    whole = {"op": op, "content": wanted, "effective_on": effective_on.isoformat(), "note": reason.strip()[:200]}
    lines = [["改动", OPS[op]], *said(op, wanted, book), ["生效日期", effective_on.isoformat()]]
    lines += [["会命中的在用内容", rules_effect.in_words(hit)], ["原因", reason.strip()]]
    summary = {"title": f"宣传规则：{OPS[op]}", "content": whole, "lines": lines}
    content_hash = approval_kinds.hash_of(whole)
    # one question per wording of a change: asked again, it takes the place of the one still open
    return await approvals.ask(SUBJECT, int(content_hash[:12], 16), content_hash, summary, by)


def said(op: str, content: Mapping[str, Any], book: Book) -> list[list[str]]:
    """A change in lines of label and value, for whoever decides about it and for the history."""
    if op == "add":
        family = book.families[content["family"]]
        lines = [["类别", family.label], ["词语", "、".join(content["words"])]]
        lines.append(["替换为", content["replacement"] or "由作者改写"])
        lines.append(["命中时", "不能提交" if content["is_blocking"] else "只提醒"])
        lines.append(["识别谐音、拼音、拆字", "是" if content["is_disguised"] else "否"])
        return [*lines, ["例外", "、".join(content["unless"])]] if content["unless"] else lines
    if op in ("retire", "restore"):
        found = [one for one in book.rules if one.code == content["code"]]
        return [["规则", f"{content['code']}（{'、'.join(found[0].words[:5])}…）" if found else content["code"]]]
    if op == "notice":
        return [["产品类别", notices.CLASSES[content["class"]]], ["提示", content["text"]]]
    return [["网站", content["host"]]]


async def history() -> list[WordingChange]:
    """All approved changes, the newest first."""
    return await WordingChange.all().order_by("-effective_on", "-id").prefetch_related("proposed_by")


def _add(book: Book, content: Mapping[str, Any]) -> dict[str, Any]:
    words, unless = _lines(content.get("words", "")), _lines(content.get("unless", ""))
    if content.get("family") not in book.families:
        raise Refused("请选择类别", code="rule.family")
    if not words or len(words) > MOST_WORDS or len(unless) > MOST_WORDS:
        raise Refused(f"词语要填 1 到 {MOST_WORDS} 行", code="rule.words")
    known = {word for rule in book.active() for word in rule.words}
    if set(words) <= known:
        raise Refused("这些词语已经在规则里", code="rule.known")
    made = rules.Rule(
        "own.new",
        content["family"],
        tuple(words),
        (content.get("replacement") or "").strip() or None,
        unless=tuple(unless),
    )
    for word in (*words, *unless):
        wording_patterns.check_pace(word)
    wording.compile_rule(made)
    if made.replacement and wording.check(
        made.replacement, book=dataclasses.replace(book, rules=(*book.rules, made), compiled={})
    ):
        raise Refused("替换成的文字本身也被规则禁止", code="rule.replacement")
    return {
        "family": made.family,
        "words": words,
        "replacement": made.replacement or "",
        "is_blocking": bool(content.get("is_blocking")),
        "is_disguised": bool(content.get("is_disguised")),
        "unless": unless,
    }


def _switch(book: Book, content: Mapping[str, Any], *, is_retired: bool) -> dict[str, Any]:
    found = [one for one in book.rules if one.code == content.get("code")]
    if not found:
        raise Refused("没有这条规则", code="rule.unknown", status=404)
    if found[0].is_retired == is_retired:
        raise Refused("与当天生效的规则相同，没有改动", code="rule.same")
    return {"code": found[0].code}


def _retire(book: Book, content: Mapping[str, Any]) -> dict[str, Any]:
    return _switch(book, content, is_retired=True)


def _restore(book: Book, content: Mapping[str, Any]) -> dict[str, Any]:
    return _switch(book, content, is_retired=False)


def _notice(book: Book, content: Mapping[str, Any]) -> dict[str, Any]:
    text = str(content.get("text", "")).strip()
    if content.get("class") not in notices.CLASSES or not 4 <= len(text) <= 100:
        raise Refused("请选择产品类别，提示要有 4 到 100 个字", code="rule.notice")
    if book.notices.get(content["class"], ("",))[:1] == (text,):
        raise Refused("与当天生效的规则相同，没有改动", code="rule.same")
    if wording.check(text, book=book):
        raise Refused("提示里有规则禁止的词语", code="rule.notice_forbidden")
    return {"class": content["class"], "text": text}


def _host(book: Book, content: Mapping[str, Any]) -> dict[str, Any]:
    host = _host_of(content)
    if host in book.hosts:
        raise Refused("这个网站已经在名单里", code="rule.same")
    return {"host": host}


def _drop_host(book: Book, content: Mapping[str, Any]) -> dict[str, Any]:
    host = _host_of(content)
    if host not in book.hosts:
        raise Refused("名单里没有这个网站", code="rule.same")
    return {"host": host}


def _host_of(content: Mapping[str, Any]) -> str:
    host = str(content.get("host", "")).strip().lower().rstrip(".")
    parts = host.split(".")
    is_fine = len(parts) > 1 and all(part and part.replace("-", "").isalnum() and part.isascii() for part in parts)
    if not is_fine or len(host) > 100:
        raise Refused("网站要写成 www.example.com 这样，不带 https:// 和路径", code="rule.host")
    return host


CHECKS = {
    "add": _add,
    "retire": _retire,
    "restore": _restore,
    "notice": _notice,
    "host": _host,
    "drop_host": _drop_host,
}


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in str(text).splitlines() if line.strip()))


async def _apply(asked: Approval, by: Staff) -> None:
    whole = asked.summary["content"]
    # a yes that comes late holds from the day of the yes: nothing was forbidden yesterday that was allowed then
    effective_on = max(date.fromisoformat(whole["effective_on"]), clock.today())
    made = await WordingChange.create(
        effective_on=effective_on,
        op=whole["op"],
        content=whole["content"],
        note=whole["note"],
        approval_id=asked.id,
        proposed_by_id=asked.asked_by_id,
    )
    await audit.record(by, "wording_rule.changed", SUBJECT, made.id, approval=asked.id, op=made.op)
    await rules.refresh()


KIND = approval_kinds.register(Kind(SUBJECT, "宣传规则", apply=_apply))
