"""The list of everything under `/_ctl/`, and the one place where bad input becomes a 400 with its reason."""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from wechat.sandbox.acts.deeds import Impossible
from wechat.sandbox.control import acting, configuring, disturbing, people, records
from wechat.sandbox.control.asking import Asked, Control
from wechat.sandbox.stage import Stage

Page = Callable[[Request], Awaitable[Response]]
TABLE: tuple[tuple[str, str, Control], ...] = (
    ("GET", "/_ctl/config", configuring.show),
    ("POST", "/_ctl/config", configuring.put),
    ("POST", "/_ctl/config/check", configuring.check),
    ("GET", "/_ctl/switches", configuring.show_switches),
    ("POST", "/_ctl/switches", configuring.change_switches),
    ("POST", "/_ctl/templates", configuring.add_templates),
    ("POST", "/_ctl/seed", acting.seed),
    ("GET", "/_ctl/act", acting.list_acts),
    ("POST", "/_ctl/act", acting.act_all),
    ("POST", "/_ctl/act/{name}", acting.act),
    ("GET", "/_ctl/population", acting.show_population),
    ("POST", "/_ctl/population", acting.start_population),
    ("DELETE", "/_ctl/population", acting.stop_population),
    ("POST", "/_ctl/settle", acting.settle),
    ("POST", "/_ctl/reset", acting.reset),
    ("GET", "/_ctl/clock", disturbing.show_clock),
    ("POST", "/_ctl/clock", disturbing.change_clock),
    ("GET", "/_ctl/faults", disturbing.show_faults),
    ("POST", "/_ctl/faults", disturbing.add_faults),
    ("DELETE", "/_ctl/faults", disturbing.clear_faults),
    ("POST", "/_ctl/tokens/revoke", disturbing.revoke_tokens),
    ("GET", "/_ctl/disorder", disturbing.show_disorder),
    ("POST", "/_ctl/disorder", disturbing.change_disorder),
    ("DELETE", "/_ctl/disorder", disturbing.calm),
    ("GET", "/_ctl/requests", records.show_requests),
    ("GET", "/_ctl/callbacks", records.show_callbacks),
    ("GET", "/_ctl/callbacks/{id:int}", records.show_callback),
    ("POST", "/_ctl/callbacks/{id:int}/replay", records.replay),
    ("POST", "/_ctl/callbacks/send_raw", records.send_raw),
    ("POST", "/_ctl/callbacks/burst", records.burst),
    ("POST", "/_ctl/callbacks/wrap", records.wrap),
    ("GET", "/_ctl/reached", records.show_reached),
    ("GET", "/_ctl/people", people.show),
)


def build(stage: Stage) -> Starlette:
    """The control plane of one stage."""
    return Starlette(routes=[Route(path, _page(stage, control), methods=[method]) for method, path, control in TABLE])


def _page(stage: Stage, control: Control) -> Page:
    async def page(request: Request) -> Response:
        raw = await request.body()
        try:
            body = json.loads(raw) if raw.strip() else None
        except ValueError:
            return _json({"error": "the body is not JSON"}, 400)
        names = {name: str(value) for name, value in request.path_params.items()}
        try:
            told = control(Asked(stage, body, dict(request.query_params), names))
            return _json(await told if inspect.isawaitable(told) else told)
        except KeyError as error:
            return _json({"error": f"missing {error.args[0]}"}, 400)
        except (Impossible, ValueError, TypeError, LookupError, AttributeError) as error:
            return _json({"error": str(error) or type(error).__name__}, 400)

    return page


def _json(told: object, status: int = 200) -> Response:
    return Response(json.dumps(told, ensure_ascii=False).encode(), status, media_type="application/json")
