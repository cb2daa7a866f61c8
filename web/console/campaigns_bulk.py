"""Several campaigns of the list at once: pause, copy, put away; each is done or refused for itself, and is said so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from campaigns.planning import drafting, lifecycle, listing, listing_archive, running
from campaigns.planning.models import Campaign
from kernel import numbers
from kernel.errors import NotFound, Refused
from staff import permissions
from staff.models import Staff
from web import session
from web.console.campaigns import names
from web.language import gettext as _
from web.rendering import render, see_other

MOST = 50
REASON = 200
Act = Callable[[int, str, Staff], Awaitable[object]]


async def _pause(number: int, reason: str, by: Staff) -> object:
    return await running.pause(number, reason, by)


async def _copy(number: int, _reason: str, by: Staff) -> object:
    return await drafting.copy(number, by)


async def _archive(number: int, _reason: str, by: Staff) -> object:
    return await listing_archive.archive(number, by)


async def _unarchive(number: int, _reason: str, by: Staff) -> object:
    return await listing_archive.unarchive(number, by)


ACTS: dict[str, tuple[Act, str]] = {
    "pause": (_pause, "暂停"),
    "copy": (_copy, "复制"),
    "archive": (_archive, "归档"),
    "unarchive": (_unarchive, "取消归档"),
}
NEEDS = {"pause": "campaigns.stop"}


async def act(request: Request) -> Response:
    """POST /campaigns/bulk: `act` on every `id`; a pause is first shown with what it stops."""
    person, form = session.signed_in(request), await request.form()
    verb = str(form.get("act", "") or request.query_params.get("act", ""))
    given = [*form.getlist("id"), *request.query_params.getlist("id")]
    ids = list(dict.fromkeys(number for item in given if (number := numbers.row_id(str(item))) is not None))[:MOST]
    if verb not in ACTS or not ids:
        return see_other(request, "campaigns", notice=_("请先勾选活动，再选择要做的事"), tone="warn")
    permissions.require(person, NEEDS.get(verb, "campaigns.edit"))
    rows = [row for number in ids if (row := await listing.visible(person).get_or_none(id=number)) is not None]
    if verb == "pause" and not form.get("sure"):
        return _ask(request, rows)
    done, refused = await _each(verb, rows, str(form.get("reason", ""))[:REASON].replace("\x00", ""), person)
    return _told(request, verb, done, refused)


def _ask(request: Request, rows: list[Campaign]) -> Response:
    """What a pause of these would stop, before it is done."""
    stops = [row for row in rows if lifecycle.may("pause", row.state)]
    others = [row for row in rows if row not in stops]
    return render(request, "console/campaigns/bulk.html", stops=stops, others=others, **names())


async def _each(verb: str, rows: list[Campaign], reason: str, by: Staff) -> tuple[list[Campaign], list[str]]:
    done, refused = [], []
    for row in rows:
        try:
            await ACTS[verb][0](row.id, reason, by)
            done.append(row)
        except Refused as refusal:
            refused.append(f"“{row.name}”{refusal.message}")
        except NotFound:
            refused.append(_("“%(name)s”由总行管理") % {"name": row.name})
    return done, refused


def _told(request: Request, verb: str, done: list[Campaign], refused: list[str]) -> Response:
    said = _("已%(verb)s %(n)s 项活动") % {"verb": _(ACTS[verb][1]), "n": len(done)}
    if refused:
        said += _("；%(n)s 项没有做：%(why)s") % {"n": len(refused), "why": _("；").join(refused[:3])}
    undo = ""
    if done and verb in ("archive", "unarchive"):
        back = {"act": "unarchive" if verb == "archive" else "archive"}
        path = request.app.url_path_for("campaigns_bulk")
        undo = f"{path}?{urlencode([*back.items(), *(('id', row.id) for row in done)])}"
    return see_other(request, "campaigns", notice=said, undo=undo, tone="warn" if refused else "good")
