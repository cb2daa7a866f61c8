"""The page on which a client says what the bank may write about: by which channel, on what, and shared with whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from community.clients import consent_texts, preferences
from community.clients.preferences import Choice
from community.privacy import access, partners
from community.suitability.products import CLASS_NAMES
from kernel import settings
from web import forms
from web.language import gettext as _
from web.rendering import go_to, render

OFFERED = tuple(code for code in CLASS_NAMES if code != "service")
"""Classes that clients choose among, private products too; service messages are no offers."""


@dataclass(frozen=True)
class PreferencesForm:
    """What is wanted; `part`: a page that shows only yes and no leaves the rest as it is."""

    offers: Literal["yes", "no"] = forms.field("活动与产品信息")
    part: Literal["", "all"] = forms.field("范围", default="")
    channels: list[str] = forms.field("渠道", default_factory=list)
    classes: list[str] = forms.field("产品", default_factory=list)
    partners: list[str] = forms.field("合作方", default_factory=list)
    text: str = forms.field("条款版本", longest=20, default="")


async def show(request: Request) -> Response:
    """GET /p/preferences/{token}"""
    client = await preferences.open_link(request.path_params["token"])
    return await _page(request, client.id, await preferences.now(client.id, OFFERED))


async def save(request: Request) -> Response:
    """POST /p/preferences/{token}"""
    client = await preferences.open_link(request.path_params["token"])
    form = await forms.read(request, PreferencesForm)
    known = {one.name for one in await partners.active()}
    held = await preferences.now(client.id, OFFERED)
    is_whole = form.part == "all"
    # who just says yes again wants all of it, except what was refused before; a no is a no to everything
    everything = Choice(True, frozenset(preferences.CHANNELS), frozenset(OFFERED), held.partners)
    before = held if held.offers else everything
    wanted = Choice(
        form.offers == "yes",
        frozenset(form.channels) & set(preferences.CHANNELS) if is_whole else before.channels,
        frozenset(form.classes) & set(OFFERED) if is_whole else before.classes,
        frozenset(form.partners) & known if is_whole else held.partners,
    )
    if wanted.offers and not wanted.channels:
        return await _page(request, client.id, wanted, problem=_("请至少勾选一个接收渠道，或选择“全部不再接收”"))
    version = form.text if consent_texts.known(form.text) else ""
    await preferences.choose(client.id, wanted, OFFERED, sorted(known), version)
    return go_to(request, request.url.path, notice=_("已保存，下一次发送前即生效"))


async def _page(request: Request, client_id: int, shown: Choice, *, problem: str = "") -> Response:
    version = consent_texts.current()
    return render(
        request,
        "portal/preferences.html",
        status=422 if problem else 200,
        problem=problem,
        held=shown,
        version=version,
        paragraphs=[one.format(bank=settings.get().bank_name) for one in version.body],
        channels=preferences.CHANNELS,
        classes={code: CLASS_NAMES[code] for code in OFFERED},
        partners=await partners.active(),
        privacy_link=access.link(client_id),
    )
