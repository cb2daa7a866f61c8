"""Attachments of a send as they are kept in its row: `{"kind": "link", "title": ..., "url": ...}` and so on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from wechat.shapes import Attachment, Link, Media, MiniProgram

KINDS: dict[str, type[Link] | type[MiniProgram]] = {"link": Link, "mini_program": MiniProgram}
MEDIA = ("image", "video", "file")


def to_rows(attachments: Iterable[Attachment | Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What is kept in the column; rows that are in that form already are checked and pass through."""
    rows = [dict(one) if isinstance(one, Mapping) else _to_row(one) for one in attachments]
    from_rows(rows)
    return rows


def from_rows(rows: Iterable[Mapping[str, Any]]) -> list[Attachment]:
    """What the gateway takes; ValueError for an unknown kind or field."""
    return [_from_row(dict(row)) for row in rows]


def _to_row(one: Attachment) -> dict[str, Any]:
    given = dataclasses.asdict(one)
    for name, shape in KINDS.items():
        if isinstance(one, shape):
            return {"kind": name, **given}
    return given


def _from_row(row: dict[str, Any]) -> Attachment:
    kind = row.pop("kind", "")
    try:
        return Media(kind, **row) if kind in MEDIA else KINDS[kind](**row)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not an attachment: {kind or 'no kind'}") from error
