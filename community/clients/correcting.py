"""Putting right what we hold of a client at their own word: name and phone, with what stood there before."""

from __future__ import annotations

from typing import NamedTuple

from community.clients import personal
from community.clients.models import Client
from kernel import database
from kernel.errors import NotFound


class Change(NamedTuple):
    """One field as it was and as it is."""

    label: str
    before: str
    after: str


async def correct(client_id: int, *, name: str = "", phone: str = "") -> list[Change]:
    """Write the new values (empty: leave); what changed. In the caller's transaction, who records it."""
    async with database.transaction():
        client = await Client.filter(id=client_id, merged_into_id=None).select_for_update().first()
        if client is None:
            raise NotFound()
        changes = []
        if name and name != (old := personal.open_name(client_id, client.name_sealed)):
            changes.append(Change("姓名", old, name))
            client.name_sealed, client.name_index = personal.seal_name(client_id, name), personal.name_index(name)
        if phone and phone != (old := personal.open_phone(client_id, client.phone_sealed)):
            changes.append(Change("手机", old, phone))
            client.phone_sealed, client.phone_index = personal.seal_phone(client_id, phone), personal.phone_index(phone)
            client.phone_tail_index = personal.phone_tail_index(phone)
        fields = ["name_sealed", "name_index", "phone_sealed", "phone_index", "phone_tail_index"]
        await client.save(update_fields=fields)
    return changes
