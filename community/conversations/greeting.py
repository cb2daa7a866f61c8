"""The first words to a new contact, within the 20 seconds that WeCom allows."""

from __future__ import annotations

from datetime import datetime, timedelta

from community.clients.contacts import Added
from community.conversations import wording
from community.sending import ledger
from kernel import settings
from staff.models import Staff

CODE_LIVES = timedelta(seconds=20)


async def greet(
    contact: Added, client_id: int, external_userid: str, userid: str, code: str, at: datetime, *, corp: str = ""
) -> None:
    """Plan the welcome of this beginning of the contact, once; `at` is when WeCom made the code, `corp` whose."""
    await ledger.plan(
        key=f"welcome:{contact.id}:{contact.times_added}",
        purpose="service",
        channel="wecom_welcome",
        recipient=external_userid,
        text=await _text(contact.staff_id),
        client_id=client_id,
        sender_userid=userid,
        app=corp,
        expires_at=at + CODE_LIVES,
        welcome_code=code,
    )


async def _text(staff_id: int | None) -> str:
    bank = settings.get().bank_name
    person = await Staff.get_or_none(id=staff_id) if staff_id is not None else None
    if person is None:
        return wording.CONTACT_WELCOME_NAMELESS.format(bank=bank)
    return wording.CONTACT_WELCOME.format(bank=bank, staff=person.name)
