"""PostgreSQL through Tortoise: opening, transactions with after-commit work, set-based SQL on the same connection."""

from __future__ import annotations

import contextlib
import contextvars
import inspect
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.context import get_current_context
from tortoise.transactions import in_transaction

from kernel import keyring, logs, sealing

Row = dict[str, Any]
_waiting: contextvars.ContextVar[list[tuple[Callable[..., Any], tuple[Any, ...]]] | None] = contextvars.ContextVar(
    "after_commit", default=None
)
_log = logs.get(__name__)


async def open_database(config: dict[str, Any]) -> None:
    """Open the pool of this process, and its key ring; `config` is made by processes.schema. One call per process."""
    await Tortoise.init(config=config, _enable_global_fallback=True)
    try:
        await keyring.open_ring([(one.table, one.column) for one in sealing.columns()])
    except keyring.NoKeys as problem:
        # a database that is away now or has no tables yet: the first value to be sealed or opened asks again
        _log.warning("keyring.not_opened", reason=str(problem))


async def close_database() -> None:
    """Close the pool; the process can open it again."""
    if get_current_context() is not None:
        await Tortoise.close_connections()


@contextlib.asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """All or nothing. An inner block joins the outer one; `after_commit` work runs once the outermost commits."""
    if _waiting.get() is not None:
        yield
        return
    waiting: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []
    token = _waiting.set(waiting)
    try:
        async with in_transaction():
            yield
    finally:
        _waiting.reset(token)
    for function, arguments in waiting:
        await _call(function, arguments)


def is_in_transaction() -> bool:
    """Whether the caller runs inside `transaction()`."""
    return _waiting.get() is not None


def after_commit(function: Callable[..., Any], *arguments: Any) -> None:
    """Run `function` once what is being written is there for others to see; only inside `transaction()`."""
    waiting = _waiting.get()
    if waiting is None:
        raise RuntimeError("after_commit outside a transaction: call the function itself")
    waiting.append((function, arguments))


async def fetch(sql: str, *arguments: Any) -> list[Row]:
    """Rows of a query ($1 style) as dicts; jsonb arrives as text."""
    return await get_connection("default").execute_query_dict(sql, list(arguments))


async def fetch_one(sql: str, *arguments: Any) -> Row | None:
    """The first row, or None."""
    rows = await fetch(sql, *arguments)
    return rows[0] if rows else None


async def fetch_value(sql: str, *arguments: Any) -> Any:
    """First column of the first row, or None."""
    row = await fetch_one(sql, *arguments)
    return next(iter(row.values())) if row else None


async def execute(sql: str, *arguments: Any) -> int:
    """Run one statement and tell how many rows it touched (also behind WITH)."""
    async with get_connection("default").acquire_connection() as connection:
        status: str = await connection.execute(sql, *arguments)
    last = status.rsplit(" ", 1)[-1]
    return int(last) if last.isdigit() else 0


async def execute_script(sql: str) -> None:
    """Run several statements without arguments."""
    await get_connection("default").execute_script(sql)


async def copy_in(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY rows into a table inside the current transaction; returns how many."""
    if not is_in_transaction():
        raise RuntimeError("copy_in needs a transaction")
    async with get_connection("default").acquire_connection() as connection:
        status: str = await connection.copy_records_to_table(table, records=rows, columns=list(columns))
    return int(status.rsplit(" ", 1)[-1])


async def _call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    # what was committed stays committed: a failing wake-up is logged and the clock's sweep finds the row
    try:
        outcome = function(*arguments)
        if inspect.isawaitable(outcome):
            await outcome
    except Exception:
        _log.exception("after_commit.failed", function=getattr(function, "__qualname__", str(function)))
