"""Clients who left a trace in every table; `tests.flows.traces` finds out what still names them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from campaigns.journeys.models import Journey, JourneyVersion
from community.clients import consent, identities, personal, registering, tagging, timeline
from community.conversations import inbound
from kernel import clock, database, records, sealing, settings
from kernel.database import transaction
from staff.models import Staff
from webhooks import storing
from webhooks.line import Line

BANK = "haiyue"


@dataclass
class People:
    """Who was made: their client numbers, and every text by which one of them could be found."""

    ids: list[int]
    named: dict[str, int] = field(default_factory=dict)
    parts: tuple[str, ...] = ()


async def make(count: int, mark: str) -> People:
    """`count` clients of whom everything is known that can be known; `mark` tells two groups apart."""
    numbers = [f"62{mark}{n:08d}" for n in range(count)]
    rows = [
        registering.ClientRow(number, f"王{mark}{n}", f"139{ord(mark[0]) % 10}{n:07d}")
        for n, number in enumerate(numbers)
    ]
    saved = await registering.save_many(BANK, rows, source="bank_file")
    people = People([saved.ids[number] for number in numbers])
    people.parts = (f"o{mark}-", f"u{mark}-", f"wm{mark}-", f"王{mark}", f"acc{mark}", f"62{mark}", f"{mark}CODE")
    for n, (row, client_id) in enumerate(zip(rows, people.ids, strict=True)):
        openid, union, external = f"o{mark}-open{n}", f"u{mark}-union{n}", f"wm{mark}-ext{n}"
        told = [row.name, row.phone, row.number, openid, union, external]
        told += [str(personal.name_index(row.name)), str(personal.phone_index(row.phone))]
        told += [personal.bank_number_index(row.number)]
        people.named |= dict.fromkeys(told, client_id)
    await _meet(people, mark)
    await _talk(people, mark)
    await _bank(people, mark, rows)
    await _campaigns(people, mark)
    return people


async def _meet(people: People, mark: str) -> None:
    now, appid, corpid = clock.now(), settings.get().oa_appid, settings.get().wecom_corpid
    await identities.learn_unionids({one: f"u{mark}-union{n}" for n, one in enumerate(people.ids)})
    opened = [(f"o{mark}-open{n}", f"u{mark}-union{n}") for n in range(len(people.ids))]
    await identities.find_or_create_many("openid", appid, opened, source="follow")
    added = [(f"wm{mark}-ext{n}", f"u{mark}-union{n}") for n in range(len(people.ids))]
    await identities.find_or_create_many("external_id", corpid, added, source="contact")
    async with transaction():
        await database.copy_in(
            "fan",
            ("client_id", "appid", "openid"),
            [(one, appid, f"o{mark}-open{n}") for n, one in enumerate(people.ids)],
        )
        await database.copy_in(
            "contact",
            ("client_id", "corpid", "userid", "external_userid"),
            [(one, corpid, "zhang.wei", f"wm{mark}-ext{n}") for n, one in enumerate(people.ids)],
        )
        group = await database.fetch_value(
            "INSERT INTO client_group (corpid, chat_id, created_at) VALUES ($1, $2, $3) RETURNING id", corpid, mark, now
        )
        await database.copy_in(
            "membership",
            ("group_id", "member_id", "is_client", "client_id"),
            [(group, f"wm{mark}-ext{n}", True, one) for n, one in enumerate(people.ids)],
        )
    await tagging.add(people.ids, "养老")
    await consent.grant(people.ids, "form", evidence=f"form:{mark}")
    await timeline.record_many(people.ids, "client.merged", gone=0)


async def _talk(people: People, mark: str) -> None:
    now = clock.now()
    for n, one in enumerate(people.ids):
        await inbound.keep(one, "oa_service", f"msg-o{mark}-open{n}", f"我是 王{mark}{n}", now)
    ids = await records.reserve_ids("send", len(people.ids))
    wishes = await records.reserve_ids("privacy_request", len(people.ids))
    async with transaction():
        await database.copy_in(
            "send",
            ("id", "key", "purpose", "channel", "client_id", "recipient", "body_sealed", "due_at", "state", "ended_at"),
            [
                (
                    number,
                    f"t:o{mark}-open{n}",
                    "marketing",
                    "oa_service",
                    one,
                    f"o{mark}-open{n}",
                    _say(number, mark, n),
                    now,
                    "delivered" if n % 2 else "planned",
                    now if n % 2 else None,
                )
                for n, (number, one) in enumerate(zip(ids, people.ids, strict=True))
            ],
        )
        await database.copy_in(
            "privacy_request",
            ("id", "client_id", "kind", "source", "state", "due_at", "wish_sealed", "answer"),
            [
                (number, one, "correct", "portal", "done", now, _wish(number, mark, n), f"已改为 王{mark}{n}")
                for n, (number, one) in enumerate(zip(wishes, people.ids, strict=True))
            ],
        )
    calls = [
        storing.Received(
            "official_account",
            "wx1",
            f"{ord(mark[0]):04x}{n:060x}",
            "message",
            "callbacks",
            f"<xml><FromUserName><![CDATA[o{mark}-open{n}]]></FromUserName></xml>".encode(),
        )
        for n in range(len(people.ids))
    ]
    line = Line()
    await storing.store(line, calls)
    await line.close()


async def _bank(people: People, mark: str, rows: list[registering.ClientRow]) -> None:
    today = clock.today()
    accounts = await records.reserve_ids("account", len(people.ids))
    run = await database.fetch_value(
        "INSERT INTO import_run (kind, bank, file_name, file_sha256, created_at)"
        " VALUES ('clients', $1, 'a.csv', $2, $3) RETURNING id",
        *(BANK, mark, clock.now()),
    )
    refusals = await records.reserve_ids("import_refusal", len(people.ids))
    for n, number in enumerate(accounts):
        people.named[f"acc{mark}{n}"] = people.ids[n]
        people.named[sealing.blind_index("account", f"acc{mark}{n}")] = people.ids[n]
        assert number
    async with transaction():
        await database.copy_in(
            "account",
            ("id", "bank", "number_index", "number_sealed", "tail", "client_id"),
            [
                (
                    number,
                    BANK,
                    sealing.blind_index("account", f"acc{mark}{n}"),
                    _account(number, mark, n),
                    f"{n % 10000:04d}",
                    people.ids[n],
                )
                for n, number in enumerate(accounts)
            ],
        )
        await database.copy_in(
            "movement",
            ("account_id", "bank_ref", "booked_on", "seq", "amount_fen", "balance_fen"),
            [(number, f"ref-acc{mark}{n}", today, 1, 100, 100) for n, number in enumerate(accounts)],
        )
        await database.copy_in(
            "account_day", ("account_id", "day", "balance_fen"), [(number, today, 100) for number in accounts]
        )
        await database.copy_in(
            "import_refusal",
            ("id", "run_id", "row_number", "code", "message", "row_sealed"),
            [(number, run, n, "x", "x", _refused(number, rows[n])) for n, number in enumerate(refusals)],
        )
    await _per_client("client_day", {"day": today, "total_fen": 1, "deposit_fen": 1}, people)
    await _per_client("outflow", {"on_day": today, "amount_fen": 1}, people)
    month = today.replace(day=1)
    await _per_client("standing", {"tier": "gold", "since_on": month, "reviewed_month": month}, people)
    change = {
        "month": month,
        "tier_before": "",
        "tier_after": "gold",
        "months_below": 0,
        "average_fen": 1,
        "policy_id": 1,
    }
    await _per_client("standing_change", change, people)
    await _per_client("risk_assessment", {"level": 3, "assessed_at": clock.now()}, people)
    await _per_client("kyc", {"document_expires_on": date(2030, 1, 1), "as_of_at": clock.now()}, people)


async def _campaigns(people: People, mark: str) -> None:
    now, by = clock.now(), await Staff.create(login=f"maker{mark}", name="制作人", role="marketing")
    campaign = await database.fetch_value(
        "INSERT INTO campaign (kind, name, channel, salt, author_id, last_editor_id, created_at)"
        " VALUES ('event_invitation', $1, 'wecom_message', 's', $2, $2, $3) RETURNING id",
        *(f"活动{mark}", by.id, now),
    )
    event = await database.fetch_value(
        "INSERT INTO event (campaign_id, place, starts_at, seats, taken, created_at)"
        " VALUES ($1, '厅', $2, 9999, $3, $4) RETURNING id",
        *(campaign, now + timedelta(days=9), len(people.ids), now),
    )
    live = await database.fetch_value(
        "INSERT INTO livestream (campaign_id, anchor_userid, starts_at, created_at) VALUES ($1, 'zhang.wei', $2, $2)"
        " RETURNING id",
        *(campaign, now),
    )
    benefit = await database.fetch_value(
        "INSERT INTO benefit (code, name, kind, tier, created_at)"
        " VALUES ($1, '贵宾厅', 'lounge', 'gold', $2) RETURNING id",
        *(f"b{mark}", now),
    )
    await _per_client("delivery", {"campaign_id": campaign, "arm": "treated", "bucket": 1, "decision": "due"}, people)
    await _per_client("live_guest", {"livestream_id": live}, people)
    brought = await database.fetch_value(
        "INSERT INTO audience_list (name, by_id) VALUES ($1, $2) RETURNING id", f"名单{mark}", by.id
    )
    await _per_client("audience_list_member", {"list_id": brought}, people)
    await _journeys(people, by)
    await _per_client("grant_", {"benefit_id": benefit, "period": "2026Q4"}, people)
    codes = [f"{mark}CODE{n}" for n in range(len(people.ids))]
    people.named |= dict(zip(codes, people.ids, strict=True))
    async with transaction():
        await database.copy_in(
            "invitation",
            ("event_id", "client_id", "state", "code"),
            [(event, one, "accepted", code) for one, code in zip(people.ids, codes, strict=True)],
        )
        await database.copy_in(
            "attendance",
            ("livestream_id", "viewer_id", "is_client", "client_id", "watch_seconds"),
            [(live, f"wm{mark}-ext{n}", True, one, 60) for n, one in enumerate(people.ids)],
        )


async def _journeys(people: People, by: Staff) -> None:
    now = clock.now()
    journey = await Journey.create(name="旅程", salt="s", author=by, last_editor=by)
    version = await JourneyVersion.create(journey=journey, number=1, contents={}, content_hash="0")
    passing = {"journey_id": journey.id, "version_id": version.id, "fact": "x", "step": "s1"}
    await _per_client("journey_entry", passing | dict.fromkeys(("entered_at", "arrived_at", "due_at"), now), people)
    async with transaction():
        rows = [(one, f"t{one}", by.id, "回访", now.date()) for one in people.ids]
        await database.copy_in("staff_task", ("client_id", "key", "staff_id", "title", "due_on"), rows)


async def _per_client(table: str, values: dict[str, Any], people: People) -> None:
    async with transaction():
        rows = [(one, *values.values()) for one in people.ids]
        await database.copy_in(table, ("client_id", *values), rows)


def _say(number: int, mark: str, n: int) -> bytes:
    return sealing.seal(f"尊敬的 王{mark}{n} 您好", table="send", column="body_sealed", row=number)


def _wish(number: int, mark: str, n: int) -> bytes:
    return sealing.seal(f"请改为 王{mark}{n}", table="privacy_request", column="wish", row=number)


def _account(number: int, mark: str, n: int) -> bytes:
    return sealing.seal(f"acc{mark}{n}", table="account", column="number_sealed", row=number)


def _refused(number: int, row: registering.ClientRow) -> bytes:
    line = ",".join((row.number, row.name, row.phone))
    return sealing.seal(line, table="import_refusal", column="row_sealed", row=number)
