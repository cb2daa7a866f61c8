"""Telling a client through the member of staff who knows them."""

from __future__ import annotations

import pytest

from community.clients.models import Client
from community.sending import ledger, telling
from community.sending.models import Send
from community.sending.telling import Message
from staff.models import Staff
from tests.community.sending.staging import Stage, drain, states


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


@pytest.mark.usefixtures("awake")
async def test_many_are_told_at_once_each_once_and_only_whom_something_reaches(stage: Stage) -> None:
    people = await stage.followers(3)
    stranger = await Client.create()
    messages = [
        Message(client_id, f"第 {place} 份权益", key=f"test:{place}")
        for place, client_id in enumerate([*people.values(), stranger.id])
    ]
    told = await telling.tell_many(messages, step="benefit")
    assert told == {f"test:{place}": "oa_service" for place in range(3)}
    assert await telling.tell_many(messages, step="benefit") == told
    assert await Send.all().count() == 3
    await drain()
    assert await states() == {"delivered": 3}
    assert await stage.reached(text="第 1 份权益") == {list(people)[1]: 1}
