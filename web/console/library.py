"""The library: what can be said and attached again, found by kind, folder, tag and words."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from campaigns.content import library, library_approval, library_usage
from campaigns.content.models import Piece
from community.sending import media
from community.sending.models import MediaAsset
from kernel import clock
from web import session
from web.language import gettext as _
from web.rendering import render, see_other

TONES = {"draft": "", "waiting": "warn", "approved": "good", "returned": "bad"}
ICONS = {
    "text": "message-2",
    "image": "photo",
    "link": "link",
    "mini_program": "device-mobile",
    "video": "video",
    "file": "file-spreadsheet",
    "article": "file-text",
}
SHOWN = ("image/jpeg", "image/png")
"""What a browser may show; everything else is handed out as a file to keep."""


async def index(request: Request) -> Response:
    """GET /library"""
    asked = {name: request.query_params.get(name, "")[:40] for name in ("q", "kind", "folder", "tag")}
    with_retired = request.query_params.get("retired") == "1"
    every = await library.current(with_retired=with_retired)
    pieces = [piece for piece in every if _is_wanted(piece, asked)]
    return render(
        request,
        "console/library/list.html",
        pieces=pieces,
        asked=asked,
        is_filtered=any(asked.values()),
        with_retired=with_retired,
        folders=_options({piece.folder for piece in every if piece.folder}),
        tags=_options({tag for piece in every for tag in piece.tags}),
        uses=await library_usage.of([piece.series for piece in pieces]),
        sizes=await sizes_of(pieces),
        today=clock.today(),
        holds=library.holds,
        **words(),
    )


async def retire(request: Request) -> Response:
    """POST /library/{series}/retirement"""
    await library.retire(request.path_params["series"], session.signed_in(request))
    return see_other(request, "library", notice=_("已停用；发过的消息不受影响"), tone="warn")


async def submit(request: Request) -> Response:
    """POST /library/pieces/{id}/submission"""
    await library_approval.submit(request.path_params["id"], session.signed_in(request))
    return see_other(request, "library", notice=_("已提交，等待另一位同事审批"))


async def show_file(request: Request) -> Response:
    """GET /library/files/{id}: a kept file, for those who see the library."""
    asset = await media.get(request.path_params["id"])
    is_shown = asset.content_type in SHOWN
    ending = asset.name.rpartition(".")[2].lower()
    name = f"{asset.sha256[:12]}.{ending if ending.isalnum() and ending.isascii() else 'bin'}"
    headers = {"Content-Disposition": f'{"inline" if is_shown else "attachment"}; filename="{name}"'}
    return Response(
        bytes(asset.data), media_type=asset.content_type if is_shown else "application/octet-stream", headers=headers
    )


def words() -> dict[str, Any]:
    """How kinds and states are called and drawn."""
    return {"kinds": library.KINDS, "states": library.STATES, "tones": TONES, "icons": ICONS}


async def sizes_of(pieces: list[Piece]) -> dict[int, str]:
    """Number of a file -> its name and size in words."""
    ids = [one for piece in pieces for one in (piece.asset_id, piece.cover_id) if one is not None]
    found = await MediaAsset.filter(id__in=ids).only("id", "name", "size") if ids else []
    return {one.id: f"{one.name} · {max(one.size // 1024, 1)} KB" for one in found}


def _is_wanted(piece: Piece, asked: dict[str, str]) -> bool:
    said = f"{piece.title} {piece.text} {piece.link_title} {piece.description}".lower()
    return (
        (not asked["q"] or asked["q"].lower() in said)
        and (not asked["kind"] or piece.kind == asked["kind"])
        and (not asked["folder"] or piece.folder == asked["folder"])
        and (not asked["tag"] or asked["tag"] in piece.tags)
    )


def _options(values: set[str]) -> list[tuple[str, str]]:
    return [(value, value) for value in sorted(values)]
