"""The audience of a campaign out of 1,000,000 clients: counted, frozen with reasons: `python -m benchmarks.audience`.

An embedded PostgreSQL. The statements are the product's own, with every check in them: consent, suitability, papers,
channel, global hold-out, cap, priority, control group and variant. Beside them, in turns, the same decision made the
way that an application does it row by row through the ORM, on a slice of the clients and told per client.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from benchmarks.callbacks.servers import tree_cpu_s
from benchmarks.intake import environment

Ways = dict[str, Callable[[], Awaitable[Any]]]
SLICE = 20_000
FREEZE, BY_ROW = "freeze everybody with reasons", "row by row through the ORM, its slice"
FILL = (
    """INSERT INTO client (owner_id, branch_id, marketing_consent, gender, last_activity_at, created_at)
    SELECT 1 + g % 200, 1, g % 10 <> 0, CASE WHEN g % 2 = 0 THEN 'f' ELSE 'm' END,
      now() - (g % 200) * interval '1 day', now() - (g % 900) * interval '1 day' FROM generate_series(1, $1::int) g""",
    """INSERT INTO consent_state (client_id, purpose, granted, at)
    SELECT id, 'marketing', id % 50 <> 0, now() FROM client WHERE id % 10 <> 0 AND id <= $1""",
    """INSERT INTO contact (client_id, staff_id, corpid, userid, external_userid, added_at)
    SELECT id, owner_id, 'wwbench000000001', 'u' || owner_id, 'wm' || id, now() FROM client
    WHERE id % 5 <> 0 AND id <= $1""",
    """INSERT INTO standing (client_id, tier, since_on, reviewed_month)
    SELECT id, (ARRAY['basic', 'gold', 'diamond'])[1 + id % 3], '2026-01-01', '2026-01-01' FROM client
    WHERE id <= $1""",
    """INSERT INTO client_day (client_id, day, total_fen, deposit_fen)
    SELECT id, CURRENT_DATE - 1, (id * 7919 % 100000000), 0 FROM client WHERE id <= $1""",
    """INSERT INTO timeline_entry (client_id, kind, at)
    SELECT id, 'link.clicked', now() - (id % 60) * interval '1 day' FROM client WHERE id % 4 = 0 AND id <= $1""",
    """INSERT INTO send (key, purpose, channel, state, client_id, recipient, due_at, counted_on)
    SELECT 'b' || id, 'marketing', 'wecom_message', 'delivered', id, 'wm' || id, now(), CURRENT_DATE FROM client
    WHERE id % 20 = 0 AND id <= $1""",
)
TREE: dict[str, Any] = {
    "op": "and",
    "items": [
        {"field": "tier", "op": "in", "value": ["gold", "diamond"]},
        {
            "op": "or",
            "items": [
                {"field": "balance", "op": "between", "value": [10_000_000, None]},
                {"field": "behaviour", "op": "did", "value": {"kind": "link.clicked", "days": 30, "times": 1}},
            ],
        },
    ],
}


def main() -> None:
    """Run, print what was found and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--clients", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    os.environ.update(environment(), HUILIU_WECOM_CORPID="wwbench000000001")
    from processes import embedded, migrating

    with tempfile.TemporaryDirectory(prefix="huiliu-bench-") as folder:
        Path(folder).chmod(0o755)
        postgres, redis = embedded.start_postgres(Path(folder)), embedded.start_redis(Path(folder))
        os.environ.update(HUILIU_DATABASE_URL=postgres.url, HUILIU_REDIS_URL=redis.url)
        try:
            asyncio.run(migrating.migrate(postgres.url))
            found = asyncio.run(measure(args.clients, args.rounds))
        finally:
            redis.stop()
            postgres.stop()
    for name, figure in found.items():
        print(f"{name:<56}{figure:>12,.3f}")
    print(json.dumps(found))


