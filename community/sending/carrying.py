"""What a send carries at the moment of its call: files with ids that WeCom knows now, links with an address of ours.

A row of the ledger names a file by our own number and a link by its own address, because media ids end after three days
and a tracked address is made for whoever gets it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from community.sending import attachments, media
from wechat.shapes import Attachment


@dataclass(frozen=True, slots=True)
class Receiver:
    """For whom links are made: the client when the message has only one, and the member who sends it."""

    client_id: int | None
    sender_userid: str
    app: str


Addresser = Callable[[int, str, Receiver], Awaitable[str]]
_addressers: list[Addresser] = []


def register(addresser: Addresser) -> None:
    """Make `addresser` answer for tracked links: (number, plain address, receiver) -> the address to send."""
    _addressers[:] = [addresser]


async def ready(channel: str, receiver: Receiver, rows: Iterable[Mapping[str, Any]]) -> list[Attachment]:
    """The attachments as the gateway takes them. Raises WeChatFault when a file can't be brought to WeCom.

    Accounts of the other side can't carry files of this one: there only links remain.
    """
    return attachments.from_rows([made for row in rows if (made := await _one(channel, receiver, row)) is not None])


def assets_in(rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """The numbers of the files that rows carry."""
    return [int(row[name]) for row in rows for name in ("asset", "cover") if row.get(name)]


async def _one(channel: str, receiver: Receiver, row: Mapping[str, Any]) -> dict[str, Any] | None:
    made = dict(row)
    asset, cover, track = made.pop("asset", None), made.pop("cover", None), made.pop("track", None)
    if channel.startswith("oa_") and (asset or cover):
        return None
    use: media.Use = "moment" if channel == "moments" else "message"
    if asset:
        made["media_id"] = await media.media_id(int(asset), receiver.app, use)
    if cover:
        made["cover_media_id"] = await media.media_id(int(cover), receiver.app)
    if track and _addressers:
        made["url"] = await _addressers[0](int(track), str(made["url"]), receiver)
    return made
