"""Disorder on demand: callbacks that come twice, late, never, in the wrong order or in a strange shape."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(slots=True)
class Disorder:
    """Shares are 0 to 1 of all callbacks; flags change every body; `reorder` holds a callback for `reorder_ms`.

    `burst` holds callbacks until so many wait (at most `burst_wait_ms`), then all leave at once. `old_key` seals with
    the previous AES key where an app has one.
    """

    duplicate: float = 0.0
    drop: float = 0.0
    reorder: float = 0.0
    reorder_ms: int = 400
    delay_ms: int = 0
    wrong_signature: float = 0.0
    stale_timestamp: float = 0.0
    wrong_receiver: float = 0.0
    old_key: float = 0.0
    burst: int = 0
    burst_wait_ms: int = 3000
    unknown_event: float = 0.0
    extra_elements: bool = False
    legacy_members: bool = False
    doctype: float = 0.0
    big_body: float = 0.0
    as_json: bool = False

    def change(self, values: Mapping[str, Any]) -> None:
        """Set the named switches; ValueError for an unknown name."""
        known = {item.name for item in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"unknown disorder {name}; one of {', '.join(sorted(known))}")
            setattr(self, name, value)

    def show(self) -> dict[str, Any]:
        """The switches for the control plane."""
        return asdict(self)


def reshape(event: Mapping[str, Any], disorder: Disorder, rng: random.Random) -> dict[str, Any]:
    """The event as the switches want it: legacy member lists, extra elements, or an event nobody knows."""
    shaped = dict(event)
    if disorder.legacy_members and "MemChangeList" in shaped:
        shaped["MemChangeList"] = ",".join(shaped["MemChangeList"]["Item"])
        shaped.pop("LastMemVer", None)
        shaped.pop("CurMemVer", None)
    if disorder.unknown_event and rng.random() < disorder.unknown_event:
        shaped["Event"] = "sandbox_future_event"
    if disorder.extra_elements:
        shaped["FutureElement"] = {"Inner": "x", "Count": 1}
    return shaped


def spoil(plaintext: str, disorder: Disorder, rng: random.Random) -> str:
    """The written body with a DOCTYPE in front or blown up to more than a megabyte, by their shares."""
    if disorder.doctype and rng.random() < disorder.doctype:
        return '<!DOCTYPE xml [<!ENTITY a "aaaa">]>' + plaintext
    if disorder.big_body and rng.random() < disorder.big_body:
        return plaintext.replace("</xml>", "<Filler>" + "x" * 1_050_000 + "</Filler></xml>")
    return plaintext
