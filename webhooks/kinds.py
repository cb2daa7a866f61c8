"""What a callback is called on a screen, and which lane it takes."""

from __future__ import annotations

import re

from wechat.events import ContactAdded, Event, Unrecognised

URGENT, ORDINARY = "urgent", "callbacks"
KIND_LENGTH = 60
WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])")
UNSAFE = re.compile(r"[^A-Za-z_.-]+")
"""Digits, too: the names of events have none, and this one is kept readable, whatever somebody put there."""


def kind_of(event: Event) -> str:
    """contact_added and the like; of an unrecognised callback what it calls itself, with a question mark in front."""
    if not isinstance(event, Unrecognised):
        return WORD_START.sub("_", type(event).__name__).lower()
    names = [str(event.fields.get(name) or "") for name in ("MsgType", "Event", "ChangeType")]
    own = ".".join(UNSAFE.sub("_", name) for name in names if name)
    return f"?{own}"[:KIND_LENGTH]


def lane_of(event: Event) -> str:
    """Urgent when a welcome code runs out in 20 s."""
    return URGENT if isinstance(event, ContactAdded) and event.welcome_code else ORDINARY
