"""The page on which a client asks to see, correct, withdraw or erase, and follows what becomes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from community.clients import portrait, preferences
from community.privacy import access, requests, retained
from kernel import logs
from kernel.errors import Refused
from web import forms
from web.language import gettext as _
from web.rendering import go_to, render

ADDRESSED = re.compile(r"[\u4e00-\u9fff]{1,4}(?=先生|女士|小姐|老师|经理)")
"""Whoever is addressed or named by courtesy."""


@dataclass(frozen=True)
class RequestForm:
    """What is asked; `sure` for what can't be taken back."""

    kind: Literal["see", "correct", "withdraw", "erase"] = forms.field("请求")
    wish: str = forms.field("需要更正的内容", longest=requests.LONGEST_WISH, default="")
    sure: bool = forms.field("确认", default=False)


async def show(request: Request) -> Response:
    """GET /p/privacy/{token}"""
    return await _page(request)


async def ask(request: Request) -> Response:
    """POST /p/privacy/{token}"""
    client = await access.open_link(request.path_params["token"])
    form = await forms.read(request, RequestForm)
    if form.kind == "erase" and not form.sure:
        return await _page(request, problem=_("请先勾选确认，再提交删除请求"))
    try:
        asked = await requests.ask(client.id, form.kind, "portal", wish=form.wish)
    except Refused as refused:
        return await _page(request, problem=refused.message)
    said = _("已停止全部营销信息，之后不再发起新的发送") if asked.state == "done" else _("已收到，我们会在期限内答复")
    return go_to(request, request.url.path, notice=said)


async def _page(request: Request, *, problem: str = "") -> Response:
    client = await access.open_link(request.path_params["token"])
    name = (await portrait.names_of([client.id])).get(client.id, "")
    return render(
        request,
        "portal/privacy.html",
        status=422 if problem else 200,
        problem=problem,
        asked=(asked := await requests.of_client(client.id)),
        answers={one.id: _told(one.answer, name) for one in asked},
        kinds=requests.KINDS,
        states=requests.STATES,
        retained=retained.RETAINED,
        beyond_us=retained.BEYOND_US,
        preferences_link=preferences.link(client.id),
    )


def _told(answer: str, name: str) -> str:
    # whoever was sent the link by the client reads this too: staff's own words carry nobody's name or number here
    shown = logs.mask_text(answer)
    if name:
        shown = shown.replace(name, "*")
    return ADDRESSED.sub("*", shown)
