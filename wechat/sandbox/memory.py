"""Keeping the world in a file, so that a demo finds the same people after a restart; tokens and media are not kept."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from wechat.sandbox.accounts import Account
from wechat.sandbox.corps import Corp
from wechat.sandbox.reached import Delivery
from wechat.sandbox.world import World

FORM = 1
LEFT_OUT = frozenset({"config", "by_external", "waiting", "_unions", "media", "pictures"})
"""Fields that come from the configuration or follow from others."""


def remember(world: World, file: Path) -> None:
    """Write the world beside the file and put it in its place in one step."""
    state = {
        "form": FORM,
        "ahead": world.clock.now() - time.time(),
        "ids_taken": world.ids.taken,
        "accounts": world.accounts,
        "corps": world.corps,
        "reached": world.reached.log,
    }
    fresh = file.with_name(file.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(state, out, ensure_ascii=False, default=_plain)
    fresh.replace(file)


def recall(world: World, file: Path) -> bool:
    """Fill an empty world from the file; False when there is none. ValueError when it has another form.

    Accounts and corps that are no longer configured are forgotten.
    """
    if not file.exists():
        return False
    state = json.loads(file.read_text(encoding="utf-8"))
    if state.get("form") != FORM:
        raise ValueError(f"{file} was written by another version of the sandbox; remove it to begin anew")
    for appid, row in state["accounts"].items():
        if known := world.accounts.get(appid):
            account = _build(Account, {**row, "config": known.config})
            account.templates |= known.templates
            world.accounts[appid] = account
    for corpid, row in state["corps"].items():
        if present := world.corps.get(corpid):
            world.corps[corpid] = _connected(_build(Corp, {**row, "config": present.config}))
    world.reached.log = [_build(Delivery, row) for row in state["reached"]]
    world.ids.taken = state["ids_taken"]
    world.clock.advance(state["ahead"])
    return True


def _connected(corp: Corp) -> Corp:
    for relations in corp.by_member.values():
        for relation in relations.values():
            corp.by_external.setdefault(relation.external_userid, {})[relation.userid] = relation
    for job in corp.group_messages.values():
        for task in job.tasks.values():
            if task.status == 0 and not task.cancelled:
                corp.waiting.setdefault(task.userid, {})[job.msgid] = job
    return corp


def _plain(thing: Any) -> dict[str, Any]:
    names = (item.name for item in dataclasses.fields(thing))
    return {name: getattr(thing, name) for name in names if name not in LEFT_OUT}


def _build(kind: Any, data: Any) -> Any:
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        if isinstance(data, kind):
            return data
        hints = _hints(kind)
        return kind(**{name: _build(hints[name], value) for name, value in data.items()})
    origin, inner = get_origin(kind), get_args(kind)
    if origin is dict:
        return {(int(key) if inner[0] is int else key): _build(inner[1], value) for key, value in data.items()}
    if origin is list:
        return [_build(inner[0], value) for value in data]
    if origin is tuple:
        return tuple(data)
    return data


_known_hints: dict[type, dict[str, Any]] = {}


def _hints(kind: type) -> dict[str, Any]:
    if kind not in _known_hints:
        _known_hints[kind] = get_type_hints(kind)
    return _known_hints[kind]
