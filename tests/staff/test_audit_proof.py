"""Whatever is done to the audit's rows behind our back is found, and at the right row."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest

from staff import audit_mac
from staff.audit_heads import Head
from staff.audit_mac import FIRST, Entry
from staff.audit_verifying import Broken, Link, Verdict, Walk

ROWS, HEAD_EVERY = 120, 30
Rows = list[Link]
Expected = tuple[set[str], int]


def _chain(rows: Rows) -> Rows:
    """The links with their hashes, as somebody without the key could compute them."""
    before, made = FIRST, []
    for position, row in enumerate(rows, start=1):
        assert row.entry is not None
        before = audit_mac.chained(before, row.entry)
        made.append(Link(position, row.entry.id, before, row.entry))
    return made


def _bank(number: int) -> Rows:
    rows = []
    for n in range(1, number + 1):
        # numbers are not in the chain's order: late commits
        detail = json.dumps({"reason": f"原因{n}", "rows": n, "deep": {"a": [n, None, True]}}, ensure_ascii=False)
        entry = Entry(
            n * 3 % 1009, 1_700_000_000_000_000 + n, n % 5 or None, f"thing.done{n % 4}", "thing", n, detail, f"r{n:08}"
        )
        rows.append(Link(n, entry.id, "", entry._replace(mac=audit_mac.mac(entry))))
    return _chain(rows)


def _verdict(rows: Rows, heads: list[Head]) -> Verdict:
    walk = Walk(iter(heads))
    for start in range(0, len(rows), 50):
        walk.links(rows[start : start + 50])
    walk.unlinked([])
    return walk.end(has_file=True)


def _edit(rows: Rows, dice: random.Random) -> Expected:
    at = dice.randrange(len(rows))
    entry = rows[at].entry
    assert entry is not None
    name = dice.choice(("at_us", "staff_id", "action", "subject", "subject_id", "detail", "request_id", "mac"))
    value = getattr(entry, name)
    if isinstance(value, str):
        place = dice.randrange(len(value))
        other = chr(ord(value[place]) ^ (1 << dice.randrange(5)))
        value = value[:place] + other + value[place + 1 :]
    else:
        value = (value or 0) ^ (1 << dice.randrange(20)) if value is not None else 0
    rows[at] = rows[at]._replace(entry=entry._replace(**{name: value}))
    return {"edited"}, at + 1


def _edit_and_chain_anew(rows: Rows, dice: random.Random) -> Expected:
    expected = _edit(rows, dice)
    rows[:] = _chain(rows)
    return expected


def _delete(rows: Rows, dice: random.Random) -> Expected:
    at = dice.randrange(len(rows))
    rows[at] = rows[at]._replace(entry=None)
    return {"deleted"}, at + 1


def _delete_with_link(rows: Rows, dice: random.Random) -> Expected:
    at = dice.randrange(len(rows))
    del rows[at]
    return {"link_missing", "cut"}, at + 1


def _swap_contents(rows: Rows, dice: random.Random) -> Expected:
    one, two = sorted(dice.sample(range(len(rows)), 2))
    first, second = rows[one].entry, rows[two].entry
    assert first is not None
    assert second is not None
    rows[one] = rows[one]._replace(entry=second._replace(id=first.id))
    rows[two] = rows[two]._replace(entry=first._replace(id=second.id))
    return {"edited"}, one + 1


def _swap_places(rows: Rows, dice: random.Random) -> Expected:
    one, two = sorted(dice.sample(range(len(rows)), 2))
    rows[one], rows[two] = rows[two]._replace(position=one + 1), rows[one]._replace(position=two + 1)
    return {"reordered"}, one + 1


def _swap_hashes(rows: Rows, dice: random.Random) -> Expected:
    one, two = sorted(dice.sample(range(len(rows)), 2))
    rows[one], rows[two] = rows[one]._replace(hash=rows[two].hash), rows[two]._replace(hash=rows[one].hash)
    return {"link_altered", "reordered"}, one + 1


def _alter_link(rows: Rows, dice: random.Random) -> Expected:
    at = dice.randrange(len(rows))
    place = dice.randrange(64)
    digit = f"{int(rows[at].hash[place], 16) ^ 1:x}"
    rows[at] = rows[at]._replace(hash=rows[at].hash[:place] + digit + rows[at].hash[place + 1 :])
    return {"link_altered"} if at + 1 < len(rows) else {"reordered"}, at + 1


def _cut(rows: Rows, dice: random.Random) -> Expected:
    kept = dice.randrange(len(rows))
    del rows[kept:]
    return {"cut"}, kept + 1


HARMS: tuple[Callable[[Rows, random.Random], Expected], ...] = (
    _edit,
    _edit_and_chain_anew,
    _delete,
    _delete_with_link,
    _swap_contents,
    _swap_places,
    _swap_hashes,
    _alter_link,
    _cut,
)


def _find_all(times: int) -> None:
    sound = _bank(ROWS)
    heads = [Head(n, row.position, row.hash) for n, row in enumerate(sound[HEAD_EVERY - 1 :: HEAD_EVERY], start=1)]
    assert _verdict(sound, heads).broken is None
    dice = random.Random(20261124)
    for _time in range(times):
        rows = list(sound)
        harm = dice.choice(HARMS)
        kinds, position = harm(rows, dice)
        broken = _verdict(rows, heads).broken
        assert broken is not None, harm
        assert (broken.what in kinds, broken.position) == (True, position), (harm, broken, kinds, position)


def test_edits_deletions_reorderings_and_cuts_are_found_at_the_right_row() -> None:
    _find_all(600)


@pytest.mark.prove
def test_ten_thousand_harms_are_found_at_the_right_row() -> None:
    _find_all(10_000)


def test_a_chain_made_anew_without_a_row_is_given_away_by_the_heads_outside() -> None:
    sound = _bank(ROWS)
    heads = [Head(n, row.position, row.hash) for n, row in enumerate(sound[HEAD_EVERY - 1 :: HEAD_EVERY], start=1)]
    for at in range(ROWS):
        broken = _verdict(_chain(sound[:at] + sound[at + 1 :]), heads).broken
        assert broken is not None
        assert broken.what in ("rewritten", "cut")
        assert broken.after <= at
        assert broken.after >= at - HEAD_EVERY


def test_heads_that_are_not_ours_are_named_when_the_chain_is_sound() -> None:
    sound = _bank(ROWS)
    heads = [Head(1, 30, sound[29].hash), Head(2, 60, "f" * 64, "forged"), Head(3, 90, sound[89].hash)]
    assert _verdict(sound, heads).broken == Broken("head_broken", after=ROWS, line=2)
    harmed = list(sound)
    _delete(harmed, random.Random(3))
    broken = _verdict(harmed, heads).broken
    assert broken is not None
    assert broken.what == "deleted"
