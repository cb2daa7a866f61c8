"""What can be asked a second person's word for: each kind says how it is hashed, applied and shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kernel import signing
from staff.models import Approval, Staff

Applied = Callable[[Approval, Staff], Awaitable[None]]


@dataclass(frozen=True)
class Kind:
    """One kind of question, registered by the package that owns the thing.

    see: permission without which the question is not shown. content_hash: digest of the thing as it stands now, None
    when it is gone; without it the question's own `summary["content"]` is the whole content. apply: what the last yes
    does, in its transaction. give_back: what a no does; lapse: what happens when the question expires, is withdrawn or
    was void at the decision. lock: takes the thing's own lock before the question's, so that edits and decisions wait
    in one order. touches: refs of products, companies and clients that the thing touches now, compared with declared
    interests again at each decision. address: the question's own page, None: the general one, which shows
    summary["title"] and summary["lines"].
    """

    subject: str
    label: str
    permission: str = "approvals.decide"
    see: str = ""
    content_hash: Callable[[int], Awaitable[str | None]] | None = None
    apply: Applied | None = None
    give_back: Applied | None = None
    lapse: Callable[[Approval], Awaitable[None]] | None = None
    lock: Callable[[int], Awaitable[None]] | None = None
    touches: Callable[[int], Awaitable[Sequence[str]]] | None = None
    address: Callable[[Approval], str | None] | None = None


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known to this process; the same subject again takes the place of the earlier one."""
    _KINDS[kind.subject] = kind
    return kind


def of(subject: str) -> Kind:
    """The kind of a question. LookupError when the package that registers it was not imported."""
    if subject not in _KINDS:
        raise LookupError(f"no approval kind {subject}: import it in processes.registrations")
    return _KINDS[subject]


def every() -> list[Kind]:
    """All kinds that this process knows, by subject."""
    return [_KINDS[subject] for subject in sorted(_KINDS)]


def hash_of(content: Any) -> str:
    """SHA-256 of plain JSON content: what `ask` is given for kinds whose question holds the whole content."""
    return signing.content_hash(content)


async def current_hash(approval: Approval) -> str | None:
    """The digest of what would be approved now; None when the thing is gone."""
    kind = of(approval.subject)
    if kind.content_hash is not None:
        return await kind.content_hash(approval.subject_id)
    return hash_of(approval.summary.get("content"))
