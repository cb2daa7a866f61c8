"""The page on which a client says whether the bank may write to them about offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from community.clients import consent, preferences
from web import forms
from web.language import gettext as _
from web.rendering import go_to, render


@dataclass(frozen=True)
class PreferencesForm:
    """Offers yes or no."""

    offers: Literal["yes", "no"] = forms.field("活动与产品信息")


async def show(request: Request) -> Response:
    """GET /p/preferences/{token}"""
    return render(request, "portal/preferences.html", client=await preferences.open_link(request.path_params["token"]))


async def save(request: Request) -> Response:
    """POST /p/preferences/{token}"""
    client = await preferences.open_link(request.path_params["token"])
    form = await forms.read(request, PreferencesForm)
    change = consent.grant if form.offers == "yes" else consent.withdraw
    await change([client.id], "preferences_page")
    return go_to(request, request.url.path, notice=_("已保存，下一次发送前即生效"))
