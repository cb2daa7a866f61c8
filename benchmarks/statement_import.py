"""Seconds and memory of a statement import: `python benchmarks/statement_import.py [FILE [MAPPING]]`.

Starts a throw-away embedded PostgreSQL, imports the file (the shipped sample when none is named) twice, and prints
seconds and the process's peak memory.
"""

from __future__ import annotations

import asyncio
import base64
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

SAMPLE = Path(__file__).parents[1] / "loyalty/assets/samples/berka-slice.csv.gz"


async def measure(path: Path, mapping_name: str, address: str) -> None:
    from kernel import database
    from loyalty.assets import importing
    from processes import migrating, schema

    await migrating.migrate(address)
    await database.open_database(schema.config(address))
    try:
        for turn in ("first", "second"):
            started = time.perf_counter()
            run = await importing.import_file(path, mapping_name, "statement")
            seconds = time.perf_counter() - started
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{turn} import: {seconds:.2f} s, peak {peak:.0f} MB, rows {run.rows_total}, accepted "
                f"{run.rows_accepted}, unchanged {run.rows_unchanged}, refused {run.rows_refused}"
            )
            print({key: value for key, value in run.figures.items() if key != "columns"})
        print("daily balances:", await database.fetch_value("SELECT count(*) FROM account_day"))
    finally:
        await database.close_database()


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    os.environ.setdefault("HUILIU_DEMO", "1")
    os.environ.setdefault("HUILIU_SECRET_KEY", "benchmark-only-0123456789-abcdefghijkl")
    os.environ.setdefault("HUILIU_SEALING_KEY", base64.b64encode(bytes(range(1, 33))).decode())
    os.environ.setdefault("HUILIU_INDEX_KEY", base64.b64encode(bytes(range(101, 133))).decode())
    from processes import embedded

    with tempfile.TemporaryDirectory(prefix="huiliu-bench-") as folder:
        Path(folder).chmod(0o755)
        postgres = embedded.start_postgres(Path(folder))
        try:
            path, mapping_name = [*sys.argv[1:3], *(str(SAMPLE), "berka")[len(sys.argv) - 1 :]]
            asyncio.run(measure(Path(path), mapping_name, postgres.url))
        finally:
            postgres.stop()


if __name__ == "__main__":
    main()
