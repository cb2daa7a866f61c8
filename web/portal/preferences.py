"""The page on which a client says whether the bank may write to them about offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from community.clients import consent, identities
from community.clients.models import Client
from kernel import signing
from kernel.errors import NotFound
from web import forms
from web.rendering import go_to, render

PURPOSE = "preferences"


@dataclass(frozen=True)
class PreferencesForm:
    """Offers yes or no."""

    offers: Literal["yes", "no"] = forms.field("活动与产品信息")


async def show(request: Request) -> Response:
    """GET /p/preferences/{token}"""
    return render(request, "portal/preferences.html", client=await _client(request))


async def save(request: Request) -> Response:
    """POST /p/preferences/{token}"""
    client = await _client(request)
    form = await forms.read(request, PreferencesForm)
    change = consent.grant if form.offers == "yes" else consent.withdraw
    await change([client.id], "preferences_page")
    return go_to(request, request.url.path, notice="已保存，下一次发送前即生效")


async def _client(request: Request) -> Client:
    try:
        number = signing.read(PURPOSE, request.path_params["token"], days=365)
    except signing.BadToken as error:
        raise NotFound("这个链接已失效，请联系您的客户经理") from error
    client = await Client.get_or_none(id=await identities.survivor_of(number))
    if client is None:
        raise NotFound("这个链接已失效，请联系您的客户经理")
    return client
