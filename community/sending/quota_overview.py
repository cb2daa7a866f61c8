"""What is left of the platform's allowances, counted for many: clients, groups, followers, and each account's APIs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from community.sending import quotas
from kernel import clock, database
from staff import scope
from staff.models import Staff
from wechat import accounts, limits
from wechat.events import Side
from wechat.limits import GROUP_MESSAGE, Limit

USED = """
used AS MATERIALIZED (
  SELECT recipient, sum(n) AS n FROM (
    SELECT recipient, 1 AS n FROM send WHERE channel = $1 AND state = 'delivered' AND delivered_at >= $2
      AND channel IN ('wecom_message', 'wecom_group')
    UNION ALL
    SELECT recipient, 1 FROM send WHERE channel = $1
      AND (state = 'leased' OR (state IN ('requested', 'accepted', 'confirmed', 'unknown') AND requested_at >= $3))
    UNION ALL
    SELECT recipient, 1000000 FROM send WHERE channel = $1 AND state = 'failed' AND reason = 'over_platform_quota'
      AND ended_at >= $2
  ) places GROUP BY recipient
)
"""  # one look into an index for each kind of place, however long the ledger is
CLIENTS = f"""
WITH {USED}
SELECT count(*)::int AS everybody, count(*) FILTER (WHERE used.n >= $4)::int AS used_up,
  coalesce(sum(least(used.n, $4)), 0)::int AS messages
FROM (
  SELECT DISTINCT contact.external_userid FROM contact JOIN client c ON c.id = contact.client_id
  WHERE contact.ended_at IS NULL AND contact.corpid = ANY($5::text[]) AND {{scope}}
) person LEFT JOIN used ON used.recipient = person.external_userid
"""  # noqa: S608  # only constants of this file are filled in
GROUPS = f"""
WITH {USED}
SELECT count(*)::int AS everybody, count(*) FILTER (WHERE used.n >= $4)::int AS used_up,
  coalesce(sum(least(used.n, $4)), 0)::int AS messages
FROM client_group g LEFT JOIN used ON used.recipient = g.chat_id
WHERE g.status = 'active' AND g.corpid = ANY($5::text[]) AND {{scope}}
"""  # noqa: S608  # only constants of this file are filled in
FOLLOWERS = """
SELECT count(*)::int AS everybody,
  count(*) FILTER (WHERE fan.window_left > 0 AND fan.window_until > $1)::int AS open_now,
  count(*) FILTER (WHERE fan.window_left <= 0 AND fan.window_until > $1)::int AS used_up
FROM fan JOIN client c ON c.id = fan.client_id
WHERE fan.subscribed AND fan.appid = ANY($2::text[]) AND {scope}
"""
CALLS = """
SELECT app, api, sum(calls)::bigint AS today,
  (sum(calls) FILTER (WHERE hour_at >= $2))::bigint AS this_hour
FROM api_use WHERE hour_at >= $1 AND outcome ~ '^-?[0-9]+$' GROUP BY app, api
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """Clients or groups within a window: all, those who may get no more in it, messages that took a place."""

    limit: Limit
    allowed: int
    frees_at: datetime
    everybody: int
    used_up: int
    messages: int

    @property
    def open(self) -> int:
        """Who may still get at least one."""
        return self.everybody - self.used_up


@dataclass(frozen=True, slots=True)
class Windows:
    """Followers: all, those to whom a customer-service message may go out now, those who used their window up."""

    everybody: int
    open_now: int
    used_up: int


@dataclass(frozen=True, slots=True)
class Calls:
    """One API (its path, from /) of one account and what was called of it in its window; kind: the account's side."""

    app: str
    kind: Side
    api: str
    per: str
    used: int
    allowed: int

    @property
    def left(self) -> int:
        """Calls left in the window."""
        return max(0, self.allowed - self.used)


async def of_clients(person: Staff) -> Reach:
    """Group messages to clients: those in the person's scope who are a contact of anybody."""
    return await _reach("wecom_message", CLIENTS, scope.clients(person, first=6))


async def of_groups(person: Staff) -> Reach:
    """Group messages to client groups in the person's scope."""
    return await _reach("wecom_group", GROUPS, scope.groups(person, first=6))


async def of_followers(person: Staff) -> Windows:
    """Customer-service windows of the followers in the person's scope."""
    own = scope.clients(person, first=3)
    appids = [app.receive_id for app in accounts.every("official_account")]
    row = await database.fetch_one(FOLLOWERS.format(scope=own.sql), clock.now(), appids, *own.arguments)
    return Windows(**(row or {}))


async def of_calls() -> list[Calls]:
    """APIs with an allowance of which something was used, the fullest first; each account for itself."""
    await limits.refresh()
    now = clock.now()
    day, hour = limits.at("oa.template", now).began(now), limits.at("wecom.api.hour", now).began(now)
    rows = await database.fetch(CALLS, day, hour)
    names = {app.key: app.name for app in accounts.every()}
    by_day = {one.name: one for one in limits.every() if one.name.startswith("oa.api.")}
    found: list[Calls] = []
    for row in rows:
        name = names.get(row["app"]) or names.get(f"{row['app']}:0") or row["app"].split(":")[-1]
        api = row["api"]
        known = by_day.get(f"oa.api.{api.lstrip('/')}")
        if row["app"].startswith("official_account") and known:
            found.append(Calls(name, "official_account", api, "day", row["today"], known.number(now)))
        elif row["app"].startswith("wecom") and row["this_hour"]:
            hourly = limits.at("wecom.api.hour", now)
            found.append(Calls(name, "wecom", api, "hour", row["this_hour"], hourly.number(now)))
    return sorted(found, key=lambda one: (-one.used / one.allowed, one.app, one.api))


async def _reach(channel: str, sql: str, own: scope.Condition) -> Reach:
    await limits.refresh()
    now = clock.now()
    limit = limits.at(GROUP_MESSAGE, now)
    allowed, corps = limit.number(now), sorted({app.receive_id for app in accounts.every("wecom")})
    row = await database.fetch_one(
        sql.format(scope=own.sql),
        channel,
        limit.began(now),
        quotas.held_from(limit, now),
        allowed,
        corps,
        *own.arguments,
    )
    return Reach(limit, allowed, limit.frees(now), **(row or {}))
