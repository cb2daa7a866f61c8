"""Addresses of ours that stand for another: signed, so that a tap tells whose message it was, and nobody makes one up.

In a message of its own each client has an own address. A message that a member sends to many at once is one text for
all of them, so its address names the member only: personal addresses would cost the member a tap for each client.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from campaigns.content.models import TrackedLink
from community.sending import carrying
from community.sending.carrying import Receiver
from kernel import clock, settings, signing
from kernel.errors import NotFound
from staff.models import Staff

PATH = "/l/"
GOOD_FOR = timedelta(days=400)
A_DAY = timedelta(days=1)
SIGNATURE = 10
PURPOSE = "link"
LARGEST = 2**63
_STAFF_KEPT_S = 60.0
_staff: dict[tuple[str, str], tuple[float, int]] = {}


class Told(NamedTuple):
    """What an address says: the link, the client (0: not named) and the member of staff (0: nobody)."""

    link_id: int
    client_id: int
    staff_id: int


async def track(source: str, step: str, url: str, title: str = "") -> TrackedLink:
    """The link of a source, a step and an address, to be put into a message; asked again it is the same one."""
    made, _is_new = await TrackedLink.get_or_create(
        source=source, step=step, url=url, defaults={"title": title.strip()[:80]}
    )
    await _note_use(made)
    return made


def address(link_id: int, client_id: int = 0, staff_id: int = 0) -> str:
    """The public address of a link for a client, or in the messages of a member; the same each time it is asked for."""
    return f"{settings.get().public_url}{PATH}{token(link_id, client_id, staff_id)}"


def token(link_id: int, client_id: int = 0, staff_id: int = 0) -> str:
    """The signed part of the address."""
    told = b"".join(_packed(number) for number in (link_id, client_id, staff_id))
    return base64.urlsafe_b64encode(told + _signature(told)).decode().rstrip("=")


def read(given: str) -> Told:
    """What a token says. NotFound: made up, altered, or cut off."""
    if not given.isascii() or len(given) > 60:
        raise _no_good()
    try:
        packed = base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _no_good() from error
    told, signature = packed[:-SIGNATURE], packed[-SIGNATURE:]
    if not told or not hmac.compare_digest(signature, _signature(told)):
        raise _no_good()
    return Told(*_unpacked(told))


async def open_token(given: str) -> tuple[TrackedLink, Told]:
    """The link behind a token. NotFound: no good, or in no message for GOOD_FOR."""
    told = read(given)
    link = await TrackedLink.get_or_none(id=told.link_id)
    # a journey says the same link for years: what counts is when it was said last, not when it was made
    if link is None or _used_at(link) < clock.now() - GOOD_FOR:
        raise _no_good()
    return link, told


async def staff_of(userids: Iterable[str], app: str) -> dict[str, int]:
    """Userid -> member of staff in one corp; those who are not known are left out."""
    now, found, asked = time.monotonic(), dict[str, int](), list[str]()
    for userid in {one for one in userids if one}:
        at, staff_id = _staff.get((userid, app), (float("-inf"), 0))
        if now - at > _STAFF_KEPT_S:
            asked.append(userid)
        elif staff_id:
            found[userid] = staff_id
    if asked:
        known = {one.wecom_userid: one.id for one in await Staff.filter(wecom_userid__in=asked)}
        for userid in asked:
            _staff[userid, app] = (now, known.get(userid, 0))
        found |= {userid: known[userid] for userid in asked if userid in known}
    return found


async def address_for(link_id: int, url: str, receiver: Receiver) -> str:
    """The address of a card at the moment of sending; a link that is gone stays what it was."""
    link = await TrackedLink.get_or_none(id=link_id)
    if link is None:
        return url
    await _note_use(link)
    staff = await staff_of([receiver.sender_userid], receiver.app)
    return address(link_id, receiver.client_id or 0, staff.get(receiver.sender_userid, 0))


def _used_at(link: TrackedLink) -> datetime:
    return link.used_at or link.created_at


async def _note_use(link: TrackedLink) -> None:
    # to the day is enough: a row that many messages share is not to be written for each of them
    now = clock.now()
    if now - _used_at(link) >= A_DAY:
        link.used_at = now
        await link.save(update_fields=["used_at"])


def _packed(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def _unpacked(told: bytes) -> tuple[int, int, int]:
    numbers, number, shift = list[int](), 0, 0
    for byte in told:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            numbers.append(number)
            number, shift = 0, 0
    if len(numbers) != 3 or shift or any(one >= LARGEST for one in numbers):
        raise _no_good()
    return numbers[0], numbers[1], numbers[2]


def _signature(told: bytes) -> bytes:
    return bytes.fromhex(signing.keyed_hash(PURPOSE, told.hex()))[:SIGNATURE]


def _no_good() -> NotFound:
    return NotFound("这个链接已失效，请联系您的客户经理")


carrying.register(address_for)
