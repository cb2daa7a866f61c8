"""What happened: API requests, callbacks with every attempt, and which messages reached whom."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from fnmatch import fnmatchcase
from typing import Any

from wechat.sandbox.callbacks import bodies, wrapping
from wechat.sandbox.callbacks.sender import Callback
from wechat.sandbox.callbacks.wrapping import Flaws
from wechat.sandbox.control.asking import Asked, Told
from wechat.sandbox.control.configuring import receiver_of

BATCH = 50


def show_requests(asked: Asked) -> Told:
    """?path= (a glob) &since= (a number) &limit=: the newest matching requests, oldest first, and the counts of all."""
    audit = asked.world.audit
    rows = audit.find(asked.query.get("path", ""), asked.number("since", 0), asked.number("limit", 200))
    return {"total": audit.total, "counts": dict(audit.counts), "requests": rows}


def show_callbacks(asked: Asked) -> Told:
    """?event= (a glob) &outcome= &app= &since= (an id) &limit=: the newest matching callbacks, oldest first."""
    query, since, limit = asked.query, asked.number("since", 0), asked.number("limit", 200)
    rows: list[Callback] = []
    for one in reversed(asked.world.sender.log):
        if one.id <= since or len(rows) >= limit:
            break
        if (
            fnmatchcase(one.label, query.get("event") or "*")
            and query.get("outcome", one.outcome) == one.outcome
            and query.get("app", one.receiver.app) == one.receiver.app
        ):
            rows.append(one)
    outcomes: dict[str, int] = {}
    for one in asked.world.sender.log:
        outcomes[one.outcome] = outcomes.get(one.outcome, 0) + 1
    return {"outcomes": outcomes, "callbacks": [one.show() for one in reversed(rows)]}


def show_callback(asked: Asked) -> Told:
    """One callback with every attempt."""
    return _callback(asked).show()


def replay(asked: Asked) -> Told:
    """{times? 1}: the same body again, that many times, in parallel."""
    asked.only("times")
    return {"callbacks": asked.world.sender.replay(_callback(asked), int(asked.fields.get("times", 1)))}


def send_raw(asked: Asked) -> Told:
    """{app?, plaintext, openid?}: any plaintext, properly sealed and signed, to an app's address."""
    asked.only("app", "plaintext", "openid")
    receiver = receiver_of(asked.world, str(asked.fields.get("app", "")))
    sent = asked.world.sender.send_raw(receiver, str(asked.fields["plaintext"]), str(asked.fields.get("openid", "")))
    return {"callbacks": [sent]}


async def burst(asked: Asked) -> Told:
    """{app?, event: {...}, count, within_s? 1, openid?}: the event many times over, `{n}` in its texts counting up."""
    asked.only("app", "event", "count", "within_s", "openid")
    world, fields = asked.world, asked.fields
    receiver, count = receiver_of(world, str(fields.get("app", ""))), int(fields["count"])
    pause = float(fields.get("within_s", 1)) / max(count // BATCH, 1)
    sent: list[int] = []
    for number in range(1, count + 1):
        event, openid = _numbered(fields["event"], number), str(fields.get("openid", "")).replace("{n}", str(number))
        if receiver.side == "oa":
            full = bodies.oa_event(receiver.to_user, openid, world.now(), event)
        else:
            full = bodies.wecom_event(receiver.to_user, world.now(), event)
        sent.append(world.sender.tell(receiver, full, openid))
        if number % BATCH == 0:
            await asyncio.sleep(pause)
    return {"callbacks": sent}


def wrap(asked: Asked) -> Told:
    """{app?, plaintext, openid?, flaws?: {signature?, timestamp?, receiver?}}: a request for a test to post."""
    asked.only("app", "plaintext", "openid", "flaws")
    fields = asked.fields
    receiver = receiver_of(asked.world, str(fields.get("app", "")))
    flaws = Flaws(**fields.get("flaws", {}))
    now = asked.world.sender.stamp()
    query, body = wrapping.wrap(receiver, str(fields["plaintext"]), str(fields.get("openid", "")), now, flaws)
    return {"url": receiver.url, "query": query, "body": body}


def show_reached(asked: Asked) -> Told:
    """?kind= &msgid= &text= &to=: how many messages reached each person; `log=1` adds the newest `limit` messages."""
    filters = {name: asked.query[name] for name in ("kind", "msgid", "text", "to") if name in asked.query}
    told: dict[str, Any] = asked.world.reached.count(**filters)
    if asked.query.get("log") == "1":
        limit = asked.number("limit", 200)
        told["log"] = [asdict(one) for one in asked.world.reached.find(**filters)[-limit:]] if limit else []
    return told


def _numbered(value: Any, number: int) -> Any:
    if isinstance(value, dict):
        return {name: _numbered(one, number) for name, one in value.items()}
    if isinstance(value, list):
        return [_numbered(one, number) for one in value]
    return value.replace("{n}", str(number)) if isinstance(value, str) else value


def _callback(asked: Asked) -> Callback:
    found = asked.world.sender.find(int(asked.path["id"]))
    if found is None:
        raise LookupError(f"no callback {asked.path['id']}")
    return found
