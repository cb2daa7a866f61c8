"""Maker and checker of a piece: a version is put to a second person, and with their yes messages may carry it."""

from __future__ import annotations

from typing import Any

from campaigns.content import findings, library
from campaigns.content.models import Piece
from community.sending.models import MediaAsset
from kernel import clock, database, signing
from kernel.errors import NotFound, Refused
from staff import approval_kinds, approvals, audit, permissions
from staff.approval_kinds import Kind
from staff.models import Approval, Staff

SUBJECT = library.SUBJECT
LABELS = ("类型", "正文", "链接标题", "链接地址", "说明", "小程序", "有效期", "文件", "版本")


async def submit(piece_id: int, by: Staff) -> Approval:
    """Ask for a second person's word on a version. Refused: asked or approved already, out of use, an older version."""
    permissions.require(by, "content.edit")
    async with database.transaction():
        piece = await Piece.filter(id=piece_id).select_for_update().first()
        if piece is None:
            raise NotFound()
        newest = await Piece.filter(series=piece.series).order_by("-version").first()
        if piece.retired_at is not None or newest is None or newest.id != piece.id:
            raise Refused("这一版已停用，或已有更新的版本", code="piece.old", status=409)
        if piece.state in ("waiting", "approved"):
            raise Refused("这一版已经送审或已通过", code="piece.state", status=409)
        if found := findings.blocking(library.said_in(piece)):
            raise Refused("；".join(finding.message for finding in found), code="piece.forbidden_words")
        asked = await approvals.ask(
            SUBJECT, piece.id, signing.content_hash(await contents(piece)), await _summary(piece), by
        )
        await Piece.filter(id=piece.id).update(state="waiting")
        await audit.record(by, "piece.submitted", SUBJECT, piece.id, version=piece.version)
    return asked


async def contents(piece: Piece) -> dict[str, Any]:
    """All that a second person answers for; files by the digest of their bytes."""
    parts = ("series", "version", "kind", "title", "text", "link_title", "link_url", "description", "appid", "page")
    files = [one for one in (piece.asset_id, piece.cover_id) if one is not None]
    known = {one.id: one.sha256 for one in await MediaAsset.filter(id__in=files).only("id", "sha256")}
    days = {name: str(value) if value else "" for name, value in _days(piece).items()}
    return {**{part: getattr(piece, part) for part in parts}, **days, "files": [known.get(one, "") for one in files]}


def _days(piece: Piece) -> dict[str, Any]:
    return {"valid_from": piece.valid_from, "valid_until": piece.valid_until}


async def _summary(piece: Piece) -> dict[str, Any]:
    told = {
        "类型": library.KINDS[piece.kind],
        "正文": piece.text,
        "链接标题": piece.link_title,
        "链接地址": piece.link_url,
        "说明": piece.description,
        "小程序": f"{piece.appid} {piece.page}".strip(),
        "有效期": " 至 ".join(str(day) for day in (piece.valid_from, piece.valid_until) if day),
    }
    files = [one for one in (piece.asset_id, piece.cover_id) if one is not None]
    kept = await MediaAsset.filter(id__in=files).only("id", "kind", "name", "size", "sha256")
    for one in kept:
        told["文件"] = f"{one.name}（{one.size // 1024} KB，校验码 {one.sha256[:12]}）"
    lines = [["版本", f"第 {piece.version} 版"], *([label, value] for label, value in told.items() if value)]
    maker = await Staff.get(id=piece.by_id)
    # whoever decides about the campaigns of the maker's unit decides about what they carry
    return {
        "title": f"素材：{piece.title}",
        "lines": lines,
        "files": [[one.id, one.name, one.kind == "image"] for one in kept],
        "branch_id": maker.branch_id,
        "maker_ids": [piece.by_id],
    }


async def _hash(piece_id: int) -> str | None:
    piece = await Piece.get_or_none(id=piece_id)
    return signing.content_hash(await contents(piece)) if piece is not None else None


async def _lock(piece_id: int) -> None:
    await Piece.filter(id=piece_id).select_for_update().first()


async def _apply(asked: Approval, by: Staff) -> None:
    piece = await Piece.get(id=asked.subject_id)
    if piece.retired_at is not None or piece.state != "waiting":
        raise Refused("这个素材已停用，或已有更新的版本", code="piece.state", status=409)
    await Piece.filter(id=piece.id).update(state="approved", approved_at=clock.now())
    await audit.record(by, "piece.approved", SUBJECT, piece.id, version=piece.version)


async def _give_back(asked: Approval, _by: Staff | None = None) -> None:
    await Piece.filter(id=asked.subject_id, state="waiting").update(state="returned")


async def _lapse(asked: Approval) -> None:
    await Piece.filter(id=asked.subject_id, state="waiting").update(state="draft")


KIND = approval_kinds.register(
    Kind(
        SUBJECT,
        "素材",
        see="content.see",
        content_hash=_hash,
        apply=_apply,
        give_back=_give_back,
        lapse=_lapse,
        lock=_lock,
    )
)
