"""One person behind many ids: openid and external id are joined by unionid, a bank's number by its blind index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from community.clients import merging, personal, returning
from community.clients.models import IDENTITY_KINDS, Client, Identity
from kernel import clock, database, records

LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended(name, 0))
FROM (SELECT DISTINCT name FROM unnest($1::text[]) AS given(name) ORDER BY name) sorted
"""
KNOWN = """
SELECT value, client_id FROM identity WHERE kind = $1 AND scope = $2 AND value = ANY($3::text[])
"""
STANDING = """
SELECT i.value, i.client_id, c.merged_into_id FROM identity i JOIN client c ON c.id = i.client_id
WHERE i.kind = $1 AND i.scope = $2 AND i.value = ANY($3::text[])
"""
ADD = """
INSERT INTO identity (client_id, kind, scope, value)
SELECT client_id, $1, $2, value FROM unnest($3::bigint[], $4::text[]) AS given(client_id, value)
ON CONFLICT (kind, scope, value) DO NOTHING
"""
CLAIM = ADD + " RETURNING value, client_id"
NEW_CLIENTS = "INSERT INTO client (id, source, created_at) SELECT id, $2, $3 FROM unnest($1::bigint[]) AS given(id)"
SURVIVORS = """
WITH RECURSIVE chain AS (
  SELECT id AS gone, merged_into_id AS kept FROM client
  WHERE id = ANY($1::bigint[]) AND merged_into_id IS NOT NULL
  UNION
  SELECT chain.gone, c.merged_into_id FROM chain JOIN client c ON c.id = chain.kept
  WHERE c.merged_into_id IS NOT NULL
)
SELECT gone, kept FROM chain JOIN client c ON c.id = chain.kept AND c.merged_into_id IS NULL
"""
NUMBERED = """
SELECT client_id FROM identity WHERE kind = 'bank_number' AND scope = $1 AND client_id = ANY($2::bigint[])
"""
NUMBER = """
INSERT INTO identity (id, client_id, kind, scope, value, sealed)
SELECT id, client_id, 'bank_number', $1, value, sealed
FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bytea[]) AS given(id, client_id, value, sealed)
ON CONFLICT (kind, scope, value) DO NOTHING
"""
UNIONID = ("unionid", "")
"""Kind and scope under which unionids are kept."""


class Found(NamedTuple):
    """The client behind an id, and whether this call made them."""

    client_id: int
    is_new: bool


async def find_or_create(kind: str, scope: str, value: str, *, source: str, unionid: str = "") -> Client:
    """The client behind an id; a unionid joins them with whom we know under another id. Safe in a race."""
    found = await find_or_create_many(kind, scope, [(value, unionid)], source=source)
    return await Client.get(id=found[value].client_id)


async def find_or_create_many(
    kind: str, scope: str, given: Sequence[tuple[str, str]], *, source: str
) -> dict[str, Found]:
    """The same for many (value, unionid or empty) of one kind and scope; by value."""
    if kind not in IDENTITY_KINDS:
        raise ValueError(f"unknown kind of identity {kind}")
    unionids = {value: unionid for value, unionid in given if unionid}
    values = list(dict.fromkeys(value for value, _ in given))
    known_all = await find_known(kind, scope, given)
    if known_all is not None:
        return known_all
    async with database.transaction():
        await _lock_names([*(f"{kind}|{scope}|{value}" for value in values), *(f"u|{u}" for u in unionids.values())])
        known = await _known(kind, scope, values)
        by_union = await _known(*UNIONID, list(unionids.values()))
        reserved = await records.reserve_ids("client", sum(value not in known for value in values))
        placed, made = _place([value for value in values if value not in known], unionids, by_union, reserved)
        await _write(kind, scope, made, placed, source)
        found = known | placed
        await _join(found, unionids, by_union)
        # who was made just now is merged into nobody
        survivors = await _survivors(list(found.values())) if known or unionids else {}
    return {value: Found(survivors.get(found[value], found[value]), found[value] in made) for value in values}


