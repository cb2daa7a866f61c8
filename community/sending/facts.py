"""What the gate must know about a chunk of claimed sends, read in a few statements whatever its size.

The rows of the clients and followers concerned stay locked until the transaction ends, in order of id: two campaigns
that want the last slot of a cap, or of a service window, take turns.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from community.clients import consent, consent_rule
from community.clients.consent_rule import Word
from community.sending import holding, policies, quotas
from community.sending.gate import FOLLOWER_CHANNELS, Facts
from community.sending.leases import Leased
from community.suitability import reading, rule
from kernel import clock, database

CLIENTS = """
SELECT id, consent_seq FROM client WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE
"""
COUNTS = """
SELECT one.id AS client_id, sent.this_month, sent.today FROM unnest($1::bigint[]) AS one(id)
CROSS JOIN LATERAL (
  SELECT count(*) AS this_month, count(*) FILTER (WHERE counted_on = $3) AS today FROM send
  WHERE client_id = one.id AND counted_on >= $2 AND purpose = 'marketing'
) sent
"""  # client by client: after a large plan the statistics lag, and one grouped query would read the whole table
FANS = """
SELECT id, appid, openid, subscribed, window_left, window_until FROM fan
WHERE openid = ANY($2::text[]) AND appid = ANY($1::text[])
ORDER BY id FOR NO KEY UPDATE
"""
CONTACTS = """
SELECT corpid, userid, external_userid FROM contact
WHERE corpid = ANY($1::text[]) AND external_userid = ANY($2::text[]) AND ended_at IS NULL
"""
STREAMS = """
SELECT id, products, limits FROM stream
WHERE id = ANY($1::bigint[]) AND (products <> '[]'::jsonb OR limits <> '{}'::jsonb)
"""
NOBODY = reading.Person()


@dataclass
class Chunk:
    """Facts of one chunk; `count` notes what was allowed, so that the next send of the same person sees it."""

    at: datetime
    policy: policies.Policy
    holds: holding.Holds
    clients: dict[int, dict[str, Any]] = field(default_factory=dict)
    words: dict[int, list[Word]] = field(default_factory=dict)
    today: Counter[int] = field(default_factory=Counter)
    this_month: Counter[int] = field(default_factory=Counter)
    fans: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    contacts: set[tuple[str, str, str]] = field(default_factory=set)
    products: dict[int, tuple[rule.ProductFacts, ...]] = field(default_factory=dict)
    people: dict[int, reading.Person] = field(default_factory=dict)
    approved: dict[int, policies.Policy] = field(default_factory=dict)
    allowances: dict[tuple[str, str], quotas.Reserving] = field(default_factory=dict)

    def of(self, row: Leased) -> Facts:
        """The facts of one send."""
        said = self._said(row)
        fan = self.fans.get((row.app, row.recipient), {}) if row.channel in FOLLOWER_CHANNELS else {}
        hold = self.holds.of(row.channel, row.app)
        person = self.people.get(row.client_id or 0, NOBODY)
        approved = self.approved.get(row.stream_id or 0, self.policy)
        policy = policies.stricter(self.policy, approved)
        return Facts(
            at=self.at,
            purpose=row.purpose,
            channel=row.channel,
            is_personal=row.client_id is not None,
            has_consent=said == "yes",
            has_opted_out=said == "no",
            is_held_out=row.client_id is not None
            and policies.is_held_out(row.client_id, policy.holdout_percent, self.season),
            sent_today=self.today[row.client_id or 0],
            daily_cap=policy.daily_cap,
            sent_this_month=self.this_month[row.client_id or 0],
            monthly_cap=policy.monthly_cap,
            quiet_from=policy.quiet_from,
            quiet_until=policy.quiet_until,
            approved_quiet_from=approved.quiet_from,
            approved_quiet_until=approved.quiet_until,
            has_relation=self._has_relation(row, fan),
            window_left=fan.get("window_left", 0),
            window_until=fan.get("window_until"),
            is_channel_held=hold is not None,
            held_until=hold.until if hold else None,
            platform_frees_at=self._platform_frees_at(row),
            expires_at=row.expires_at,
            products=self.products.get(row.stream_id or 0, ()),
            assessment=person.assessment,
            open_level=policy.open_level,
            is_kyc_flagged=person.is_kyc_flagged,
            document_expires_on=person.document_expires_on,
        )

    def count(self, row: Leased) -> None:
        """Note that this send is going out."""
        if counts_against_caps(row):
            self.today[row.client_id or 0] += 1
            self.this_month[row.client_id or 0] += 1
        if row.channel == "oa_service":
            self.fans[row.app, row.recipient]["window_left"] -= 1
        if allowance := self.allowances.get((row.channel, row.app)):
            allowance.take(row.channel, row.recipient)

    @property
    def season(self) -> str:
        """The year of the global hold-out that is in force now."""
        return policies.season(clock.local(self.at).date())

    def consent_seq(self, row: Leased) -> int:
        """The client's number of words on consent at this look; the last check compares it."""
        found: int = self.clients.get(row.client_id or 0, {}).get("consent_seq", 0)
        return found

    def _said(self, row: Leased) -> consent_rule.Answer:
        words = self.words.get(row.client_id or 0, [])
        products = self.products.get(row.stream_id or 0, ())
        return consent_rule.decide_all(words, row.channel, [one.product_class for one in products])

    def _platform_frees_at(self, row: Leased) -> datetime | None:
        allowance = self.allowances.get((row.channel, row.app))
        return allowance.frees_at(row.channel, row.recipient) if allowance else None

    def _has_relation(self, row: Leased, fan: dict[str, Any]) -> bool:
        if row.channel in FOLLOWER_CHANNELS:
            return bool(fan.get("subscribed"))
        if row.channel == "wecom_message":
            return (row.app, row.sender_userid, row.recipient) in self.contacts
        return row.channel != "wecom_welcome" or bool(row.welcome_code)


