"""Pages of the play: templates with everything escaped, forms that act and lead back with a sentence about it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from wechat.sandbox.acts import table
from wechat.sandbox.acts.deeds import Impossible
from wechat.sandbox.calls import Problem
from wechat.sandbox.play.guarding import FORM_KEY, Guard
from wechat.sandbox.play.talks import Diary
from wechat.sandbox.stage import Stage
from wechat.sandbox.virtual_clock import SHANGHAI
from wechat.sandbox.world import World

FOLDER = Path(__file__).parent
HOME = "/play"
NUMBERS = frozenset({"msg_id", "count", "messages", "seconds", "scene", "add_way"})
FLAGS = frozenset({"accept", "refuse", "half", "welcome", "refuses", "blacklisted", "comment", "add_member", "confirm"})
CSP = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'"
HEADERS = {
    "Content-Security-Policy": CSP + "; form-action http: https:; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Missing(Exception):
    """There is no such person, group or page."""


class Play:
    """What all pages share: the stage, the guard of the forms, and the lines typed between people."""

    def __init__(self, stage: Stage, allow_remote: bool) -> None:
        self.stage = stage
        self.guard = Guard(allow_remote)
        self._diary = Diary()
        self._diary_of: World | None = None

    @property
    def world(self) -> World:
        """The world that is playing."""
        return self.stage.world

    @property
    def diary(self) -> Diary:
        """The typed lines of the world that is playing; a reset forgets them."""
        if self._diary_of is not self.world:
            self._diary, self._diary_of = Diary(), self.world
        return self._diary

    def render(self, request: Request, template: str, status: int = 200, /, **context: Any) -> Response:
        """A page."""
        now = datetime.fromtimestamp(self.world.clock.now(), SHANGHAI)
        standing = {
            "form_key": self.guard.key,
            "now": now,
            "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            "said": request.query_params.get("said", ""),
            "failed": request.query_params.get("failed", ""),
        }
        text = environment().get_template(template).render(standing | context)
        return HTMLResponse(text, status, HEADERS)

    def do(self, act: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """One act; Impossible as everywhere."""
        return table.perform(self.world, act, dict(args))


async def read_form(play: Play, request: Request) -> dict[str, Any]:
    """The fields of a form of ours, blanks left out, numbers and flags as such. PermissionError for a foreign form."""
    form = await request.form(max_files=1, max_part_size=3 << 20)
    if not play.guard.may_act(request, str(form.get(FORM_KEY, ""))):
        raise PermissionError
    fields: dict[str, Any] = {}
    for name, value in form.multi_items():
        if name == FORM_KEY or value == "":
            continue
        if not isinstance(value, str):
            fields[name] = await value.read()
        elif name in NUMBERS and value.lstrip("-").isdecimal():
            fields[name] = int(value)
        elif name in FLAGS:
            fields[name] = value in ("1", "on", "true")
        else:
            fields[name] = value
    return fields


def back(fields: Mapping[str, Any], done: str = "", failed: str = "", to: str = "") -> Response:
    """After a form: to the page it came from, or to another of ours, with a sentence."""
    wanted = to or str(fields.get("back", HOME))
    # only our own pages; two slashes would name another host
    path = wanted if wanted.startswith(HOME) and not wanted.startswith("//") else HOME
    path, _, query = path.partition("?")
    kept = [pair for pair in query.split("&") if pair and not pair.startswith(("said=", "failed="))]
    sentence = urlencode({"failed": failed} if failed else {"said": done} if done else {}, quote_via=quote)
    more = "&".join([*kept, sentence] if sentence else kept)
    return RedirectResponse(f"{path}?{more}" if more else path, 303)


def reason_of(error: Exception) -> str:
    """Why an act could not be done, for the person who tried."""
    if isinstance(error, Problem):
        return f"现在做不到（{error.errcode} {error.errmsg}）"
    return f"现在做不到：{error}" if isinstance(error, Impossible) else f"填写有误：{error}"


@functools.lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The templates of this folder."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["clock"] = lambda at: datetime.fromtimestamp(at, SHANGHAI).strftime("%m-%d %H:%M")
    made.filters["seconds"] = lambda at: datetime.fromtimestamp(at, SHANGHAI).strftime("%m-%d %H:%M:%S")
    made.filters["segment"] = lambda text: quote(str(text), safe="")
    return made
