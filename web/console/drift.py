"""What differs between WeChat's lists and ours: where each pass stands, what it found, and a pass at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from community.reconciling import history, running
from staff import permissions
from web import forms, paging
from web.language import gettext as _
from web.rendering import render, see_other
from wechat import accounts

SCOPES = {
    "staff": "成员",
    "tags": "客户标签库",
    "contacts": "客户联系",
    "groups": "客户群",
    "fans": "公众号粉丝",
}
STATES = {"running": "进行中", "waiting": "等待继续", "done": "完成", "failed": "未完成"}
TONES = {"running": "run", "waiting": "plan", "done": "good", "failed": "bad"}
THINGS = {
    "staff": "成员",
    "tag": "标签",
    "contact": "客户联系",
    "contact_tag": "客户身上的标签",
    "group": "客户群",
    "member": "群成员",
    "fan": "粉丝",
}
KINDS = {"missing_here": "微信有、系统没有", "missing_there": "系统有、微信没有", "differs": "内容不同"}
FIELDS = {
    "name": "名称",
    "notice": "群公告",
    "owner": "群主",
    "group": "标签组",
    "unreadable": "读不到",
}


@dataclass(frozen=True)
class RunForm:
    """Which list of which account, all of it or only what changed."""

    app: str = forms.field("账号", longest=64)
    scope: Literal["staff", "tags", "contacts", "groups", "fans"] = forms.field("核对内容")
    way: Literal["full", "changes"] = forms.field("方式", default="full")


async def index(request: Request) -> Response:
    """GET /settings/drift"""
    page = paging.read(request, await history.count())
    return render(
        request,
        "console/drift/index.html",
        standing=await history.standing(),
        runs=await history.past(page.size, page.offset),
        paged=page,
        may_run=permissions.may(request.user, "health.repair"),
        **_words(),
    )


async def now(request: Request) -> Response:
    """GET /settings/drift/now: the part of the page that moves."""
    may_run = permissions.may(request.user, "health.repair")
    return render(request, "console/drift/now.html", standing=await history.standing(), may_run=may_run, **_words())


async def show(request: Request) -> Response:
    """GET /settings/drift/{id}"""
    run = await history.one(request.path_params["id"])
    return render(request, "console/drift/show.html", run=run, **_words())


async def begin(request: Request) -> Response:
    """POST /settings/drift/runs: compare one list now."""
    form = await forms.read(request, RunForm)
    await running.ask(form.scope, form.app, is_full=form.way == "full", by=request.user)
    return see_other(request, "drift", notice=_("已开始核对，进度显示在本页"))


def _words() -> dict[str, Any]:
    return {
        "names": {app.receive_id: app.name or app.receive_id for app in accounts.every()},
        "scopes": SCOPES,
        "states": STATES,
        "tones": TONES,
        "things": THINGS,
        "kinds": KINDS,
        "fields": FIELDS,
    }
