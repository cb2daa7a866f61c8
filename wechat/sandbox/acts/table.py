"""The table of everything people can do, by name; a new deed is a new row in its own file."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.acts import clients, fans, groups, livestreams, staff
from wechat.sandbox.acts.deeds import Args, Deed, Impossible
from wechat.sandbox.world import World

DEEDS: dict[str, Deed] = {**fans.DEEDS, **clients.DEEDS, **groups.DEEDS, **staff.DEEDS, **livestreams.DEEDS}


def perform(world: World, name: str, args: Args) -> dict[str, Any]:
    """Do one act; Impossible when it can't be done or has no such name."""
    deed = DEEDS.get(name)
    if deed is None:
        raise Impossible(f"unknown act {name}; one of {', '.join(sorted(DEEDS))}")
    return deed(world, args)
