"""What a person looks for among clients travels sealed: names and numbers never stand in an address or a parameter."""

from __future__ import annotations

import base64
import binascii

from kernel import sealing
from staff.models import Staff


def seal(words: str, person: Staff) -> str:
    """The words as a text for an address, good for this person only."""
    sealed = sealing.seal(words, table="search", column="words", row=person.id)
    return base64.urlsafe_b64encode(sealed).decode()


def unseal(found: str, person: Staff) -> str:
    """The words again; empty for what is not this person's: a link that is passed on finds and tells nothing."""
    try:
        sealed = base64.urlsafe_b64decode(found.encode())
        return sealing.unseal(sealed, table="search", column="words", row=person.id) if sealed else ""
    except (binascii.Error, sealing.Unreadable, UnicodeEncodeError):
        return ""
