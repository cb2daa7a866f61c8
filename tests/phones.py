"""The authenticator app of a person in the tests: scans what a page shows, shows the code of any moment."""

from __future__ import annotations

import re
from datetime import datetime

import pyotp

from kernel import clock
from staff.access import second_factor
from staff.models import Staff

LETTERS = re.compile(r"<code>([A-Z2-7 ]{20,})</code>")
DRAFT = re.compile(r'name="draft" value="([^"]+)"')


class Phone:
    """One scanned secret."""

    def __init__(self, letters: str) -> None:
        self._source = pyotp.TOTP(letters.replace(" ", ""))

    def code(self, at: datetime | None = None) -> str:
        """What the app shows now, or at a moment."""
        return self._source.at(at or clock.now())


def scan(page: str) -> tuple[Phone, str]:
    """The phone that scanned this page, and the page's sealed draft."""
    letters, draft = LETTERS.search(page), DRAFT.search(page)
    assert letters is not None
    assert draft is not None
    return Phone(letters[1]), draft[1]


async def set_up(person: Staff) -> Phone:
    """Give a person a second factor; the phone's present code has been used by that."""
    draft = second_factor.begin(person)
    phone = Phone(draft.letters)
    await second_factor.confirm(person, draft.sealed, phone.code())
    return phone
