"""What each act of the population looks like: whom chance picks and what they say; None when nobody can do it now."""

from __future__ import annotations

import hashlib

from wechat.sandbox import corp_habits
from wechat.sandbox.corps import Livestream
from wechat.sandbox.crowds import Args, Habit, Temper, corp_of, newcomer, pick, some
from wechat.sandbox.seeds import names
from wechat.sandbox.world import World


def _someone_following(world: World, temper: Temper) -> str | None:
    account = next(iter(world.accounts.values()), None)
    if account is None:
        return None
    for _ in range(8):
        fan = account.fans.get(some(temper, "fans", account.fans) or "")
        if fan and fan.subscribed:
            return str(fan.openid)
    return None


def write(world: World, temper: Temper) -> Args | None:
    """A fan writes."""
    openid = _someone_following(world, temper)
    return {"openid": openid, "text": temper.rng.choice(names.SAYINGS)} if openid else None


def tap(world: World, temper: Temper) -> Args | None:
    """A fan taps the menu."""
    openid = _someone_following(world, temper)
    return {"openid": openid, "key": temper.rng.choice(("BENEFITS", "POINTS", "SERVICE"))} if openid else None


def follow(world: World, temper: Temper) -> Args | None:
    """Somebody follows: half of them a client who is known in WeCom."""
    corp = corp_of(world)
    known = corp and temper.rng.random() < 0.5
    client = corp.externals.get(some(temper, "externals", corp.externals) or "") if corp and known else None
    if client and client.unionid:
        return {"openid": world.ids.named("o", client.unionid, 28), "unionid": client.unionid, "name": client.name}
    unionid = world.ids.take("un", 28)
    return {"openid": world.ids.named("o", unionid, 28), "unionid": unionid, "name": names.person(temper.rng)}


def unfollow(world: World, temper: Temper) -> Args | None:
    """A fan leaves."""
    openid = _someone_following(world, temper)
    return {"openid": openid} if openid else None


def befriend(world: World, temper: Temper) -> Args | None:
    """A new client adds a member."""
    corp = corp_of(world)
    member = pick(temper.rng, [one for one in corp.members.values() if not one.left] if corp else [])
    if member is None:
        return None
    return {"userid": member.userid, **newcomer(world, temper)}


def enter(world: World, temper: Temper) -> Args | None:
    """A client of the owner, or somebody new, comes into a group."""
    corp = corp_of(world)
    chat = pick(temper.rng, [one for one in corp.groups.values() if not one.dismissed] if corp else [])
    if corp is None or chat is None:
        return None
    client = pick(temper.rng, list(corp.by_member.get(chat.owner, {})))
    if client and client not in chat.members and temper.rng.random() < 0.7:
        return {"chat_id": chat.chat_id, "id": client, "scene": 0, "invitor": chat.owner}
    return {"chat_id": chat.chat_id, "scene": 3, **newcomer(world, temper)}


def confirm(world: World, temper: Temper) -> Args | None:
    """A member sends one waiting group message; who never does is decided by the ids, not by the hour."""
    corp = corp_of(world)
    waiting = [(userid, msgid) for userid, jobs in (corp.waiting.items() if corp else ()) for msgid in jobs]
    willing = [pair for pair in waiting if _lot("/".join(pair)) < temper.confirm_share]
    chosen = pick(temper.rng, willing)
    return {"userid": chosen[0], "msgid": chosen[1]} if chosen else None


def go_live(world: World, temper: Temper) -> Args | None:
    """An anchor begins when the time has come."""
    live = pick(temper.rng, [one for one in _lives(world, 0) if one.start <= world.now()])
    return {"livingid": live.livingid} if live else None


def end_live(world: World, temper: Temper) -> Args | None:
    """An anchor ends when the time is over."""
    live = pick(temper.rng, [one for one in _lives(world, 1) if one.started_at + one.duration <= world.now()])
    return {"livingid": live.livingid} if live else None


def watch(world: World, temper: Temper) -> Args | None:
    """A client watches for a while."""
    corp = corp_of(world)
    live = pick(temper.rng, _lives(world, 1))
    client = some(temper, "externals", corp.externals) if corp else None
    if live is None or client is None:
        return None
    seconds, comments = temper.rng.randrange(20, 2400), temper.rng.random() < 0.2
    return {"livingid": live.livingid, "id": client, "seconds": seconds, "comment": comments}


def _lives(world: World, status: int) -> list[Livestream]:
    corp = corp_of(world)
    return [one for one in corp.livestreams.values() if one.status == status] if corp else []


def _lot(text: str) -> float:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) / 2**64


HABITS: dict[str, Habit] = {
    "fan.message": write,
    "fan.click": tap,
    "fan.subscribe": follow,
    "fan.unsubscribe": unfollow,
    "client.add": befriend,
    "group.join": enter,
    "member.confirm_groupmsg": confirm,
    "live.start": go_live,
    "live.end": end_live,
    "live.watch": watch,
    **corp_habits.HABITS,
}
