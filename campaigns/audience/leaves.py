"""What can be asked about a client: each field with each operator, its SQL and how its value is read.

{0}, {1} ... are the arguments in the order of the reader; `c` is the client. Where a question may be put under "or",
it is asked by EXISTS with an index behind it, so that the database may look up one client or read all at once.
"""

from __future__ import annotations

from typing import NamedTuple

from campaigns.audience import readers
from campaigns.audience.readers import Reader
from campaigns.audience.stages import STAGE


class Leaf(NamedTuple):
    """One question. shape: how its value looks, for forms and sentences; read: the arguments of its SQL."""

    sql: str
    shape: str
    read: Reader


def _latest(column: str) -> str:
    return f"""COALESCE((SELECT day.{column} FROM client_day day WHERE day.client_id = c.id
    ORDER BY day.day DESC LIMIT 1), 0)"""  # noqa: S608  # a column of ours


_IN_BAND = "({what} <@ int8range({{0}}::bigint, {{1}}::bigint))"
_AVERAGE = """COALESCE((SELECT floor(avg(day.total_fen))::bigint FROM client_day day WHERE day.client_id = c.id
    AND day.day > {{2}}::date - 30 AND day.day <= {{2}}::date), 0)"""
_CHANGE = f"""({_latest("total_fen")} - COALESCE((SELECT day.total_fen FROM client_day day
    WHERE day.client_id = c.id AND day.day <= {{{{2}}}}::date - 30 ORDER BY day.day DESC LIMIT 1), 0))"""  # noqa: S608  # ours
_IN_TIERS = "EXISTS (SELECT FROM standing WHERE standing.client_id = c.id AND standing.tier = ANY({0}::text[]))"
_IN_STAGES = f"({STAGE.format(now='{1}')}) = ANY({{0}}::text[])"
_HAS_TAG = """EXISTS (SELECT FROM client_tag JOIN tag ON tag.id = client_tag.tag_id
    WHERE client_tag.client_id = c.id AND tag.name = ANY({0}::text[]))"""
_IN_GROUP = """EXISTS (SELECT FROM membership WHERE membership.client_id = c.id AND membership.left_at IS NULL
    AND membership.group_id = ANY({0}::bigint[]))"""
_IS_FAN = "EXISTS (SELECT FROM fan WHERE fan.client_id = c.id AND fan.subscribed)"
_IS_CONTACT = "EXISTS (SELECT FROM contact WHERE contact.client_id = c.id AND contact.ended_at IS NULL)"
# a unit stands for all under it, too
_IN_UNITS = """COALESCE(c.branch_id = ANY(ARRAY(
SELECT unit.id FROM branch unit JOIN branch top ON starts_with(unit.path, top.path) WHERE top.id = ANY({0}::bigint[])
)), FALSE)"""
# the newest assessment counts, and only for twelve months
_LEVEL = """(SELECT r.level FROM risk_assessment r WHERE r.client_id = c.id AND r.assessed_at <= {now}::timestamptz
    AND r.assessed_at > {now}::timestamptz - interval '12 months' ORDER BY r.assessed_at DESC LIMIT 1)"""
_EXPIRING = """EXISTS (SELECT FROM kyc WHERE kyc.client_id = c.id AND kyc.document_expires_on >= {0}::date
    AND kyc.document_expires_on <= {1}::date)"""
_MATURING = """EXISTS (SELECT FROM account WHERE account.client_id = c.id AND account.matures_on >= {0}::date
    AND account.matures_on <= {1}::date)"""
_OFTEN = """((SELECT count(*) FROM (SELECT FROM timeline_entry t WHERE t.client_id = c.id AND t.kind = {0}::text
    AND t.at >= {1}::timestamptz LIMIT {2}::int) times) >= {2}::int)"""
_CONTACTED = """EXISTS (SELECT FROM send WHERE send.client_id = c.id AND send.purpose = 'marketing'
    AND send.counted_on > {0}::date)"""
_GOT = """EXISTS (SELECT FROM send WHERE send.client_id = c.id AND send.campaign_id = ANY({0}::bigint[])
    AND send.state IN ('confirmed', 'delivered'))"""
_CLICKED = """EXISTS (SELECT FROM timeline_entry t WHERE t.client_id = c.id AND t.kind = 'link.clicked'
    AND t.detail->>'campaign' = ANY({0}::bigint[]::text[]))"""
_CONTROL = """EXISTS (SELECT FROM delivery WHERE delivery.client_id = c.id AND delivery.arm = 'control'
    AND delivery.campaign_id = ANY({0}::bigint[]))"""
_INVITED = """EXISTS (SELECT FROM invitation i JOIN event e ON e.id = i.event_id
    WHERE i.client_id = c.id AND i.event_id = ANY({{0}}::bigint[]) AND {rule})"""
_WATCHED = """EXISTS (SELECT FROM attendance WHERE attendance.client_id = c.id
    AND attendance.livestream_id = ANY({0}::bigint[]))"""
_RESERVED = """EXISTS (SELECT FROM live_guest guest WHERE guest.client_id = c.id AND guest.reserved_at IS NOT NULL
    AND guest.livestream_id = ANY({0}::bigint[]))"""
# who didn't come is only known once the list of viewers is here
_MISSED = """EXISTS (SELECT FROM live_guest guest JOIN livestream live ON live.id = guest.livestream_id
    WHERE guest.client_id = c.id AND guest.livestream_id = ANY({0}::bigint[]) AND live.attendance_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM attendance seen WHERE seen.livestream_id = live.id AND seen.client_id = c.id))"""
