"""What the role of web, workers and clock may do in the database: everything but changing the audit and the schema."""

from __future__ import annotations

import re
from typing import Any

MAINTAIN_SINCE = 170000
ONLY_GROWS = ("audit_entry", "audit_link")
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class BadRole(Exception):
    """The setting `app_role` is no name of a role, or names the owner."""


async def grant(connection: Any, role: str) -> None:
    """Give `role` its rights; made without a password where it does not exist. Call as the owner, after migrating."""
    if not _NAME.fullmatch(role):
        raise BadRole(f"HUILIU_APP_ROLE: {role!r} is no plain name of a role")
    if await connection.fetchval("SELECT current_user") == role:
        raise BadRole("HUILIU_APP_ROLE names the owner: set HUILIU_OWNER_DATABASE_URL to the owner's address")
    if not await connection.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = $1", role):
        await connection.execute(f'CREATE ROLE "{role}" LOGIN')
    for statement in _statements(role, int(await connection.fetchval("SHOW server_version_num"))):
        await connection.execute(statement)


def _statements(role: str, server: int) -> list[str]:
    tables = ", ".join(ONLY_GROWS)
    return [
        f'GRANT USAGE ON SCHEMA public TO "{role}"',
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"',
        f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"',
        # statistics after a large import; older servers skip ANALYZE with a warning and do it by themselves later
        *([f'GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO "{role}"'] if server >= MAINTAIN_SINCE else []),
        f'REVOKE UPDATE, DELETE, TRUNCATE ON {tables} FROM "{role}"',
    ]
