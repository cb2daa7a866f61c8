"""The table of everything people can do, by name; a new deed is a new row in its own file."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.acts import (
    admins,
    apps,
    clients,
    fan_consents,
    fan_taps,
    fan_words,
    fans,
    group_sending,
    groups,
    handovers,
    livestreams,
    moments,
    staff,
    tags,
    ways,
)
from wechat.sandbox.acts.deeds import Args, Deed, Impossible
from wechat.sandbox.world import World

_TABLES = (
    fans,
    fan_words,
    fan_taps,
    fan_consents,
    clients,
    ways,
    groups,
    group_sending,
    staff,
    apps,
    handovers,
    tags,
    moments,
    livestreams,
    admins,
)

DEEDS: dict[str, Deed] = {name: deed for table in _TABLES for name, deed in table.DEEDS.items()}


def perform(world: World, name: str, args: Args) -> dict[str, Any]:
    """Do one act; Impossible when it can't be done or has no such name."""
    deed = DEEDS.get(name)
    if deed is None:
        raise Impossible(f"unknown act {name}; one of {', '.join(sorted(DEEDS))}")
    return deed(world, args)
