"""Telling a client through the member of staff who knows them."""

from __future__ import annotations

from community.clients.models import Client
from community.sending import ledger, telling
from community.sending.models import Send
from staff.models import Staff


async def test_a_member_is_told_which_client_to_tell_by_number_and_never_by_name(db: None) -> None:
    owner = await Staff.create(login="chen", name="陈曦", role="director", wecom_userid="chen")
    client = await Client.create(owner=owner)
    assert await telling.tell(client.id, "您的权益已到账", key="test:1") == "staff_message"
    send = await Send.get()
    assert send.recipient == "chen"
    assert ledger.body_of(send) == f"请转告客户（编号 {client.id}）：您的权益已到账"


async def test_nobody_is_told_when_nothing_reaches_the_client(db: None) -> None:
    client = await Client.create()
    assert await telling.tell(client.id, "您的权益已到账", key="test:1") == ""
    assert await Send.all().count() == 0
