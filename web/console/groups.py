"""Client groups: the list, and one group with its members."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from community.groups import directory
from community.sending import quota_reading
from web import forms, paging
from web.rendering import render


@dataclass(frozen=True)
class GroupFilters:
    """What the list is narrowed to."""

    q: str = forms.field("搜索", longest=64, default="")
    status: str = forms.field("状态", longest=12, default="active")


async def show_all(request: Request) -> Response:
    """GET /groups"""
    given = forms.query(request, GroupFilters)
    page = paging.read(request, await directory.count(request.user, words=given.q, status=given.status))
    rows = await directory.lines(request.user, words=given.q, status=given.status, limit=page.size, offset=page.offset)
    return render(request, "console/groups.html", given=given, page_of=page, groups=rows, full=directory.FULL)


async def show(request: Request) -> Response:
    """GET /groups/{id}"""
    group = await directory.one(request.user, request.path_params["id"])
    is_present = request.query_params.get("view") != "left"
    page = paging.read(request, await directory.count_members(group.id, present=is_present), size=50)
    members = await directory.members(group.id, present=is_present, limit=page.size, offset=page.offset)
    return render(
        request,
        "console/group.html",
        group=group,
        is_present=is_present,
        page_of=page,
        members=members,
        full=directory.FULL,
        quota=await quota_reading.of_group(group.id),
    )
