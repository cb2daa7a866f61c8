"""The text of a send at the moment of sending: sealed in its row, or made by the renderer of whoever planned it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from community.sending.leases import Leased
from kernel import sealing

Renderer = Callable[[Sequence[Leased]], Awaitable[Mapping[int, str]]]
_renderers: dict[str, Renderer] = {}


def register(prefix: str, renderer: Renderer) -> None:
    """Make `renderer` answer for sends whose key begins with `prefix`; it gets a chunk and returns {send id: text}.

    A send that it leaves out has no text and fails. Called at import time of a module that every worker loads.
    """
    _renderers[prefix] = renderer


async def texts(rows: Sequence[Leased]) -> dict[int, str]:
    """The text of each send of a chunk; a send without text is missing from the answer."""
    found: dict[int, str] = {}
    asked: dict[str, list[Leased]] = {}
    for row in rows:
        if row.body_sealed is not None:
            found[row.id] = sealing.unseal(bytes(row.body_sealed), table="send", column="body_sealed", row=row.id)
        elif prefix := _prefix_of(row.key):
            asked.setdefault(prefix, []).append(row)
    for prefix, some in asked.items():
        found.update(await _renderers[prefix](some))
    return {send_id: text for send_id, text in found.items() if text}


def _prefix_of(key: str) -> str:
    return max((prefix for prefix in _renderers if key.startswith(prefix)), key=len, default="")
