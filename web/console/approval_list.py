"""The list of questions that a person can decide: filters by kind, age, second word, committee and standing in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request

from campaigns.journeys import approval as journeys
from campaigns.planning import drafting
from kernel import clock
from staff import approval_kinds
from staff.approval_reading import Waiting
from staff.models import Approval
from web import forms
from web.language import gettext as _

OLD = timedelta(hours=24)
SOON = timedelta(hours=12)


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; empty: everything."""

    kind: str = forms.field("类型", longest=40, default="")
    which: str = forms.field("范围", longest=40, default="")


def of(request: Request, waiting: list[Waiting]) -> dict[str, Any]:
    """The list as the filters in the address narrow it, and the filters themselves."""
    chosen = forms.query(request, Filters)
    absent = {one.capacity.on_behalf_of for one in waiting if one.capacity and one.capacity.on_behalf_of}
    whiches = [
        ("old", _("等待超过 24 小时")),
        ("soon", _("12 小时内到期")),
        ("second", _("需要两人批准")),
        ("committee", _("需评审委员会同意")),
        *(
            (f"for:{one.id}", _("代 %(who)s 审批") % {"who": one.name})
            for one in sorted(absent, key=lambda one: one.id)
        ),
    ]
    kept = [
        one
        for one in waiting
        if chosen.kind in ("", one.approval.subject) and (not chosen.which or _is_within(one, chosen.which))
    ]
    present = sorted({one.approval.subject for one in waiting} | ({chosen.kind} if chosen.kind else set()))
    return {
        "waiting": kept,
        "waiting_in_all": len(waiting),
        "filters": {"kind": chosen.kind, "which": chosen.which},
        "kind_options": [(subject, kind_names().get(subject, subject)) for subject in present],
        "which_options": whiches,
    }


def kind_names() -> dict[str, str]:
    """What each kind is called."""
    return {kind.subject: _(kind.label) for kind in approval_kinds.every()}


def editors(request: Request, asked: list[Approval]) -> dict[int, str]:
    """Where the maker of each question goes on: the campaign or journey, or the kind's own page."""
    found = {}
    for one in asked:
        if one.subject == drafting.SUBJECT:
            found[one.id] = str(request.app.url_path_for("campaign", id=one.subject_id))
        elif one.subject == journeys.SUBJECT:
            found[one.id] = str(request.app.url_path_for("journey", id=one.summary["journey_id"]))
        else:
            address = approval_kinds.of(one.subject).address
            found[one.id] = (address(one) if address is not None else None) or ""
    return found


def _is_within(one: Waiting, which: str) -> bool:
    asked, now = one.approval, clock.now()
    if which == "old":
        return now - asked.created_at > OLD
    if which == "soon":
        return asked.expires_at is not None and asked.expires_at - now < SOON
    if which == "second":
        return asked.needs > 1
    if which == "committee":
        return asked.needs_committee
    absent = one.capacity.on_behalf_of if one.capacity else None
    return absent is not None and which == f"for:{absent.id}"
