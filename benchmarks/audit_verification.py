"""How long it takes to write, link and verify a million audit entries, and in how much memory.

Run: .venv/bin/python benchmarks/audit_verification.py [entries]
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kernel import database, settings
from processes import embedded, keys, migrating, schema
from staff import audit_chain, audit_mac, audit_verification

BATCH = 20_000
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = ("id", "created_at", "action", "subject", "subject_id", "detail", "request_id", "mac")


async def measure(entries: int) -> None:
    await migrating.migrate()
    await database.open_database(schema.config())
    began = time.monotonic()
    for start in range(1, entries + 1, BATCH):
        numbers = range(start, min(start + BATCH, entries + 1))
        async with database.transaction():
            await database.copy_in("audit_entry", COLUMNS, [_row(number) for number in numbers])
            await database.copy_in("audit_waiting", ("entry_id",), [(number,) for number in numbers])
    written = time.monotonic()
    await audit_chain.link()
    linked = time.monotonic()
    verdict = await audit_verification.verify()
    verified = time.monotonic()
    assert verdict.broken is None, verdict
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{entries:,} entries: written in {written - began:.1f} s, linked in {linked - written:.1f} s, "
        f"verified in {verified - linked:.1f} s; peak memory of the process {peak:.0f} MB; "
        f"load of the machine {os.getloadavg()[0]:.1f}"
    )
    await database.close_database()


def _row(number: int) -> tuple[object, ...]:
    detail = f'{{"rows": {number}, "reason": "原因{number % 97}"}}'
    at = BEGIN + timedelta(microseconds=number * 1_000_003)
    entry = audit_mac.Entry(
        number, audit_mac.microseconds(at), None, "thing.done", "thing", number, detail, f"{number:016x}"
    )
    return (number, at, "thing.done", "thing", number, detail, entry.request_id, audit_mac.mac(entry))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="huiliu-benchmark-") as folder:
        Path(folder).chmod(0o755)
        server = embedded.start_postgres(Path(folder), durable=False)
        os.environ.update(keys.of_demo(Path(folder)), HUILIU_DEMO="1", HUILIU_DATABASE_URL=server.url)
        os.environ["HUILIU_DATA_DIR"] = folder
        settings.forget()
        try:
            asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
