"""Consent and opting out: the ledger with how we know, what holds in all, and partners with whom data may be shared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from community.clients import consent_reading, consent_texts, preferences
from community.clients.consent_reading import Wanted
from community.privacy import partners
from community.suitability.products import CLASS_NAMES
from web import forms, paging, session
from web.language import gettext as _
from web.rendering import render, see_other

PURPOSES = {"marketing": "营销信息", "sharing": "向合作方提供信息"}
SOURCES = {
    "bank_file": "银行文件",
    "message": "客户消息",
    "preferences_page": "偏好页面",
    "privacy_request": "个人信息请求",
    "form": "纸质表单",
    "wecom": "企业微信",
}


@dataclass(frozen=True)
class ConsentFilters:
    """What the ledger is narrowed to."""

    purpose: str = forms.field("目的", longest=20, default="")
    channel: str = forms.field("渠道", longest=20, default="")
    product_class: str = forms.field("产品类别", longest=20, default="")
    source: str = forms.field("来源", longest=40, default="")
    answer: str = forms.field("同意", longest=3, default="")
    text: str = forms.field("条款", longest=3, default="")
    from_on: date | None = forms.field("从", default=None)
    until_on: date | None = forms.field("到", default=None)
    client: int | None = forms.field("客户", default=None)


@dataclass(frozen=True)
class PartnerForm:
    """A company with which data may be shared."""

    name: str = forms.field("接收方名称", longest=80)
    what: str = forms.field("提供哪些信息、用于什么", longest=200)


async def index(request: Request) -> Response:
    """GET /consents"""
    person, given = session.signed_in(request), forms.query(request, ConsentFilters)
    wanted = Wanted(
        purpose=given.purpose if given.purpose in PURPOSES else "",
        channel=given.channel,
        product_class=given.product_class,
        source=given.source,
        answer=given.answer if given.answer in ("yes", "no") else "",
        text=given.text,
        from_on=given.from_on,
        until_on=given.until_on,
        client_id=given.client,
    )
    words, total = await consent_reading.words(person, wanted, paging.asked_number(request))
    return render(
        request,
        "console/consents.html",
        given=given,
        words=words,
        page_of=paging.read(request, total, size=consent_reading.PAGE, most=consent_reading.MOST_COUNTED),
        totals=await consent_reading.totals(person),
        purposes=PURPOSES,
        sources=SOURCES,
        channels=preferences.CHANNELS,
        classes=CLASS_NAMES,
        version=consent_texts.current(),
        partners=await partners.active(),
    )


async def add_partner(request: Request) -> Response:
    """POST /consents/partners"""
    form = await forms.read(request, PartnerForm)
    await partners.add(form.name, form.what, session.signed_in(request))
    return see_other(request, "consents", notice=_("已加入合作方，客户可在偏好页面单独同意"))


async def end_partner(request: Request) -> Response:
    """POST /consents/partners/{id}/end"""
    await partners.end(request.path_params["id"], session.signed_in(request))
    return see_other(request, "consents", notice=_("已停止，不再向客户征求；已有的记录保留"))
