"""What is left for many at once: the counts of one by one, within a person's scope, and quickly over many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psutil
import pytest

from community.sending import quota_overview, quota_reading, quotas
from kernel import clock, database, settings
from staff.models import Staff
from tests import casting
from wechat import limits
from wechat.limits import GROUP_MESSAGE

NOON = datetime(2027, 2, 3, 4, tzinfo=UTC)
CLIENTS = """
INSERT INTO client (id, owner_id)
SELECT n, CASE WHEN n % 2 = 0 THEN $2::bigint END FROM generate_series(1, $1::int) n
"""
CONTACTS = """
INSERT INTO contact (client_id, corpid, userid, external_userid)
SELECT n, $2::text, 'u' || n % 20, 'wm' || n FROM generate_series(1, $1::int) n
"""
FANS = """
INSERT INTO fan (client_id, appid, openid, window_left, window_until)
SELECT n, $2::text, 'o' || n, n % 3, $3::timestamptz FROM generate_series(1, $1::int) n
"""
SENDS = """
INSERT INTO send (key, purpose, channel, client_id, recipient, state, reason, due_at, requested_at, delivered_at,
  ended_at)
SELECT 'k' || turn || ':' || n, 'marketing', 'wecom_message', n, 'wm' || n,
  CASE WHEN n % 10 = 0 AND turn = 1 THEN 'failed' WHEN n % 10 = 1 AND turn = 1 THEN 'accepted' ELSE 'delivered' END,
  CASE WHEN n % 10 = 0 AND turn = 1 THEN 'over_platform_quota' ELSE '' END,
  $2::timestamptz - turn * interval '1 day', $2::timestamptz - turn * interval '1 day',
  CASE WHEN NOT (n % 10 IN (0, 1) AND turn = 1) THEN $2::timestamptz - turn * interval '1 day' END,
  $2::timestamptz - turn * interval '1 day'
FROM generate_series(1, $1::int) n CROSS JOIN generate_series(1, $3::int) turn
"""


async def fill(count: int, turns: int, owner: Staff) -> None:
    await database.execute(CLIENTS, count, owner.id)
    await database.execute(CONTACTS, count, settings.get().wecom_corpid)
    await database.execute(FANS, count, settings.get().oa_appid, NOON + timedelta(hours=1))
    await database.execute(SENDS, count, NOON, turns)
    await database.execute("ANALYZE send, contact, client, fan")


async def cast() -> dict[str, Staff]:
    """One who sees the whole bank, and one who sees the own clients."""
    people = await casting.people_of_every_role()
    people["marketing"].reach, people["director"].reach = "bank", "own"
    return people


@pytest.mark.usefixtures("db")
async def test_the_overview_counts_what_one_by_one_would() -> None:
    people = await cast()
    await fill(200, 8, people["director"])
    await limits.choose(GROUP_MESSAGE, "week_7", NOON.date())
    with clock.frozen(NOON):
        seen = await quota_overview.of_clients(people["marketing"])
        one_by_one = await quotas.of_recipients("wecom_message", [f"wm{n}" for n in range(1, 201)])
        assert seen.everybody == 200
        assert seen.used_up == sum(one.left == 0 for one in one_by_one.values()) == 20
        assert seen.messages == sum(one.used for one in one_by_one.values())
        # the week began on Monday: two turns lie in it, the rest before
        assert one_by_one["wm2"].used == 2
        own = await quota_overview.of_clients(people["director"])
        assert own.everybody == 100
        windows = await quota_overview.of_followers(people["director"])
        assert windows.everybody == 100
        assert windows.open_now + windows.used_up == 100
        client = await quota_reading.of_client(5)
        assert client.group_message is not None
        assert (client.group_message.left, client.window_left) == (5, 2)
        assert (await quota_reading.of_client(3)).window_left == 0


@pytest.mark.prove
@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("db")
async def test_a_hundred_thousand_clients_and_half_a_million_sends_are_counted_within_a_second() -> None:
    people = await cast()
    await fill(100_000, 5, people["director"])
    # the machine has other work: what counts is the time that the database itself was busy, in one process
    with clock.frozen(NOON):
        for who in ("marketing", "director"):
            async with database.transaction():
                await database.execute("SET LOCAL max_parallel_workers_per_gather = 0")
                server = psutil.Process(await database.fetch_value("SELECT pg_backend_pid()"))
                before = server.cpu_times()
                await quota_overview.of_clients(people[who])
                await quota_overview.of_groups(people[who])
                await quota_overview.of_followers(people[who])
                after = server.cpu_times()
            assert after.user + after.system - before.user - before.system < 1.0, who
