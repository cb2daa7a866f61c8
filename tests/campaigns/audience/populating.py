"""Random clients with facts of every kind, written by plain inserts and told to the reference at the same time."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from typing import Any

from kernel import database
from staff.models import Branch, Staff
from tests.campaigns.audience.reference import NOW, TODAY, Person, World

TIERS = ("basic", "gold", "diamond")
TAGS = ("理财", "退休", "车主")
KINDS = ("message.received", "link.clicked", "livestream.watched")
CAMPAIGNS = (1, 2, 3)


async def populate(people: int, seed: int) -> tuple[list[Person], World]:
    """A bank of two units (the second below the first), three campaigns, events, livestreams, and so many clients."""
    chance = random.Random(seed)
    top = await Branch.create(code="a", name="a", path="")
    top.path = f"{top.id}/"
    await top.save()
    below = await Branch.create(code="b", name="b", parent=top, path="")
    below.path = f"{top.path}{below.id}/"
    await below.save()
    for code in ("a", "b"):
        await Staff.create(login=code, name=code, role="director", branch=top)
    for group in (1, 2, 3):
        await database.execute("INSERT INTO client_group (corpid, chat_id) VALUES ('ww', $1)", f"g{group}")
        await database.execute("INSERT INTO audience_list (name, by_id) VALUES ($1, 1)", f"l{group}")
    for tag in TAGS:
        await database.execute("INSERT INTO tag (name) VALUES ($1)", tag)
    world = await _make_campaigns()
    units = {top.id: frozenset({top.id}), below.id: frozenset({top.id, below.id})}
    return [await _write(chance, units) for _ in range(people)], world


async def _make_campaigns() -> World:
    world = World({}, set(), {})
    for number in CAMPAIGNS:
        campaign_id = await database.fetch_value(
            "INSERT INTO campaign (kind, name, channel, salt, author_id, last_editor_id)"
            " VALUES ('message', $1, 'wecom_message', 's', 1, 1) RETURNING id",
            f"c{number}",
        )
        begins = NOW + timedelta(days=10 * (number - 2), hours=-1)
        event = await database.fetch_value(
            "INSERT INTO event (campaign_id, place, starts_at, seats) VALUES ($1, 'p', $2, 9) RETURNING id",
            *(campaign_id, begins),
        )
        world.event_begins[event] = begins
        is_known = number != 2
        live = await database.fetch_value(
            "INSERT INTO livestream (campaign_id, anchor_userid, starts_at, attendance_at)"
            " VALUES ($1, 'u', $2, $3) RETURNING id",
            *(campaign_id, begins, NOW if is_known else None),
        )
        world.viewers_known |= {live} if is_known else set()
    return world


async def _write(chance: random.Random, units: dict[int, frozenset[int]]) -> Person:
    unit = chance.choice([None, *units])
    one = Person(
        0,
        owner=chance.choice([None, 1, 2]),
        units=units[unit] if unit else frozenset(),
        tier=chance.choice([None, *TIERS]),
        gender=chance.choice(["", "m", "f"]),
        known_at=NOW - timedelta(days=chance.randint(0, 60), minutes=chance.randint(0, 1439)),
        active_at=chance.choice([None, NOW - timedelta(days=chance.randint(0, 120), hours=chance.randint(0, 23))]),
    )
    one.id = await database.fetch_value(
        "INSERT INTO client (owner_id, branch_id, last_activity_at, gender, created_at)"
        " VALUES ($1, $2, $3, $4, $5) RETURNING id",
        *(one.owner, unit, one.active_at, one.gender, one.known_at),
    )
    if one.tier:
        await database.execute(
            "INSERT INTO standing (client_id, tier, since_on, reviewed_month) VALUES ($1, $2, '2026-01-01',"
            " '2026-01-01')",
            *(one.id, one.tier),
        )
    await _write_money(one, chance)
    await _write_ties(one, chance)
    await _write_papers(one, chance)
    await _write_deeds(one, chance)
    await _write_campaigns(one, chance)
    return one


async def _write_money(one: Person, chance: random.Random) -> None:
    for _ in range(chance.randint(0, 4)):
        day = TODAY - timedelta(days=chance.choice([1, 2, 5, 29, 30, 31, 100, 180, 181, 300]))
        one.days[day] = (chance.choice([0, 0, chance.randint(-5, 500)]), chance.randint(0, 300))
    for day, (total, deposit) in one.days.items():
        await database.execute(
            "INSERT INTO client_day (client_id, day, total_fen, deposit_fen) VALUES ($1, $2, $3, $4)",
            *(one.id, day, total, deposit),
        )
    one.due_days = [_some_day(chance) for _ in range(chance.randint(0, 2))]
    for place, due in enumerate(one.due_days):
        await database.execute(
            "INSERT INTO account (bank, number_index, number_sealed, tail, client_id, matures_on)"
            " VALUES ('b', $1, '', '1', $2, $3)",
            *(f"{one.id}-{place}", one.id, due),
        )


def _some_day(chance: random.Random) -> date | None:
    return chance.choice([None, TODAY + timedelta(days=chance.randint(-3, 40))])


async def _write_ties(one: Person, chance: random.Random) -> None:
    one.tags = {tag for tag in TAGS if chance.random() < 0.3}
    for tag in one.tags:
        await database.execute(
            "INSERT INTO client_tag (client_id, tag_id) SELECT $1, id FROM tag WHERE name = $2", one.id, tag
        )
    for group in (1, 2, 3):
        # who left a group is not in it
        is_in = chance.random() < 0.3
        one.groups |= {group} if is_in else set()
        await database.execute(
            "INSERT INTO membership (group_id, member_id, is_client, client_id, left_at) VALUES ($1, $2, TRUE, $3, $4)",
            *(group, f"m{one.id}", one.id, None if is_in else NOW),
        )
    one.fans = [chance.random() < 0.6 for _ in range(chance.randint(0, 2))]
    for place, is_fan in enumerate(one.fans):
        await database.execute(
            "INSERT INTO fan (client_id, appid, openid, subscribed) VALUES ($1, $2, $3, $4)",
            *(one.id, f"wx{place}", f"o{one.id}", is_fan),
        )
    one.contacts = [chance.random() < 0.6 for _ in range(chance.randint(0, 2))]
    for place, is_contact in enumerate(one.contacts):
        await database.execute(
            "INSERT INTO contact (client_id, corpid, userid, external_userid, ended_at) VALUES ($1, 'ww', $2, $3, $4)",
            *(one.id, f"u{place}", f"wm{one.id}", None if is_contact else NOW),
        )


async def _write_papers(one: Person, chance: random.Random) -> None:
    for _ in range(chance.randint(0, 2)):
        one.assessed.append((NOW - timedelta(days=chance.randint(-5, 500), hours=1), chance.randint(1, 5)))
    one.assessed = list({at: (at, level) for at, level in one.assessed}.values())
    for at, level in one.assessed:
        await database.execute(
            "INSERT INTO risk_assessment (client_id, level, assessed_at) VALUES ($1, $2, $3)", one.id, level, at
        )
    one.paper_until = _some_day(chance)
    if one.paper_until or chance.random() < 0.5:
        await database.execute(
            "INSERT INTO kyc (client_id, document_expires_on, as_of_at) VALUES ($1, $2, $3)",
            *(one.id, one.paper_until, NOW),
        )


async def _write_deeds(one: Person, chance: random.Random) -> None:
    for _ in range(chance.randint(0, 5)):
        kind = chance.choice(KINDS)
        detail: dict[str, Any] = {"campaign": chance.choice(CAMPAIGNS)} if kind == "link.clicked" else {}
        at = NOW - timedelta(days=chance.randint(0, 40), minutes=chance.randint(0, 1439))
        one.did.append((kind, at, detail))
        await database.execute(
            "INSERT INTO timeline_entry (client_id, kind, at, detail) VALUES ($1, $2, $3, $4::jsonb)",
            *(one.id, kind, at, json.dumps(detail)),
        )
    one.lists = {number for number in (1, 2, 3) if chance.random() < 0.3}
    for number in one.lists:
        await database.execute("INSERT INTO audience_list_member (list_id, client_id) VALUES ($1, $2)", number, one.id)


async def _write_campaigns(one: Person, chance: random.Random) -> None:
    for number in CAMPAIGNS:
        if chance.random() < 0.4:
            await _write_send(one, chance, number)
        if chance.random() < 0.3:
            one.control_of.add(number)
        if chance.random() < 0.6:
            arm = "control" if number in one.control_of else "treated"
            await database.execute(
                "INSERT INTO delivery (campaign_id, client_id, arm, bucket, decision) VALUES ($1, $2, $3, 0, 'due')",
                *(number, one.id, arm),
            )
        else:
            one.control_of.discard(number)
        if chance.random() < 0.5:
            one.invitations[number] = state = chance.choice(["invited", "accepted", "attended", "declined"])
            await database.execute(
                "INSERT INTO invitation (event_id, client_id, state, code) VALUES ($1, $2, $3, $4)",
                *(number, one.id, state, f"{number}-{one.id}"),
            )
        await _write_live(one, chance, number)


async def _write_send(one: Person, chance: random.Random, number: int) -> None:
    state, purpose = (
        chance.choice(["confirmed", "delivered", "failed", "planned"]),
        chance.choice(["marketing", "service"]),
    )
    day = chance.choice([None, TODAY - timedelta(days=chance.randint(0, 20))])
    await database.execute(
        "INSERT INTO send (key, purpose, channel, state, client_id, recipient, campaign_id, due_at, counted_on)"
        " VALUES ($1, $2, 'wecom_message', $3, $4, 'x', $5, $6, $7)",
        *(f"{number}:{one.id}", purpose, state, one.id, number, NOW, day),
    )
    one.got |= {number} if state in ("confirmed", "delivered") else set()
    one.marketed_on += [day] if day is not None and purpose == "marketing" else []


async def _write_live(one: Person, chance: random.Random, number: int) -> None:
    if chance.random() < 0.5:
        one.guest_of[number] = chance.random() < 0.5
        await database.execute(
            "INSERT INTO live_guest (livestream_id, client_id, reserved_at) VALUES ($1, $2, $3)",
            *(number, one.id, NOW if one.guest_of[number] else None),
        )
    if chance.random() < 0.3:
        one.watched.add(number)
        await database.execute(
            "INSERT INTO attendance (livestream_id, viewer_id, is_client, client_id, watch_seconds)"
            " VALUES ($1, $2, TRUE, $3, 60)",
            *(number, f"wm{one.id}", one.id),
        )
