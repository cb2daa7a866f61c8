"""Denied access leaves a trace: what a person may not do, and things that exist but not for them.

A 404 is noted only where a row with the number in the address exists: a mistyped number is nobody's business, a number
of somebody else's client is. It is looked up after the answer is on its way, so that neither the answer nor the time it
takes tells the two apart.
"""

from __future__ import annotations

from redis import exceptions as redis_errors
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from kernel import cache, database, logs
from staff import audit
from staff.models import Staff
from web import session

# the first part of an address (or the first two) -> what its `id` is a number of: subject of the entry, table
THINGS = {
    "clients": ("client", "client"),
    "groups": ("group", "client_group"),
    "imports": ("import_run", "import_run"),
    "campaigns": ("campaign", "campaign"),
    "journeys": ("journey", "journey"),
    "follow-ups": ("staff_task", "staff_task"),
    "events": ("campaign", "campaign"),
    "livestreams": ("campaign", "campaign"),
    "approvals": ("approval", "approval"),
    "exports": ("export", "export"),
    "privacy": ("privacy_request", "privacy_request"),
    "products": ("product", "product"),
    "grants": ("grant", "grant_"),
    "stops": ("stop", "stop"),
    "interests": ("interest", "interest"),
    "segments": ("segment", "segment"),
    "segments/lists": ("audience_list", "audience_list"),
    "library/pieces": ("piece", "piece"),
    "library/files": ("media_asset", "media_asset"),
    "consents/partners": ("partner", "partner"),
    "account/sessions": ("session", "session"),
    "account/delegations": ("delegation", "delegation"),
    "settings/people": ("staff", "staff"),
    "settings/organisation": ("branch", "branch"),
    "settings/health": ("send", "send"),
    "settings/api-calls": ("api_hold", "api_hold"),
    "settings/keys": ("key_rotation", "key_rotation"),
    "settings/drift": ("reconcile_run", "reconcile_run"),
}
FREE_PER_MINUTE = 10
"""So many of one person at one door are written each minute; then only each doubling, with the count so far."""
_log = logs.get(__name__)


def watch(request: Request, response: Response, status: int, code: str) -> Response:
    """Note a refusal after the answer went out, when it was one to a signed-in person."""
    person = session.person(request)
    if person is not None and status in (403, 404):
        response.background = BackgroundTask(_note, request, person, status, code)
    return response


def thing_of(path: str) -> tuple[str, str] | None:
    """Subject and table of what an address is about; None for pages about no single thing."""
    parts = path.strip("/").split("/")
    return THINGS.get("/".join(parts[:2])) or THINGS.get(parts[0])


async def _note(request: Request, person: Staff, status: int, code: str) -> None:
    try:
        door = str(getattr(request.scope.get("route"), "name", "")) or "unknown"
        subject, number = await _thing(request)
        if status == 404 and number is None:
            return
        times = await _times(person.id, door)
        if _is_worth_a_line(times):
            more = {"times": times} if times > FREE_PER_MINUTE else {}
            await audit.record(
                person, "access.denied", subject, number, door=door, method=request.method, why=code, **more
            )
    except Exception:
        # the person has an answer already: nothing is left to tell but the log
        _log.exception("denial.not_noted")


async def _thing(request: Request) -> tuple[str, int | None]:
    number, thing = request.path_params.get("id"), thing_of(request.url.path)
    if thing is None or not isinstance(number, int) or not 0 < number < 2**63:
        return "", None
    subject, table = thing
    sql = f"SELECT 1 FROM {table} WHERE id = $1"  # noqa: S608  # THINGS' own names, never the address's
    exists = await database.fetch_value(sql, number)  # nosemgrep: no-input-in-sql
    return (subject, number) if exists else ("", None)


async def _times(person_id: int, door: str) -> int:
    key = f"denied:{person_id}:{door}"
    try:
        redis = cache.redis_client()
        times = int(await redis.incr(key))
        if times == 1:
            await redis.expire(key, 60)
    except (redis_errors.RedisError, OSError):
        return 1
    return times


def _is_worth_a_line(times: int) -> bool:
    doublings, rest = divmod(times, FREE_PER_MINUTE)
    return times <= FREE_PER_MINUTE or (rest == 0 and doublings & (doublings - 1) == 0)