async def measure(clients: int, rounds: int) -> dict[str, float]:
    """Fill the database, then each way in turns; medians of CPU (the server's with ours) and of wall time."""
    from campaigns.audience import segments
    from campaigns.audience.deciding import Audience
    from kernel import database, settings
    from processes import schema

    await database.open_database(schema.config(settings.get().database_url))
    author = await fill(clients)
    everybody = Audience(author, "wecom_message", {}, "salt", 10)
    wide = Audience(author, "wecom_message", TREE, "salt", 10)
    piece = min(SLICE, clients)
    ways: Ways = {
        "count of a segment": lambda: segments.count(wide),
        "waterfall of everybody": lambda: segments.waterfall(everybody),
        "waterfall of a segment": lambda: segments.waterfall(wide),
        FREEZE: lambda: freeze(everybody),
        "freeze a segment with reasons": lambda: freeze(wide),
        BY_ROW: lambda: row_by_row(piece),
    }
    found = await take_turns(ways, rounds)
    per_client = found[f"{BY_ROW} (CPU s)"] / piece, found[f"{FREEZE} (CPU s)"] / clients
    found["ORM beside ours, CPU per client (times)"] = per_client[0] / per_client[1]
    found["memory of this process (MB)"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    await database.close_database()
    return found


async def take_turns(ways: Ways, rounds: int) -> dict[str, float]:
    """Medians of CPU seconds, in which what else the machine does counts little, and of wall time."""
    from kernel import database

    cpu: dict[str, list[float]] = {name: [] for name in ways}
    wall: dict[str, list[float]] = {name: [] for name in ways}
    for _turn in range(rounds):
        for name, way in ways.items():
            spent, began = tree_cpu_s(os.getpid()), time.perf_counter()
            await way()
            wall[name].append(time.perf_counter() - began)
            cpu[name].append(tree_cpu_s(os.getpid()) - spent)
            await database.execute("TRUNCATE delivery CASCADE")
    found = {f"{name} (CPU s)": statistics.median(some) for name, some in cpu.items()}
    return found | {f"{name} (wall s)": statistics.median(some) for name, some in wall.items()}


async def fill(clients: int) -> Any:
    """So many clients with what belongs to them; returns the author of the audiences."""
    from kernel import database
    from staff.models import Branch, Staff

    branch = await Branch.create(code="b", name="b", path="1/")
    people = [Staff(login=f"s{place}", name="s", role="marketing", reach="bank", branch=branch) for place in range(200)]
    await Staff.bulk_create(people)
    for sql in FILL:
        await database.execute(sql, clients)
    await database.execute("ANALYZE")
    return await Staff.get(login="s0")


async def freeze(audience: Any) -> int:
    """Freeze an audience for a campaign of its own, by the product's own statement."""
    from campaigns.audience import deciding
    from campaigns.delivery import freezing
    from kernel import database

    campaign = await _campaign()
    decided = await deciding.statement(audience, first=2)
    return await database.execute(freezing.FREEZE.format(decided=decided.sql), campaign, *decided.arguments)


async def row_by_row(clients: int) -> None:
    """What an application does without sets: load clients with what belongs to them, decide, insert in batches."""
    from campaigns.audience import sampling
    from campaigns.delivery.models import Delivery
    from community.clients.models import Client, Contact
    from community.sending.models import Send

    campaign = await _campaign()
    for first in range(1, clients + 1, 1000):
        page = await Client.filter(id__gte=first, id__lt=first + 1000, merged_into_id__isnull=True)
        ids = [one.id for one in page]
        contacts = await Contact.filter(client_id__in=ids, ended_at__isnull=True).values("client_id")
        sends = await Send.filter(client_id__in=ids, purpose="marketing").values("client_id")
        reached, capped = {one["client_id"] for one in contacts}, {one["client_id"] for one in sends}
        rows = []
        for one in page:
            bucket = sampling.bucket("salt", one.id)
            decision = "due"
            if one.opted_out_at is not None or not one.marketing_consent:
                decision = "no_consent"
            elif one.id not in reached:
                decision = "no_channel"
            elif one.id in capped:
                decision = "capped"
            elif bucket < 1000:
                decision = "held_out"
            rows.append(Delivery(campaign_id=campaign, client_id=one.id, arm="none", bucket=bucket, decision=decision))
        await Delivery.bulk_create(rows)


async def _campaign() -> int:
    from kernel import database

    return int(
        await database.fetch_value(
            "INSERT INTO campaign (kind, name, channel, salt, author_id, last_editor_id)"
            " VALUES ('message', 'b', 'wecom_message', 's', 1, 1) RETURNING id"
        )
    )


if __name__ == "__main__":
    main()
