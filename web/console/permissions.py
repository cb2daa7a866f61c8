"""Permissions in words: which role may do what, how far each reach sees, and who holds a permission."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from staff import directory, permissions
from staff.models import REACHES, ROLES
from web import session
from web.language import gettext as _
from web.rendering import render

MOST = 200


async def show(request: Request) -> Response:
    """GET /settings/permissions; ?permission=… lists who holds it."""
    reader = session.signed_in(request)
    asked = request.query_params.get("permission", "")
    chosen = asked if asked in permissions.EVERY else ""
    everybody = await directory.lines(reader, directory.Filters(state="active"), limit=MOST) if chosen else []
    return render(
        request,
        "console/permissions.html",
        subjects=permissions.SUBJECTS,
        table=permissions.TABLE,
        roles=[(code, _(permissions.ROLE_NAMES[code])) for code in ROLES],
        reaches=[(_(permissions.REACH_NAMES[code]), _(permissions.REACH_WORDS[code])) for code in REACHES],
        holders=await directory.holders(reader),
        chosen=chosen,
        chosen_name=permissions.PERMISSION_NAMES.get(chosen, ""),
        who=[line for line in everybody if chosen in permissions.TABLE.get(line.role, ())],
        role_names=permissions.ROLE_NAMES,
        reach_names=permissions.REACH_NAMES,
    )