_ON_LIST = """EXISTS (SELECT FROM audience_list_member one WHERE one.client_id = c.id
    AND one.list_id = ANY({0}::bigint[]))"""

LEAVES: dict[tuple[str, str], Leaf] = {
    ("tier", "in"): Leaf(_IN_TIERS, "choices", readers.texts),
    ("tier", "not_in"): Leaf(f"NOT {_IN_TIERS}", "choices", readers.texts),
    ("stage", "in"): Leaf(_IN_STAGES, "choices", readers.texts_now),
    ("gender", "in"): Leaf("COALESCE(NULLIF(c.gender, ''), 'u') = ANY({0}::text[])", "choices", readers.texts),
    ("tag", "has"): Leaf(_HAS_TAG, "choices", readers.texts),
    ("tag", "has_not"): Leaf(f"NOT {_HAS_TAG}", "choices", readers.texts),
    ("owner", "in"): Leaf("COALESCE(c.owner_id = ANY({0}::bigint[]), FALSE)", "choices", readers.numbers),
    ("branch", "in"): Leaf(_IN_UNITS, "choices", readers.numbers),
    ("known", "within"): Leaf("c.created_at >= {0}::timestamptz", "days", readers.days_back),
    ("known", "older"): Leaf("c.created_at < {0}::timestamptz", "days", readers.days_back),
    ("risk", "in"): Leaf(
        f"COALESCE({_LEVEL.format(now='{1}')} = ANY({{0}}::int[]), FALSE)", "choices", readers.levels_now
    ),
    ("risk", "none"): Leaf(f"{_LEVEL.format(now='{0}')} IS NULL", "nothing", readers.moment),
    ("document", "expires"): Leaf(_EXPIRING, "days", readers.days_ahead),
    ("balance", "between"): Leaf(_IN_BAND.format(what=_latest("total_fen")), "band", readers.band),
    ("deposit", "between"): Leaf(_IN_BAND.format(what=_latest("deposit_fen")), "band", readers.band),
    ("average", "between"): Leaf(_IN_BAND.format(what=_AVERAGE.format()), "band", readers.band_today),
    ("change", "between"): Leaf(_IN_BAND.format(what=_CHANGE.format()), "band", readers.band_today),
    ("maturity", "within"): Leaf(_MATURING, "days", readers.days_ahead),
    ("activity", "within"): Leaf("COALESCE(c.last_activity_at >= {0}::timestamptz, FALSE)", "days", readers.days_back),
    ("activity", "older"): Leaf("COALESCE(c.last_activity_at < {0}::timestamptz, TRUE)", "days", readers.days_back),
    ("behaviour", "did"): Leaf(_OFTEN, "behaviour", readers.behaviour),
    ("behaviour", "did_not"): Leaf(f"NOT {_OFTEN}", "behaviour", readers.behaviour),
    ("contacted", "within"): Leaf(_CONTACTED, "days", readers.day_back),
    ("contacted", "not_within"): Leaf(f"NOT {_CONTACTED}", "days", readers.day_back),
    ("group", "in"): Leaf(_IN_GROUP, "choices", readers.numbers),
    ("group", "not_in"): Leaf(f"NOT {_IN_GROUP}", "choices", readers.numbers),
    ("fan", "is"): Leaf(_IS_FAN, "nothing", readers.nothing),
    ("fan", "is_not"): Leaf(f"NOT {_IS_FAN}", "nothing", readers.nothing),
    ("contact", "is"): Leaf(_IS_CONTACT, "nothing", readers.nothing),
    ("contact", "is_not"): Leaf(f"NOT {_IS_CONTACT}", "nothing", readers.nothing),
    ("campaign", "got"): Leaf(_GOT, "choices", readers.numbers),
    ("campaign", "got_not"): Leaf(f"NOT {_GOT}", "choices", readers.numbers),
    ("campaign", "clicked"): Leaf(_CLICKED, "choices", readers.numbers),
    ("campaign", "clicked_not"): Leaf(f"NOT {_CLICKED}", "choices", readers.numbers),
    ("campaign", "control"): Leaf(_CONTROL, "choices", readers.numbers),
    ("event", "accepted"): Leaf(
        _INVITED.format(rule="i.state IN ('accepted', 'attended')"), "choices", readers.numbers
    ),
    ("event", "attended"): Leaf(_INVITED.format(rule="i.state = 'attended'"), "choices", readers.numbers),
    ("event", "absent"): Leaf(
        _INVITED.format(rule="i.state = 'accepted' AND e.starts_at < {1}::timestamptz"), "choices", readers.numbers_now
    ),
    ("event", "not_invited"): Leaf(f"NOT {_INVITED.format(rule='TRUE')}", "choices", readers.numbers),
    ("livestream", "reserved"): Leaf(_RESERVED, "choices", readers.numbers),
    ("livestream", "watched"): Leaf(_WATCHED, "choices", readers.numbers),
    ("livestream", "absent"): Leaf(_MISSED, "choices", readers.numbers),
    ("list", "in"): Leaf(_ON_LIST, "choices", readers.numbers),
    ("list", "not_in"): Leaf(f"NOT {_ON_LIST}", "choices", readers.numbers),
    # their SQL are the conditions of the segments named, see conditions.compile_tree
    ("segment", "in"): Leaf("({inner})", "choices", readers.references),
    ("segment", "not_in"): Leaf("NOT ({inner})", "choices", readers.references),
}
