"""What is said in the answer to the callback itself: in memory and at once, because WeChat waits and asks again."""

from __future__ import annotations

from community.conversations import answering
from wechat import accounts, replies
from wechat.apps import App
from wechat.events import Event, TextMessage

ORDER_LENGTH = 64
"""An order is one word; folding a long text letter by letter would hold up every other callback."""


def reply_to(app: App, event: Event) -> bytes | None:
    """The body to answer this callback with; None: only that it was accepted. The same callback gets the same reply."""
    if not is_answered(app, event):
        return None
    return replies.sealed(app, replies.transfer_to_staff(event.fields))


def is_answered(app: App, event: Event) -> bool:
    """Whether the callback's own answer says what there is to say, so that nothing more may be sent about it.

    Asking for a person is: WeChat's own customer service takes over from there. Other orders need the client's own
    link, which is in the database, so they are answered afterwards.
    """
    return may_answer(app) and isinstance(event, TextMessage) and asks_for_person(event.text)


def may_answer(app: App) -> bool:
    """Whether anything is said at once for this account."""
    return app.side == "official_account" and not app.is_paused


def asks_for_person(text: str) -> bool:
    """Whether a message is nothing but the wish to speak with a person."""
    return len(text) <= ORDER_LENGTH and answering.order_in(text) == "hand_over"


def was_answered(event: Event) -> bool:
    """The same of a callback that was stored: whether its client has heard from us already."""
    app = accounts.find(event.side, event.app)
    return app is not None and is_answered(app, event)