async def find_known(kind: str, scope: str, given: Sequence[tuple[str, str]]) -> dict[str, Found] | None:
    """Those behind (value, unionid or empty), when nothing has to be made or joined; None otherwise.

    Needs no lock: an id never changes hands but by a merge, which leaves a trace.
    """
    values = list(dict.fromkeys(value for value, _ in given))
    rows = await database.fetch(STANDING, kind, scope, values) if values else []
    if len(rows) < len(values) or any(row["merged_into_id"] is not None for row in rows):
        return None
    found = {row["value"]: Found(row["client_id"], False) for row in rows}
    unionids = {value: unionid for value, unionid in given if unionid}
    by_union = await _known(*UNIONID, list(unionids.values()))
    is_joined = all(by_union.get(unionid) == found[value].client_id for value, unionid in unionids.items())
    return found if is_joined else None


async def make_many(kind: str, scope: str, values: Sequence[str], *, source: str) -> dict[str, int]:
    """The clients behind very many ids that we most likely don't know, made at once; by id.

    No lock per name is taken: the unique index decides who is first, and surplus rows of the second are removed.
    """
    async with database.transaction():
        reserved = await records.reserve_ids("client", len(values))
        await database.execute(NEW_CLIENTS, list(reserved), source, clock.now())
        claimed = await database.fetch(CLAIM, kind, scope, reserved, list(values))
        made = {row["value"]: row["client_id"] for row in claimed}
        surplus = set(reserved) - set(made.values())
        if surplus:
            await database.execute("DELETE FROM client WHERE id = ANY($1::bigint[])", list(surplus))
            known = await _known(kind, scope, [value for value in values if value not in made])
            made |= await _surviving(known)
    return made


async def find(kind: str, scope: str, value: str, *, source: str) -> Found:
    """The client behind an id, made when nobody is known by it; without reading the client's row."""
    return (await find_or_create_many(kind, scope, [(value, "")], source=source))[value]


async def find_acting(kind: str, scope: str, value: str, at: datetime | None, *, source: str) -> int | None:
    """The client who has just acted under an id; None: they were erased, and have not acted since.

    Only whom we don't know can have been erased: the others cost one look.
    """
    row = await database.fetch_one(STANDING, kind, scope, [value])
    if row is not None and row["merged_into_id"] is None:
        client_id: int = row["client_id"]
        return client_id
    if await returning.is_kept_away(kind, scope, value, at):
        return None
    return (await find(kind, scope, value, source=source)).client_id


async def standing(client_id: int) -> int | None:
    """Who stands for this client today; None when there is no such client, or they were erased."""
    is_there = "SELECT 1 FROM client WHERE id = $1 AND erased_at IS NULL"
    if await database.fetch_value(is_there, client_id) is None:
        return None
    return await survivor_of(client_id)


async def client_of(kind: str, scope: str, value: str) -> int | None:
    """The client behind an id (for bank_number: the number itself), or None."""
    if kind == "bank_number":
        value = personal.bank_number_index(value)
    found = await _known(kind, scope, [value])
    return found.get(value)


async def survivor_of(client_id: int) -> int:
    """Who stands for this client today: the client itself, or whom it was merged into (an old link may name it)."""
    return (await _survivors([client_id])).get(client_id, client_id)


async def learn_unionid(client_id: int, unionid: str) -> int:
    """Note the client's unionid; whom we knew under it becomes the same client. Returns who remains."""
    async with database.transaction():
        await _lock_names([f"u|{unionid}"])
        known = await _known(*UNIONID, [unionid])
        await _join({"": client_id}, {"": unionid}, known)
        return (await _survivors([client_id])).get(client_id, client_id)


async def link_bank_number(client_id: int, bank: str, number: str) -> int:
    """Say that this client is the bank's `number`; a client known under it is merged. Returns who remains."""
    index = personal.bank_number_index(number)
    async with database.transaction():
        await _lock_names([f"bank_number|{bank}|{index}"])
        other = (await _known("bank_number", bank, [index])).get(index)
        if other is None:
            (identity_id,) = await records.reserve_ids("identity", 1)
            sealed = personal.seal_bank_number(identity_id, number)
            await Identity.create(
                id=identity_id, client_id=client_id, kind="bank_number", scope=bank, value=index, sealed=sealed
            )
            return client_id
        # the bank's own row keeps its number: holdings and balances point at it
        await merge(other, client_id)
        return other


