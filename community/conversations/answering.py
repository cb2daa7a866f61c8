"""Automatic answers: opting out and in at once and confirmed, and handing over to a person. Everything else waits."""

from __future__ import annotations

from community.clients import consent, preferences, timeline
from community.conversations import inbound, wording
from community.sending import ledger
from kernel import database, settings

SOURCE = "message"
OWNER = "SELECT s.wecom_userid FROM client c JOIN staff s ON s.id = c.owner_id WHERE c.id = $1 AND s.is_active"


async def answer(
    inbound_id: int, client_id: int, openid: str, text: str, *, is_answered: bool = False, app: str = ""
) -> str:
    """Do what a message orders, in the caller's transaction; returns opt_out, opt_in, hand_over or an empty text.

    app: the account that was written to, through which the answer goes.
    is_answered: the answer to the callback has told the client already, so that nothing is sent a second time.
    """
    order = order_in(text)
    if complains(text):
        await timeline.record(client_id, "complaint.received", channel="oa_service")
        await _tell_director(f"complaint:{inbound_id}", client_id, wording.DIRECTOR_WARNED)
    if not order:
        return ""
    if order == "opt_out":
        await consent.withdraw([client_id], SOURCE)
    elif order == "opt_in":
        await consent.grant([client_id], SOURCE)
    else:
        await _tell_director(f"hand-over:{inbound_id}", client_id, wording.DIRECTOR_ASKED)
    if not is_answered:
        await _confirm(order, inbound_id, client_id, openid, app)
    await inbound.mark_answered(inbound_id, order)
    return order


def order_in(text: str) -> str:
    """What a whole message orders, if anything."""
    return ORDERS.get(wording.plain(text), "")


def complains(text: str) -> bool:
    """Whether a message speaks of a complaint."""
    said = wording.plain(text)
    return any(word in said for word in wording.COMPLAINTS)


async def _confirm(order: str, inbound_id: int, client_id: int, openid: str, app: str) -> None:
    await ledger.plan(
        key=f"answer:{inbound_id}",
        purpose="service",
        channel="oa_service",
        recipient=openid,
        text=REPLIES[order].format(bank=settings.get().bank_name, link=preferences.link(client_id)),
        client_id=client_id,
        app=app,
    )


async def _tell_director(key: str, client_id: int, text: str) -> None:
    userid = await database.fetch_value(OWNER, client_id)
    if userid:
        await ledger.plan(
            key=key,
            purpose="service",
            channel="staff_message",
            recipient=userid,
            text=text.format(client=client_id),
        )


MEANINGS = {"opt_out": wording.OPT_OUT, "opt_in": wording.OPT_IN, "hand_over": wording.HAND_OVER}
ORDERS = {word: order for order, words in MEANINGS.items() for word in words}
REPLIES = {"opt_out": wording.OPTED_OUT, "opt_in": wording.OPTED_IN, "hand_over": wording.HANDED_OVER}
