"""The kinds of benefit: what each is called, and what a benefit of that kind must say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kernel.errors import Refused
from loyalty.rewards.kinds import lounge, voucher
from loyalty.rewards.models import Benefit


@dataclass(frozen=True)
class Kind:
    """A kind of benefit: `check` gives the problem with a benefit's settings or "", `thanks` what the client reads."""

    label: str
    check: Callable[[Benefit], str]
    thanks: Callable[[Benefit], str]


KINDS: dict[str, Kind] = {
    "voucher": Kind(voucher.LABEL, voucher.check, voucher.thanks),
    "lounge": Kind(lounge.LABEL, lounge.check, lounge.thanks),
}


def of(benefit: Benefit) -> Kind:
    """The kind of a benefit. Refused: unknown."""
    if benefit.kind not in KINDS:
        raise Refused("没有这类权益", code="benefit.unknown_kind")
    return KINDS[benefit.kind]
