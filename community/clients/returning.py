"""Who was erased stays away until they act themselves: no file and no full pass makes them a client again.

Kept is only a fingerprint of the number, by a key of its own: it matches no other index and tells nobody's number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from community.clients import personal
from kernel import clock, database, sealing

BANK_NUMBER = "bank_number"
OWN_FIELDS = {BANK_NUMBER: "erased_number", "external_id": "erased_external_id", "openid": "erased_openid"}
"""The kinds of id that are remembered, and the field whose key makes the fingerprint."""

NUMBERS = """
SELECT id, scope, sealed FROM identity WHERE kind = 'bank_number' AND client_id = ANY($1::bigint[])
"""
PLATFORM = """
SELECT kind, scope, value FROM identity WHERE kind IN ('external_id', 'openid') AND client_id = ANY($1::bigint[])
UNION SELECT 'external_id', corpid, external_userid FROM contact WHERE client_id = ANY($1::bigint[])
UNION SELECT 'openid', appid, openid FROM fan WHERE client_id = ANY($1::bigint[])
"""
NOTE = """
INSERT INTO erased_number (kind, scope, value, made_at)
SELECT DISTINCT kind, scope, value, $4::timestamptz FROM unnest($1::text[], $2::text[], $3::text[])
  AS given(kind, scope, value)
ON CONFLICT (kind, scope, value) DO UPDATE SET made_at = excluded.made_at
"""
HELD = "SELECT value, made_at FROM erased_number WHERE kind = $1 AND scope = $2 AND value = ANY($3::text[])"
LIFT = "DELETE FROM erased_number WHERE kind = $1 AND scope = $2 AND value = ANY($3::text[])"
LIFT_NUMBER = "DELETE FROM erased_number WHERE kind = 'bank_number' AND value = $1"


async def note(client_ids: Sequence[int]) -> int:
    """Remember the numbers by which these clients could come back by themselves; before their ids go."""
    found = [
        (BANK_NUMBER, row["scope"], personal.open_bank_number(row["id"], row["sealed"]))
        for row in await database.fetch(NUMBERS, list(client_ids))
    ]
    found += [(row["kind"], row["scope"], row["value"]) for row in await database.fetch(PLATFORM, list(client_ids))]
    told = [(kind, scope, _index(kind, value)) for kind, scope, value in found if value]
    if not told:
        return 0
    kinds, scopes, values = zip(*told, strict=True)
    return await database.execute(NOTE, list(kinds), list(scopes), list(values), clock.now())


async def kept_away(kind: str, scope: str, acts: Mapping[str, datetime | None]) -> frozenset[str]:
    """Who of these was erased and has not acted since; `acts`: when each last acted themselves, None: not known.

    Whoever has acted since the erasure is let in, and forgotten here.
    """
    by_index = {_index(kind, value): value for value in acts}
    away, back = set[str](), list[str]()
    for row in await database.fetch(HELD, kind, scope, list(by_index)) if by_index else []:
        value = by_index[row["value"]]
        acted_at = acts[value]
        if acted_at is not None and acted_at > row["made_at"]:
            back.append(row["value"])
        else:
            away.add(value)
    if back:
        await database.execute(LIFT, kind, scope, back)
    return frozenset(away)


async def is_kept_away(kind: str, scope: str, value: str, acted_at: datetime | None = None) -> bool:
    """The same for one."""
    return bool(await kept_away(kind, scope, {value: acted_at}))


async def lift_number(number: str) -> bool:
    """Let the bank's files make this client number known again; whether it was kept away."""
    return bool(await database.execute(LIFT_NUMBER, _index(BANK_NUMBER, number)))


def _index(kind: str, value: str) -> str:
    return sealing.blind_index(OWN_FIELDS[kind], value)
