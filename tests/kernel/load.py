"""People at work while the keys change: they read, change and search, and every answer is held against what is true."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field

from community.clients import personal
from kernel import database, sealing
from kernel.records import reserve_ids
from tests.kernel.rotations import make_clients, name_of, phone_of

CHUNK = 20_000
TAIL = 10_000


@dataclass
class Bank:
    """What was filled in, and what is true now: `names` holds those that were changed since."""

    clients: list[int] = field(default_factory=list)
    identities: list[int] = field(default_factory=list)
    sends: list[int] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    changing: set[int] = field(default_factory=set)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    changes: int = 0
    phases: dict[str, float] = field(default_factory=dict)

    def name(self, number: int) -> str:
        """The name of the n-th client now."""
        return self.names.get(number, name_of(number))

    def took(self, phase: str, began: float) -> None:
        """Note how long one look-up lasted."""
        self.phases.setdefault(phase, began)
        self.seconds.setdefault(phase, []).append(time.perf_counter() - began)

    def p99_ms(self, phase: str) -> float:
        """The 99th percentile of a phase's reads, in milliseconds."""
        found = sorted(self.seconds[phase])
        return round(found[int(len(found) * 0.99)] * 1000, 1)


async def fill(clients: int, identities: int, sends: int) -> Bank:
    """Clients with name and phone, identities with a bank number, sends with their text."""
    bank = Bank()
    for start in range(0, clients, CHUNK):
        bank.clients += await make_clients(min(CHUNK, clients - start), start)
    for start in range(0, identities, CHUNK):
        bank.identities += await _identities(bank, start, min(CHUNK, identities - start))
    for start in range(0, sends, CHUNK):
        bank.sends += await _sends(bank, start, min(CHUNK, sends - start))
    await database.execute_script("ANALYZE client; ANALYZE identity; ANALYZE send")
    return bank


async def work(bank: Bank, phase: list[str], stop: asyncio.Event) -> None:
    """Readers, searchers and writers, until told to stop; `phase` holds the name of what goes on now."""
    await asyncio.gather(*(_one(bank, phase, stop, random.Random(seed)) for seed in range(4)))


async def _one(bank: Bank, phase: list[str], stop: asyncio.Event, dice: random.Random) -> None:
    acts = (_read, _read, _read_other, _search, _search, _change)
    while not stop.is_set():
        number, name, began = dice.randrange(len(bank.clients)), phase[0], time.perf_counter()
        try:
            await dice.choice(acts)(bank, number)
        except (sealing.Unreadable, AssertionError) as error:
            bank.wrong.append(f"{type(error).__name__}: {error}")
        bank.took(name, began)
        await asyncio.sleep(0.002)


async def _read(bank: Bank, number: int) -> None:
    row = await database.fetch_one("SELECT * FROM client WHERE id = $1", bank.clients[number])
    assert row is not None
    was_changing, expected = number in bank.changing, bank.name(number)
    found = personal.open_name(row["id"], row["name_sealed"])
    assert found == expected or was_changing or number in bank.changing or found == bank.name(number), "name"
    assert personal.open_phone(row["id"], row["phone_sealed"]) == phone_of(number), "phone"


async def _read_other(bank: Bank, number: int) -> None:
    if bank.identities:
        at = number % len(bank.identities)
        row = await database.fetch_one("SELECT id, sealed FROM identity WHERE id = $1", bank.identities[at])
        assert row is not None
        assert personal.open_bank_number(row["id"], row["sealed"]) == f"N{at}", "bank number"
    if bank.sends:
        at = number % len(bank.sends)
        row = await database.fetch_one("SELECT id, body_sealed FROM send WHERE id = $1", bank.sends[at])
        assert row is not None
        text = sealing.unseal(row["body_sealed"], table="send", column="body_sealed", row=row["id"])
        assert text == f"第 {at} 条消息，您好", "text of a send"


async def _search(bank: Bank, number: int) -> None:
    client_id = bank.clients[number]
    phone = phone_of(number)
    assert await _found("phone_index", personal.phone_index(phone)) == [client_id], "search by phone"
    tail = sorted(bank.clients[number % TAIL :: TAIL])
    assert await _found("phone_tail_index", personal.phone_tail_index(phone)) == tail, "search by last four digits"
    if number not in bank.changing:
        found = await _found("name_index", personal.name_index(bank.name(number)))
        assert found == [client_id] or number in bank.changing or number in bank.names, "search by name"


async def _change(bank: Bank, number: int) -> None:
    if number in bank.changing:
        return
    bank.changing.add(number)
    name = f"钱{number}次{bank.changes}"
    client_id = bank.clients[number]
    await database.execute(
        "UPDATE client SET name_sealed = $2, name_index = $3 WHERE id = $1",
        client_id, personal.seal_name(client_id, name), personal.name_index(name),
    )  # fmt: skip
    bank.names[number] = name
    bank.changes += 1
    bank.changing.discard(number)
    assert await _found("name_index", personal.name_index(name)) == [client_id] or bank.name(number) != name, "new name"


async def _found(column: str, value: str | None) -> list[int]:
    rows = await database.fetch(f"SELECT id FROM client WHERE {column} = $1 ORDER BY id", value)
    return [row["id"] for row in rows]


async def _identities(bank: Bank, start: int, count: int) -> list[int]:
    ids = await reserve_ids("identity", count)
    rows = [
        (
            one, bank.clients[number % len(bank.clients)], "bank_number", "haiyue",
            personal.bank_number_index(f"N{number}"), personal.seal_bank_number(one, f"N{number}"),
        )
        for number, one in enumerate(ids, start)
    ]  # fmt: skip
    async with database.transaction():
        await database.copy_in("identity", ("id", "client_id", "kind", "scope", "value", "sealed"), rows)
    return ids


async def _sends(bank: Bank, start: int, count: int) -> list[int]:
    ids = await reserve_ids("send", count)
    now = await database.fetch_value("SELECT now()")
    rows = [
        (
            one, f"load:{number}", "marketing", "oa_template", bank.clients[number % len(bank.clients)], "o", "",
            sealing.seal(f"第 {number} 条消息，您好", table="send", column="body_sealed", row=one), "delivered", now,
        )
        for number, one in enumerate(ids, start)
    ]  # fmt: skip
    columns = (
        "id", "key", "purpose", "channel", "client_id", "recipient", "sender_userid", "body_sealed", "state", "due_at"
    )  # fmt: skip
    async with database.transaction():
        await database.copy_in("send", columns, rows)
    return ids
