"""What a callback is called on a screen, and which lane it takes."""

from __future__ import annotations

import re

from wechat import events, recognition
from wechat.events import Broken, ContactAdded, Event, Fields, Side, Unrecognised
from wechat.reading import word_of

URGENT, MESSAGES, ORDINARY = "urgent", "messages", "callbacks"
LANES = (URGENT, MESSAGES, ORDINARY)
"""In the order in which they are handled; each has a queue of the same name."""
AWAITED = (
    events.TextMessage,
    events.Message,
    events.MenuTapped,
    events.Scanned,
    events.Followed,
    events.Unfollowed,
)
"""What a client did and now looks at the phone for; after all but a message WeChat lets us answer for a minute only.
Leaving goes with following, so that the two keep their order."""
AWAITED_WORDS = frozenset(word_of(kind) for kind in AWAITED)
TEXT, CONTACT = word_of(events.TextMessage), word_of(ContactAdded)
KIND_LENGTH = 60
UNSAFE = re.compile(r"[^A-Za-z_.-]+")
"""Digits, too: the names of events have none, and this one is kept readable, whatever somebody put there."""


def sorted_in(side: Side, fields: Fields) -> tuple[str, str]:
    """Kind and lane of a callback's fields, for the door: as of its event, without the cost of making one."""
    word = recognition.word_for(side, fields)
    if word == CONTACT and fields.get("WelcomeCode"):
        return word, URGENT
    return word or _own_name(fields), MESSAGES if word in AWAITED_WORDS else ORDINARY


def kind_of(event: Event) -> str:
    """contact_added and the like; of an unrecognised callback what it calls itself, with a question mark in front."""
    if isinstance(event, Broken):
        return event.meant
    return _own_name(event.fields) if isinstance(event, Unrecognised) else word_of(type(event))


def lane_of(event: Event) -> str:
    """Urgent when a welcome code runs out in 20 s; then what a client waits for; then the rest."""
    if isinstance(event, ContactAdded) and event.welcome_code:
        return URGENT
    return MESSAGES if isinstance(event, AWAITED) else ORDINARY


def _own_name(fields: Fields) -> str:
    names = [str(fields.get(name) or "") for name in ("MsgType", "Event", "ChangeType")]
    own = ".".join(UNSAFE.sub("_", name) for name in names if name)
    return f"?{own}"[:KIND_LENGTH]
