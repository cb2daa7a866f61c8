"""Time, faults and disorder: what a test turns to see how the product bears it."""

from __future__ import annotations

from datetime import datetime

from wechat.sandbox.acts import handovers
from wechat.sandbox.control.asking import Asked, Told
from wechat.sandbox.oa import mass_sends
from wechat.sandbox.virtual_clock import SHANGHAI


def show_clock(asked: Asked) -> Told:
    """What time the sandbox thinks it is."""
    return asked.world.clock.describe()


def change_clock(asked: Asked) -> Told:
    """{set?: epoch seconds or ISO text (Shanghai when without zone), advance?: seconds, freeze?: bool, speed?}."""
    asked.only("set", "advance", "freeze", "speed")
    clock, fields = asked.world.clock, asked.fields
    if "set" in fields:
        clock.set(_moment(fields["set"]))
    if "advance" in fields:
        clock.advance(float(fields["advance"]))
    if "speed" in fields:
        clock.pace(float(fields["speed"]))
    if "freeze" in fields:
        clock.pace(0.0 if fields["freeze"] else 1.0)
    handovers.pass_time(asked.world)
    for account in asked.world.accounts.values():
        mass_sends.expire(asked.world, account)
    return clock.describe()


def show_faults(asked: Asked) -> Told:
    """The active rules with their hits."""
    return {"faults": asked.world.faults.show()}


def add_faults(asked: Asked) -> Told:
    """One rule or a list of rules: {path, kind, times?, after?, ms?, errcode?, limit?, window_s?, block_s?}."""
    rows = asked.body if isinstance(asked.body, list) else [asked.fields]
    added = [asked.world.faults.add(dict(row)) for row in rows]
    return {"ids": [rule.id for rule in added], **show_faults(asked)}


def clear_faults(asked: Asked) -> Told:
    """Remove the rule `?id=`, or all."""
    asked.world.faults.clear(asked.number("id", 0) or None)
    return show_faults(asked)


def revoke_tokens(asked: Asked) -> Told:
    """{app?}: void every token of one app, or of all, at once."""
    asked.only("app")
    return {"revoked": asked.world.tokens.revoke(str(asked.fields.get("app", "")))}


def show_disorder(asked: Asked) -> Told:
    """The disorder of callbacks as it stands."""
    return asked.world.sender.disorder.show()


def change_disorder(asked: Asked) -> Told:
    """Set the named kinds of disorder; shares are 0 to 1."""
    asked.world.sender.disorder.change(asked.fields)
    return show_disorder(asked)


def calm(asked: Asked) -> Told:
    """No disorder any more."""
    asked.world.sender.calm()
    return show_disorder(asked)


def _moment(value: object) -> float:
    if isinstance(value, int | float):
        return float(value)
    moment = datetime.fromisoformat(str(value))
    return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).timestamp()
