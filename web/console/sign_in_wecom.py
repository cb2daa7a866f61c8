"""The two doors of signing in through WeCom."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from staff import audit
from web import doors, entering, wecom_entry
from web.console import sign_in


async def leave(request: Request) -> Response:
    """GET /login/wecom"""
    going_to = doors.own_path(request.query_params.get("next", "/"))
    try:
        return wecom_entry.leave(request, going_to)
    except wecom_entry.NotIn as error:
        return sign_in.show_form(request, going_to, error=error)


async def come_back(request: Request) -> Response:
    """GET /login/wecom/back"""
    try:
        person, going_to = await wecom_entry.come_back(request)
    except wecom_entry.NotIn as error:
        await audit.record(None, "sign_in.failed", how="wecom", reason=error.code)
        response = sign_in.show_form(request, "/", error=error)
    else:
        response = await entering.go_on(request, person, "wecom", going_to)
    wecom_entry.forget(response)
    return response
