"""A client wrote to the official account."""

from __future__ import annotations

from community.clients import fans, timeline
from community.conversations import answering, inbound
from webhooks import answering_at_once
from webhooks.official_account import acting
from wechat.events import Message, TextMessage


async def text_received(event: TextMessage) -> None:
    """Keep it, open the window of 48 hours, and answer what is an order (opting out, asking for a person)."""
    kept = await _keep(event, "text")
    if kept is not None:
        inbound_id, client_id = kept
        is_answered = answering_at_once.was_answered(event)
        await answering.answer(inbound_id, client_id, event.sender, event.text, is_answered=is_answered, app=event.app)


async def message_received(event: Message) -> None:
    """A picture, voice or the like: kept with what could be read from it."""
    await _keep(event, event.kind)


async def _keep(event: TextMessage | Message, kind: str) -> tuple[int, int] | None:
    appid = event.app
    client_id = await acting.client_of(appid, event.sender, event.at)
    if client_id is None:
        return None
    inbound_id = await inbound.keep(client_id, "official_account", f"{appid}:{event.msg_id}", event.text, event.at)
    if inbound_id is None:
        return None
    await fans.open_window(client_id, appid, event.sender, "message", event.at)
    await timeline.record(client_id, "message.received", at=event.at, type=kind)
    return inbound_id, client_id
