"""One client: who they are (masked), what they are worth, what we may send, and everything that happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from community.clients import consent_reading, portrait, preferences, timeline
from community.groups import directory as groups
from community.sending import policies, quota_reading, tallies
from community.suitability.products import CLASS_NAMES
from kernel import clock
from loyalty.rewards import periods, worth
from loyalty.tiers import directory
from web import formats, forms, words
from web.console import client_rewards, client_story, client_suitability
from web.language import gettext as _
from web.rendering import render

FIELDS = {"name": "姓名", "phone": "手机号", "bank_number": "客户号"}
REASONS = {
    "call": "电话联系客户",
    "verify": "当面核对身份",
    "correct": "更正客户资料",
    "complaint": "处理投诉或咨询",
    "other": "其他",
}
LEAST_NOTE = 4


class Clear(NamedTuple):
    """One field in the clear: what it is called, and what is known."""

    label: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class RevealForm:
    """Which field, and why."""

    field: Literal["name", "phone", "bank_number"] = forms.field("查看内容")
    why: Literal["call", "verify", "correct", "complaint", "other"] = forms.field("原因")
    note: str = forms.field("说明", longest=100, default="")


async def show(request: Request) -> Response:
    """GET /clients/{id}"""
    client_id = request.path_params["id"]
    await directory.require_visible(request.user, client_id)
    return await _page(request, client_id, clear=None)


async def reveal(request: Request) -> Response:
    """POST /clients/{id}/reveal: one field in the clear, with its reason in the audit; gone with the next page."""
    client_id = request.path_params["id"]
    await directory.require_visible(request.user, client_id)
    form = await forms.read(request, RevealForm)
    if form.why == "other" and len(form.note) < LEAST_NOTE:
        raise forms.Invalid({"note": _("选择“其他”时请写明原因")})
    reason = f"{REASONS[form.why]}：{form.note}" if form.note else REASONS[form.why]
    clear = await portrait.reveal(client_id, form.field, reason, by=request.user)
    return await _page(request, client_id, clear=Clear(FIELDS[form.field], clear))


async def _page(request: Request, client_id: int, clear: Clear | None) -> Response:
    entries = await timeline.entries(client_id, _before(request))
    held = await worth.of(client_id)
    return render(
        request,
        "console/client.html",
        client=await portrait.show(client_id),
        clear=clear,
        reveal_fields=list(FIELDS.items()),
        reveal_reasons=list(REASONS.items()),
        worth=held,
        **_balance_chart(held),
        tiers=await directory.tier_names(),
        entries=entries,
        story=await client_story.of(entries),
        period_name=periods.label,
        is_last=len(entries) < timeline.PAGE,
        groups=await groups.of_client(client_id),
        sends=await tallies.recent(client_id),
        used=await tallies.marketing_this_month(client_id),
        consents=await consent_reading.states_of(client_id),
        consent_channels=preferences.CHANNELS,
        consent_classes=CLASS_NAMES,
        policy=await policies.in_force(),
        quota=await quota_reading.of_client(client_id),
        channels=words.CHANNELS,
        states=words.SEND_STATES,
        state_tones=words.SEND_TONES,
        **await client_suitability.part(client_id),
        **await client_rewards.part(client_id),
    )


def _balance_chart(held: worth.Worth) -> dict[str, Any]:
    days = held.balances
    size, unit = formats.chart_unit()
    return {
        "balance_unit": f" {unit}",
        "balance_labels": [formats.day(one.day) for one in days],
        "balance_totals": [round(one.total_fen / size, 2) for one in days],
        "balance_deposits": [round(one.deposit_fen / size, 2) for one in days],
        "balance_rows": [
            [formats.day(one.day), formats.money(one.total_fen), formats.money(one.deposit_fen)] for one in days[::-7]
        ],
    }


def _before(request: Request) -> tuple[datetime, int] | None:
    at, entry_id = request.query_params.get("at", ""), request.query_params.get("entry", "")
    if not (entry_id.isdigit() and entry_id.isascii()) or len(entry_id) > 18:
        return None
    try:
        moment = datetime.fromisoformat(at)
        # the first and the last day of the calendar have no UTC moment everywhere
        return (moment if moment.tzinfo else moment.replace(tzinfo=clock.SHANGHAI)).astimezone(UTC), int(entry_id)
    except (ValueError, OverflowError):
        return None
