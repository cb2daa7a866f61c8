"""The library of texts: saving makes a new version of a piece, old versions stay as they were used."""

from __future__ import annotations

import secrets

from campaigns.content import findings, placeholders, wording
from campaigns.content.findings import Finding
from campaigns.content.models import Piece
from kernel import clock, database
from kernel.errors import NotFound, Refused
from staff import audit, permissions
from staff.models import Staff

_CURRENT = """
SELECT DISTINCT ON (series) id FROM piece WHERE retired_at IS NULL OR $1 ORDER BY series, version DESC
"""


async def save(
    title: str, text: str, by: Staff, *, link_title: str = "", link_url: str = "", series: str = ""
) -> Piece:
    """Save a new piece, or with `series` the next version of one. Refused: forbidden words, nothing written."""
    permissions.require(by, "content.edit")
    if not title.strip() or not text.strip():
        raise Refused("标题和正文都要填写", code="piece.empty")
    if found := findings.blocking(check(text)):
        raise Refused("；".join(finding.message for finding in found), code="piece.forbidden_words")
    async with database.transaction():
        # one writer at a time on a series, so that two savers get two version numbers
        await database.execute("SELECT pg_advisory_xact_lock(hashtext('piece.' || $1::text))", series)
        version = await database.fetch_value("SELECT max(version) FROM piece WHERE series = $1", series)
        if series and version is None:
            raise NotFound()
        piece = await Piece.create(
            series=series or secrets.token_hex(8),
            version=(version or 0) + 1,
            title=title.strip(),
            text=text,
            link_title=link_title.strip(),
            link_url=link_url.strip(),
            by=by,
        )
        await audit.record(by, "piece.saved", "piece", piece.id, version=piece.version)
    return piece


async def current(*, with_retired: bool = False) -> list[Piece]:
    """The latest version of every piece, newest first."""
    ids = [row["id"] for row in await database.fetch(_CURRENT, with_retired)]
    return await Piece.filter(id__in=ids).order_by("-created_at").prefetch_related("by")


async def versions(series: str) -> list[Piece]:
    """All versions of one piece, newest first."""
    return await Piece.filter(series=series).order_by("-version").prefetch_related("by")


async def retire(series: str, by: Staff) -> None:
    """Take a piece out of use; what was sent with it stays on record."""
    permissions.require(by, "content.edit")
    async with database.transaction():
        if not await Piece.filter(series=series, retired_at=None).update(retired_at=clock.now()):
            raise NotFound()
        await audit.record(by, "piece.retired", "piece", None, series=series)


def check(text: str, place: str = "") -> list[Finding]:
    """Everything the library and the editor say about a text: placeholders and forbidden words."""
    return placeholders.check(text, place) + wording.check(text, place)
