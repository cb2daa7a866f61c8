"""Pieces of the library that a message carries: as rows of the send ledger, and what stands against them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from campaigns.content import wording_links
from campaigns.content.findings import Finding
from campaigns.content.models import Piece
from kernel import clock

FILES = ("image", "video", "file")
LINKS = ("link", "article")
MOST = 9
WECOM = ("wecom_message", "wecom_group", "moments")
"""Channels that carry files and cards; the official account's carry links, as lines of their text."""


async def of_ids(ids: Collection[int]) -> list[Piece]:
    """The pieces in the order of their ids; what doesn't exist is left out."""
    found = {piece.id: piece for piece in await Piece.filter(id__in=list(ids))} if ids else {}
    return [found[one] for one in ids if one in found]


def row_of(piece: Piece, track: int | None = None) -> dict[str, Any]:
    """How the send ledger keeps a piece; files by our number, a link with the number of its tracked address."""
    if piece.kind in FILES:
        return {"kind": piece.kind, "asset": piece.asset_id}
    if piece.kind == "mini_program":
        told = {"title": piece.title, "appid": piece.appid, "page": piece.page, "cover": piece.cover_id}
        return {"kind": "mini_program", **told}
    return card(piece.link_title or piece.title, piece.link_url, track, piece.description)


def card(title: str, url: str, track: int | None = None, description: str = "") -> dict[str, Any]:
    """How the send ledger keeps a link card."""
    made: dict[str, Any] = {"kind": "link", "title": title, "url": url}
    if description:
        made["description"] = description
    if track is not None:
        made["track"] = track
    return made


def findings(
    pieces: Sequence[Piece], channels: Sequence[str], day: date | None, has_card: bool, place: str
) -> list[Finding]:
    """What stands against carrying these: not approved, out of its days, out of use, or more than a channel takes.

    channels: the message's own first, then those that stand in for it. day: when it goes out, None: not known yet.
    has_card: whether the message has a link card of its own, too.
    """
    found = [said for piece in pieces for said in _of_piece(piece, day or clock.today(), place)]
    found += list(_of_channels(pieces, channels, place))
    if len(pieces) + has_card > MOST:
        found.append(_bad("pieces.many", f"一条消息最多带 {MOST} 个附件", "减少附件", place))
    others = [piece for piece in pieces if piece.kind != "image"]
    if "moments" in channels and len(pieces) + has_card > 1 and (others or has_card):
        message = "朋友圈只能带图片（最多 9 张），或一个视频，或一个链接"
        found.append(_bad("pieces.moments", message, "只留一种附件", place))
    return found


def _of_piece(piece: Piece, day: date, place: str) -> Iterator[Finding]:
    name = f"附件“{piece.title}”"
    if piece.retired_at is not None:
        yield _bad("piece.retired", f"{name}已停用", "换一个素材", place)
    if piece.state != "approved":
        yield _bad("piece.unapproved", f"{name}还没有审批通过", "在内容库提交审批，或换一个素材", place)
    if piece.valid_from is not None and day < piece.valid_from:
        yield _bad("piece.early", f"{name}从 {piece.valid_from:%Y-%m-%d} 起才能使用", "改发送时间或换一个素材", place)
    if piece.valid_until is not None and day > piece.valid_until:
        yield _bad("piece.late", f"{name}的有效期到 {piece.valid_until:%Y-%m-%d} 为止", "改发送时间或换一个素材", place)
    if piece.kind in LINKS:
        yield from wording_links.findings(piece.link_url, place)


def _of_channels(pieces: Sequence[Piece], channels: Sequence[str], place: str) -> Iterator[Finding]:
    heavy = [piece for piece in pieces if piece.kind not in LINKS]
    if not heavy or not channels:
        return
    if channels[0] not in WECOM:
        message = "这个渠道只能带链接，不能带图片、视频、文件和小程序"
        yield _bad("pieces.channel", message, "去掉附件，或改用企业微信渠道", place)
    elif any(channel not in WECOM for channel in channels[1:]):
        message = "走备用渠道的客户收不到附件，只收到文字和链接"
        yield Finding("pieces.fallback", message, "重要内容请写在正文里", place, is_blocking=False)
    if "moments" in channels and any(piece.kind in ("file", "mini_program") for piece in heavy):
        yield _bad("pieces.moments_kind", "朋友圈不能带文件和小程序", "换成图片、视频或链接", place)


def _bad(code: str, message: str, fix: str, place: str) -> Finding:
    return Finding(code, message, fix, place)
