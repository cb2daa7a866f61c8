"""What staff did: who, what, to which thing, when."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from staff import audit_reading
from staff.audit_words import ACTIONS, GROUPS
from web import forms, paging
from web.console import audit_story
from web.language import gettext as _
from web.rendering import render

SIZE = 50


@dataclass(frozen=True)
class AuditFilters:
    """What the list is narrowed to."""

    action: str = forms.field("类别", longest=60, default="")


async def show(request: Request) -> Response:
    """GET /audit"""
    given = forms.query(request, AuditFilters)
    filters = audit_reading.Filters(action=given.action)
    total = await audit_reading.count(request.user, filters)
    entries = await audit_reading.page(request.user, filters, SIZE)
    return render(
        request,
        "console/audit.html",
        given=given,
        lines=await audit_story.told(entries, request.user),
        page_of=paging.read(request, total, size=SIZE),
        actions=ACTIONS,
        groups=[(prefix, _(name)) for prefix, name in GROUPS],
    )