async def bind_bank_numbers(bank: str, unionids: Mapping[str, str]) -> int:
    """Give whom WeChat knows the bank number of their unionid, by number; returns how many got one.

    Only new numbers and clients without one: no second row is made that would have to be merged at once.
    """
    numbers = {personal.bank_number_index(number): number for number in unionids}
    async with database.transaction():
        known = await _known("bank_number", bank, list(numbers))
        by_union = await _known(*UNIONID, list(unionids.values()))
        has_number = await database.fetch(NUMBERED, bank, list(by_union.values()))
        taken = {row["client_id"] for row in has_number}
        pairs = {index: by_union.get(unionids[number]) for index, number in numbers.items() if index not in known}
        wanted = {index: client_id for index, client_id in pairs.items() if client_id and client_id not in taken}
        ids = await records.reserve_ids("identity", len(wanted))
        sealed = [personal.seal_bank_number(one, numbers[index]) for one, index in zip(ids, wanted, strict=True)]
        if not wanted:
            return 0
        return await database.execute(NUMBER, bank, ids, list(wanted.values()), list(wanted), sealed)


async def learn_unionids(unionids: Mapping[int, str]) -> int:
    """Note unionids by client; whom we knew under one becomes the same client. Returns how many changed."""
    async with database.transaction():
        await _lock_names([f"u|{unionid}" for unionid in unionids.values()])
        known = await _known(*UNIONID, list(unionids.values()))
        news = {client_id: unionid for client_id, unionid in unionids.items() if known.get(unionid) != client_id}
        fresh = {client_id: unionid for client_id, unionid in news.items() if unionid not in known}
        if fresh:
            await database.execute(ADD, *UNIONID, list(fresh), list(fresh.values()))
        for client_id, unionid in news.items():
            if client_id not in fresh:
                await learn_unionid(client_id, unionid)
        return len(news)


async def merge(keep_id: int, gone_id: int) -> None:
    """Make two clients one: everything that points at the second points at the first; nothing is deleted."""
    if keep_id != gone_id:
        await merging.merge(keep_id, gone_id)


async def _lock_names(names: Sequence[str]) -> None:
    # two callers who meet a new person at the same moment wait for each other instead of making them twice
    await database.fetch(LOCK, list(names))


async def _known(kind: str, scope: str, values: Sequence[str]) -> dict[str, int]:
    rows = await database.fetch(KNOWN, kind, scope, list(values)) if values else []
    return {row["value"]: row["client_id"] for row in rows}


def _place(
    strangers: Sequence[str], unionids: dict[str, str], by_union: dict[str, int], reserved: Sequence[int]
) -> tuple[dict[str, int], set[int]]:
    # whose unionid we know joins that client; two strangers with one unionid are one person as well
    placed: dict[str, int] = {}
    made: set[int] = set()
    for value, new_id in zip(strangers, reserved, strict=True):
        union = unionids.get(value, "")
        placed[value] = by_union.setdefault(union, new_id) if union else new_id
        if placed[value] == new_id:
            made.add(new_id)
    return placed, made


async def _write(kind: str, scope: str, made: set[int], fresh: dict[str, int], source: str) -> None:
    if made:
        await database.execute(NEW_CLIENTS, list(made), source, clock.now())
    if fresh:
        await database.execute(ADD, kind, scope, list(fresh.values()), list(fresh))


async def _join(found: dict[str, int], unionids: dict[str, str], by_union: dict[str, int]) -> None:
    if unionids:
        clients = [found[value] for value in unionids]
        await database.execute(ADD, *UNIONID, clients, list(unionids.values()))
    for value, unionid in unionids.items():
        other = by_union.get(unionid)
        if other is not None and other != found[value]:
            keep, gone = await merging.choose(other, found[value])
            await merge(keep, gone)


async def _surviving(found: dict[str, int]) -> dict[str, int]:
    kept = await _survivors(list(found.values()))
    return {value: kept.get(client_id, client_id) for value, client_id in found.items()}


async def _survivors(client_ids: Sequence[int]) -> dict[int, int]:
    return {row["gone"]: row["kept"] for row in await database.fetch(SURVIVORS, list(client_ids))}
