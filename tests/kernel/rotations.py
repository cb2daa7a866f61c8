"""What tests of the keys need: clients with sealed values, and time that passes for the keys."""

from __future__ import annotations

from community.clients import personal
from kernel import database, keyring, rotating
from kernel.models import KeyRotation


async def make_clients(count: int, start: int = 0) -> list[int]:
    """Clients with names, phones and their indexes, the same for the same numbers."""
    ids = [row["id"] for row in await database.fetch(
        "SELECT nextval(pg_get_serial_sequence('client', 'id')) AS id FROM generate_series(1, $1::int)", count
    )]  # fmt: skip
    rows = []
    for number, client_id in enumerate(ids, start):
        name, phone = name_of(number), phone_of(number)
        rows.append(
            (
                client_id,
                personal.seal_name(client_id, name),
                personal.name_index(name),
                personal.seal_phone(client_id, phone),
                personal.phone_index(phone),
                personal.phone_tail_index(phone),
            )
        )
    columns = ("id", "name_sealed", "name_index", "phone_sealed", "phone_index", "phone_tail_index")
    async with database.transaction():
        await database.copy_in("client", columns, rows)
    return ids


def name_of(number: int) -> str:
    """The name of the n-th client."""
    return f"赵{number}"


def phone_of(number: int) -> str:
    """The phone of the n-th client."""
    return f"138{number:08d}"


async def let_time_pass() -> None:
    """The keys' times lie an hour back: what was announced may be used, what was retired has settled."""
    await database.execute(
        "UPDATE data_key SET announced_at = announced_at - interval '1 hour',"
        " retired_at = retired_at - interval '1 hour'"
    )


async def finish(rotation: KeyRotation) -> KeyRotation:
    """Work until the rotation is done."""
    for _ in range(6):
        await let_time_pass()
        while await rotating.work(0.2):
            pass
        await rotation.refresh_from_db()
        if rotation.state == "done":
            return rotation
    raise AssertionError(f"the rotation did not end: {rotation.state}")


async def rotate() -> KeyRotation:
    """A whole rotation."""
    rotation = await finish(await rotating.begin(None))
    await keyring.reread()
    return rotation
