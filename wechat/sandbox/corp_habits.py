"""What the population does with everything that a corp's apps made: ways in, groups, moments, transfers, apps."""

from __future__ import annotations

from typing import Any

from wechat.sandbox import churn
from wechat.sandbox.corps import Corp, GroupChat, Relation
from wechat.sandbox.crowds import Args, Habit, Temper, corp_of, newcomer, pick, some
from wechat.sandbox.seeds import names
from wechat.sandbox.world import World


def relation_of(world: World, temper: Temper, leaving: bool = False) -> Relation | None:
    """Two who know each other; `leaving`: the likelier to part, the likelier picked."""
    corp = corp_of(world)
    userid = some(temper, "with clients", corp.by_member) if corp else None
    known = corp.by_member.get(userid, {}) if corp and userid else {}
    clients = list(known) if len(known) < 2000 else temper.crowd(f"clients of {userid}", known)
    if not leaving:
        client = pick(temper.rng, clients)
    else:
        now = world.clock.now()

        def weigh(one: str) -> float:
            row = known.get(one)
            return temper.churn.hazard(row.created, row.last_chat, now) if row else 0.0

        client = churn.draw(temper.rng, clients, weigh)
    return known.get(client) if client else None


def know(world: World, temper: Temper) -> Args | None:
    """Two who know each other, to chat or to note."""
    return _pair(relation_of(world, temper))


def part(world: World, temper: Temper) -> Args | None:
    """Two who part."""
    return _pair(relation_of(world, temper, leaving=True))


def note(world: World, temper: Temper) -> Args | None:
    """A member notes something on a client's card."""
    pair = know(world, temper)
    return {**pair, "remark": temper.rng.choice(names.TOPICS)} if pair else None


def scan_way(world: World, temper: Temper) -> Args | None:
    """Somebody new scans a contact way."""
    corp = corp_of(world)
    config_id = pick(temper.rng, list(corp.contact_ways)) if corp else None
    return {"config_id": config_id, **newcomer(world, temper)} if config_id else None


def scan_group(world: World, temper: Temper) -> Args | None:
    """Somebody new scans a join way; one in three adds the owner as well."""
    corp = corp_of(world)
    config_id = pick(temper.rng, list(corp.join_ways)) if corp else None
    adds = temper.rng.random() < 1 / 3
    return {"config_id": config_id, "add_member": adds, **newcomer(world, temper)} if config_id else None


def depart(world: World, temper: Temper) -> Args | None:
    """A client leaves a group: newcomers sooner than others."""
    corp, chat = _chat(world, temper)
    if corp is None or chat is None:
        return None
    now = world.clock.now()

    def weigh(one: str) -> float:
        joined = chat.members[one]["join_time"]
        return temper.churn.hazard(joined, joined, now)

    client = churn.draw(temper.rng, chat.externals(), weigh)
    return {"chat_id": chat.chat_id, "id": client} if client else None


def talk(world: World, temper: Temper) -> Args | None:
    """Somebody writes in a group."""
    _, chat = _chat(world, temper)
    who = pick(temper.rng, list(chat.members)) if chat else None
    return {"chat_id": chat.chat_id, "id": who} if chat and who else None


def rename(world: World, temper: Temper) -> Args | None:
    """A group gets another name."""
    _, chat = _chat(world, temper)
    name = f"{temper.rng.choice(names.TOPICS)}{temper.rng.randrange(1, 100)}群"
    return {"chat_id": chat.chat_id, "name": name} if chat else None


def publish(world: World, temper: Temper) -> Args | None:
    """A member publishes a moment that waits."""
    corp = corp_of(world)
    waiting = [
        (one.userid, moment.moment_id)
        for moment in (corp.moments.values() if corp else ())
        for one in moment.posts.values()
        if not one.published_at and not one.cancelled
    ]
    chosen = pick(temper.rng, waiting)
    return {"userid": chosen[0], "moment_id": chosen[1]} if chosen else None


def refuse(world: World, temper: Temper) -> Args | None:
    """A client refuses a new member."""
    corp = corp_of(world)
    waiting = [one.external_userid for one in (corp.transfers if corp else ()) if one.status == 2]
    client = pick(temper.rng, waiting)
    return {"external_userid": client} if client else None


def _chat(world: World, temper: Temper) -> tuple[Corp | None, GroupChat | None]:
    corp = corp_of(world)
    chat_id = some(temper, "groups", corp.groups) if corp else None
    chat = corp.groups.get(chat_id) if corp and chat_id else None
    return corp, chat if chat and not chat.dismissed else None


def _pair(relation: Relation | None) -> dict[str, Any] | None:
    return {"userid": relation.userid, "external_userid": relation.external_userid} if relation else None


HABITS: dict[str, Habit] = {
    "client.chat": know,
    "client.delete_member": part,
    "member.delete_client": part,
    "member.edit_client": note,
    "client.scan": scan_way,
    "group.scan": scan_group,
    "group.quit": depart,
    "group.kick": depart,
    "group.talk": talk,
    "group.rename": rename,
    "member.publish_moment": publish,
    "client.refuse_transfer": refuse,
}