def counts_against_caps(row: Leased) -> bool:
    """Whether a send takes a slot of its client's caps: marketing to a known person."""
    return row.client_id is not None and row.purpose == "marketing"


async def of_chunk(rows: Sequence[Leased]) -> Chunk:
    """Read the facts; inside the transaction of the claim."""
    chunk = Chunk(clock.now(), await policies.in_force(), await holding.active())
    await _read_clients(chunk, [row.client_id for row in rows if row.client_id and _takes_turns(row)])
    await _read_streams(chunk, sorted({row.stream_id for row in rows if row.stream_id}))
    await _read_fans(chunk, [row for row in rows if row.channel in FOLLOWER_CHANNELS])
    await _read_contacts(chunk, [row for row in rows if row.channel == "wecom_message"])
    await _read_allowances(chunk, rows)
    return chunk


def _takes_turns(row: Leased) -> bool:
    # the last place of a cap, or of the platform's allowance: its client's row is locked before counting
    return counts_against_caps(row) or row.channel == "wecom_message"


async def _read_clients(chunk: Chunk, client_ids: list[int]) -> None:
    if not client_ids:
        return
    chunk.clients = {row["id"]: row for row in await database.fetch(CLIENTS, client_ids)}
    chunk.people = await reading.people(client_ids, chunk.at)
    # only after the lock: what was said, and what another dispatcher has just reserved for these clients is counted
    chunk.words = await consent.words_of(client_ids)
    today: date = clock.today()
    for row in await database.fetch(COUNTS, client_ids, today.replace(day=1), today):
        chunk.today[row["client_id"]] = row["today"]
        chunk.this_month[row["client_id"]] = row["this_month"]


async def _read_streams(chunk: Chunk, stream_ids: list[int]) -> None:
    if not stream_ids:
        return
    rows = await database.fetch(STREAMS, stream_ids)
    limits = {row["id"]: json.loads(row["limits"]) for row in rows}
    chunk.approved = {stream: policies.read(kept) for stream, kept in limits.items() if kept}
    named = {row["id"]: codes for row in rows if (codes := json.loads(row["products"]))}
    known = await reading.products({code for codes in named.values() for code in codes})
    chunk.products = {stream: tuple(known[code] for code in codes) for stream, codes in named.items()}


async def _read_fans(chunk: Chunk, rows: Sequence[Leased]) -> None:
    if rows:
        found = await database.fetch(FANS, _apps(rows), [row.recipient for row in rows])
        chunk.fans = {(row["appid"], row["openid"]): row for row in found}


async def _read_contacts(chunk: Chunk, rows: Sequence[Leased]) -> None:
    if rows:
        for row in await database.fetch(CONTACTS, _apps(rows), [row.recipient for row in rows]):
            corp, client = row["corpid"], row["external_userid"]
            # a send without a sender goes through whoever talked last: any relation will do
            chunk.contacts |= {(corp, row["userid"], client), (corp, "", client)}


def _apps(rows: Sequence[Leased]) -> list[str]:
    return sorted({row.app for row in rows})


async def _read_allowances(chunk: Chunk, rows: Sequence[Leased]) -> None:
    drawing = [row for row in rows if row.channel in quotas.COUNTED or row.channel in quotas.ACCOUNT]
    for channel, app in sorted({(row.channel, row.app) for row in drawing}):
        own = [row for row in drawing if (row.channel, row.app) == (channel, app)]
        recipients = sorted({row.recipient for row in own})
        ids = [row.id for row in own]
        chunk.allowances[channel, app] = await quotas.reserving(channel, app, recipients, ids, chunk.at)
