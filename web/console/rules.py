"""The wording rules: what is forbidden and why, a text tried against them, and changes that another person approves."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from campaigns.content import findings, notices, rules, rules_changes, wording, wording_patterns
from campaigns.content.findings import Finding
from campaigns.content.rules import Book
from kernel import clock
from kernel.errors import Refused
from staff import permissions
from staff.models import Approval
from web import forms, session
from web.console import marking
from web.language import gettext as _
from web.rendering import render, see_other

LONGEST = 2000
SHOWN_WORDS = 8


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to."""

    q: str = forms.field("搜索", longest=40, default="")
    family: str = forms.field("类别", longest=20, default="")


@dataclass(frozen=True)
class TrialForm:
    """A text to try; act: fix.N mends the N-th finding."""

    text: str = forms.field("文字", longest=LONGEST, default="")
    about: str = forms.field("产品类别", longest=20, default="")
    act: str = forms.field("操作", longest=20, default="")


@dataclass(frozen=True)
class ChangeForm:
    """One change of the rules; which of the fields count depends on op."""

    op: Literal["add", "retire", "restore", "notice", "host", "drop_host"] = forms.field("改动")
    effective_on: date = forms.field("生效日期")
    reason: str = forms.field("原因", longest=200)
    family: str = forms.field("类别", longest=20, default="")
    words: str = forms.field("词语", longest=LONGEST, default="")
    replacement: str = forms.field("替换为", longest=100, default="")
    unless: str = forms.field("例外", longest=LONGEST, default="")
    is_blocking: bool = forms.field("不能提交", default=False)
    is_disguised: bool = forms.field("识别变体", default=False)
    code: str = forms.field("规则", longest=40, default="")
    about: str = forms.field("产品类别", longest=20, default="")
    text: str = forms.field("提示", longest=100, default="")
    host: str = forms.field("网站", longest=100, default="")


async def index(request: Request) -> Response:
    """GET /rules"""
    return await _page(request)


async def try_text(request: Request) -> Response:
    """POST /rules/trial: what the rules say about a text; nothing is kept."""
    form = await forms.read(request, TrialForm)
    await rules.refresh()
    text = form.text.replace("\r\n", "\n")
    found = _checked(text, form.about)
    place = form.act.removeprefix("fix.")
    if form.act.startswith("fix.") and place.isascii() and place.isdigit() and int(place) < len(found):
        text = findings.mend(text, found[int(place)])
        found = _checked(text, form.about)
    return await _page(
        request, trial={"text": text, "about": form.about, "found": found, "parts": marking.parts(text, found)}
    )


async def change(request: Request) -> Response:
    """POST /rules/changes"""
    person = session.signed_in(request)
    permissions.require(person, "content.see")
    reading = await forms.attempt(request, ChangeForm)
    if reading.form is None:
        return await _page(request, errors=reading.errors, values=reading.values)
    form = reading.form
    content = {**asdict(form), "class": form.about}
    try:
        await rules_changes.propose(form.op, content, form.effective_on, form.reason, person)
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        return await _page(request, problem=refusal, values=reading.values)
    return see_other(request, "rules", notice=_("已提交，另一位同事批准后从生效日起执行"))


def _checked(text: str, about: str) -> list[Finding]:
    if not text.strip():
        return []
    return wording.check(text) + notices.findings(text, [about] if about else [])


async def _page(
    request: Request,
    *,
    trial: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
    values: dict[str, Any] | None = None,
    problem: Refused | None = None,
) -> Response:
    given = forms.query(request, Filters)
    book = await rules.refresh()
    shown = [
        rule
        for rule in book.rules
        if given.family in ("", rule.family)
        and (not given.q.strip() or any(given.q.strip() in word for word in rule.words))
    ]
    asked = Approval.filter(subject=rules_changes.SUBJECT, state="waiting").order_by("id").prefetch_related("asked_by")
    changes = await rules_changes.history()
    return render(
        request,
        "console/rules/show.html",
        status=problem.status if problem else 422 if errors else 200,
        given=given,
        book=book,
        shown={code: [rule for rule in shown if rule.family == code] for code in book.families},
        example=wording_patterns.example,
        family_names=_families(book),
        word_count=sum(len(rule.words) for rule in book.active()),
        shown_words=SHOWN_WORDS,
        classes=notices.CLASSES,
        trial=trial,
        asked=await asked,
        changes=[(one, rules_changes.said(one.op, one.content, book)) for one in changes],
        coming=[one for one in rules.known_changes() if one.effective_on > clock.today()],
        ops=rules_changes.OPS,
        may_propose=permissions.may(session.signed_in(request), "policies.edit"),
        values={"effective_on": (clock.today() + timedelta(days=1)).isoformat(), "is_blocking": "1", **(values or {})},
        errors=errors or {},
        problem=problem,
    )


def _families(book: Book) -> list[tuple[str, str]]:
    counts = {code: sum(rule.family == code for rule in book.active()) for code in book.families}
    return [
        (code, _("%(name)s（%(n)s）") % {"name": _(family.label), "n": counts[code]})
        for code, family in book.families.items()
    ]
