"""The library: what can be said and attached again; saving makes a new version, old versions stay as they were used."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date

from campaigns.content import findings, placeholders, rules, wording, wording_links
from campaigns.content.findings import Finding
from campaigns.content.models import Piece
from community.sending.models import MediaAsset
from kernel import clock, database
from kernel.errors import NotFound, Refused
from staff import approvals, audit, permissions
from staff.models import Staff

KINDS = {
    "text": "文字",
    "image": "图片",
    "link": "链接卡片",
    "mini_program": "小程序卡片",
    "video": "视频",
    "file": "文件",
    "article": "公众号文章",
}
STATES = {"draft": "未送审", "waiting": "审批中", "approved": "可使用", "returned": "已退回"}
FILES = ("image", "video", "file")
ARTICLES = "https://mp.weixin.qq.com/"
SUBJECT = "piece"
MOST_TAGS, LONGEST_TAG = 8, 12
_CURRENT = """
SELECT DISTINCT ON (series) id FROM piece WHERE retired_at IS NULL OR $1 ORDER BY series, version DESC
"""


@dataclass(frozen=True)
class Card:
    """What a piece is besides its text: its kind, where it is found, when it holds, and what it carries."""

    kind: str = "text"
    folder: str = ""
    tags: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    description: str = ""
    asset_id: int | None = None
    cover_id: int | None = None
    appid: str = ""
    page: str = ""


async def save(
    title: str,
    text: str,
    by: Staff,
    *,
    link_title: str = "",
    link_url: str = "",
    series: str = "",
    card: Card | None = None,
) -> Piece:
    """Save a new piece, or with `series` the next version of one. Refused: forbidden words, something is missing."""
    permissions.require(by, "content.edit")
    made = Piece(
        title=title.strip(),
        text=text,
        link_title=link_title.strip(),
        link_url=link_url.strip(),
        **_plain(card or Card()),
    )
    await _require_whole(made)
    await rules.refresh()
    if found := findings.blocking(said_in(made)):
        raise Refused("；".join(finding.message for finding in found), code="piece.forbidden_words")
    async with database.transaction():
        # one writer at a time on a series, so that two savers get two version numbers
        await database.execute("SELECT pg_advisory_xact_lock(hashtext('piece.' || $1::text))", series)
        before = await Piece.filter(series=series).order_by("-version").first() if series else None
        if series and before is None:
            raise NotFound()
        if before is not None and before.kind != made.kind:
            raise Refused("一个素材的类型不能改变，请另建一个", code="piece.kind_changed")
        made.series = series or secrets.token_hex(8)
        made.version = (before.version if before else 0) + 1
        made.by_id = by.id
        await made.save()
        if before is not None and before.state == "waiting":
            await approvals.void(SUBJECT, before.id, "已有更新的版本")
            await Piece.filter(id=before.id).update(state="draft")
        await audit.record(by, "piece.saved", SUBJECT, made.id, version=made.version, kind=made.kind)
    return made


async def current(*, with_retired: bool = False) -> list[Piece]:
    """The latest version of every piece, newest first."""
    ids = [row["id"] for row in await database.fetch(_CURRENT, with_retired)]
    return await Piece.filter(id__in=ids).order_by("-created_at").prefetch_related("by")


async def versions(series: str) -> list[Piece]:
    """All versions of one piece, newest first."""
    return await Piece.filter(series=series).order_by("-version").prefetch_related("by")


async def get(piece_id: int) -> Piece:
    """One version of a piece."""
    found = await Piece.get_or_none(id=piece_id).prefetch_related("by")
    if found is None:
        raise NotFound()
    return found


async def retire(series: str, by: Staff) -> None:
    """Take a piece out of use; what was sent with it stays on record."""
    permissions.require(by, "content.edit")
    async with database.transaction():
        waiting = await Piece.filter(series=series, state="waiting").values_list("id", flat=True)
        if not await Piece.filter(series=series, retired_at=None).update(retired_at=clock.now()):
            raise NotFound()
        for piece_id in list(waiting):
            await approvals.void(SUBJECT, int(str(piece_id)), "素材已停用")
        await Piece.filter(series=series, state="waiting").update(state="draft")
        await audit.record(by, "piece.retired", SUBJECT, None, series=series)


async def attachable(day: date | None = None) -> list[Piece]:
    """The newest approved version of every piece that a message can carry on this day (today when None)."""
    on = day or clock.today()
    found: dict[str, Piece] = {}
    for piece in (
        await Piece.filter(state="approved", retired_at=None).exclude(kind="text").order_by("series", "version")
    ):
        found[piece.series] = piece
    return [one for one in found.values() if holds(one, on)]


def holds(piece: Piece, on: date) -> bool:
    """Whether a day lies between the days of a piece."""
    return (piece.valid_from is None or piece.valid_from <= on) and (
        piece.valid_until is None or on <= piece.valid_until
    )


def check(text: str, place: str = "") -> list[Finding]:
    """Everything the library and the editor say about a text: placeholders and forbidden words."""
    return placeholders.check(text, place) + wording.check(text, place)


def said_in(piece: Piece) -> list[Finding]:
    """The same about all that clients read of a piece, and about where it leads."""
    found = check(piece.text, "text") if piece.text else []
    cards = (piece.title if piece.kind != "text" else "", piece.link_title, piece.description)
    for part in filter(None, cards):
        found += wording.check(part, "title")
    return found + (wording_links.findings(piece.link_url, "link_url") if piece.link_url else [])


def tags_of(given: str) -> tuple[str, ...]:
    """Tags as they are typed, with commas or spaces between them. Refused: too many, or too long."""
    tags = tuple(dict.fromkeys(given.replace("，", " ").replace(",", " ").replace("、", " ").split()))
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
        raise Refused(f"标签最多 {MOST_TAGS} 个，每个最多 {LONGEST_TAG} 个字", code="piece.tags")
    return tags


def _plain(card: Card) -> dict[str, object]:
    if card.kind not in KINDS:
        raise Refused("没有这种素材", code="piece.kind")
    kept = card
    if card.kind not in FILES:
        kept = replace(kept, asset_id=None)
    if card.kind != "mini_program":
        kept = replace(kept, cover_id=None, appid="", page="")
    return {**kept.__dict__, "tags": list(kept.tags), "folder": kept.folder.strip(), "state": "draft"}


async def _require_whole(piece: Piece) -> None:
    if not piece.title or (piece.kind == "text" and not piece.text.strip()):
        raise Refused("标题和正文都要填写", code="piece.empty")
    if piece.valid_from and piece.valid_until and piece.valid_until < piece.valid_from:
        raise Refused("有效期的截止日不能早于开始日", code="piece.days")
    if piece.kind in FILES and not await _is_file(piece.asset_id, piece.kind):
        raise Refused(f"请上传{KINDS[piece.kind]}", code="piece.file_missing")
    if piece.kind in ("link", "article") and not piece.link_url.startswith(("https://", "http://")):
        raise Refused("请填写链接地址，以 https:// 开头", code="piece.link_missing")
    if piece.kind == "article" and not piece.link_url.startswith(ARTICLES):
        raise Refused("公众号文章的地址须以 https://mp.weixin.qq.com/ 开头", code="piece.article")
    if piece.kind == "mini_program":
        if not (piece.appid and piece.page):
            raise Refused("请填写小程序的 AppID 和页面路径", code="piece.mini_program")
        if not await _is_file(piece.cover_id, "image"):
            raise Refused("请上传小程序卡片的封面图片", code="piece.cover_missing")
        if len(piece.title.encode()) > 64:
            raise Refused("小程序卡片的标题最多 64 字节（约 21 个汉字）", code="piece.title_long")


async def _is_file(asset_id: int | None, kind: str) -> bool:
    return asset_id is not None and await MediaAsset.filter(id=asset_id, kind=kind).exists()
