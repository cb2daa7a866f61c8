"""Error codes: all that are listed have a kind, a reason and a sentence for staff."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kernel import clock, errors
from wechat import advice, faults, handling
from wechat.events import Side

LISTED = json.loads((Path(__file__).parent / "data" / "errcodes.json").read_text(encoding="utf-8"))
KINDS = {
    "token": faults.Blocked,
    "config": faults.Blocked,
    "quota_min": faults.Blocked,
    "quota_day": faults.Blocked,
    "retry": faults.Later,
    "async": faults.Later,
    "recipient": faults.Never,
    "request": faults.Never,
    "perm": faults.Never,
    "done": faults.Done,
}


def of(side: Side, errcode: int) -> faults.WeChatFault:
    return faults.of_answer(side, "/cgi-bin/x", {"errcode": errcode, "errmsg": "x"})


@pytest.mark.parametrize("row", LISTED, ids=lambda row: f"{row['side']}-{row['code']}")
def test_every_listed_code_has_its_kind_and_a_chinese_sentence(row: dict[str, str | int]) -> None:
    side: Side = "wecom" if row["side"] == "wecom" else "official_account"
    fault = of(side, int(row["code"]))
    expected = faults.Later if row["code"] == 43117 else KINDS[str(row["class"])]
    assert type(fault) is expected
    assert fault.reason.isidentifier()
    assert any("\u4e00" <= letter <= "\u9fff" for letter in fault.message)


HELD = {
    "oa": {40001: "*", 40014: "*", 42001: "*", 40013: "*", 40125: "*", 40164: "*", 40243: "*", 61004: "*", 61024: "*"}
    | dict.fromkeys((48001, 48004, 45009, 45011, 45028), "/cgi-bin/x"),
    "wecom": {40001: "*", 40014: "*", 42001: "*", 40013: "*", 60020: "*"}
    | dict.fromkeys((48001, 48002, 48004, 84074, 301002, 701008, 45009), "/cgi-bin/x"),
}
"""What each code rests beside the one call, as the list's handling says: the whole app (*), or this API."""
TRIED_AGAIN = {6000, 45033}


@pytest.mark.parametrize("row", LISTED, ids=lambda row: f"{row['side']}-{row['code']}")
def test_every_listed_code_is_handled_as_the_list_says(row: dict[str, str | int]) -> None:
    code, sides = int(row["code"]), {"oa": ["oa"], "wecom": ["wecom"], "both": ["oa", "wecom"]}[str(row["side"])]
    for short in sides:
        side: Side = "wecom" if short == "wecom" else "official_account"
        fault = of(side, code)
        if faults.code(side, code).group != row["class"]:
            continue  # the other side's own row says it
        hold = handling.hold_for("/cgi-bin/x", fault)
        assert (hold.api if hold else None) == HELD[short].get(code)
        assert handling.tries_again(fault) == (code in TRIED_AGAIN)
        assert not handling.is_trouble(fault)
        if hold and hold.kind == "quota" and "midnight" not in str(row["handling"]) and row["class"] == "quota_min":
            assert hold.pauses[0] == 60
        again = pickle.loads(pickle.dumps(fault))
        assert (type(again), again.errcode, again.reason) == (type(fault), code, fault.reason)
        assert advice.todo(short, str(code))


def test_the_same_number_means_different_things_on_the_two_sides() -> None:
    assert isinstance(of("official_account", 48002), faults.Never)
    assert isinstance(of("wecom", 48002), faults.Blocked)
    assert of("official_account", 40001).reason == "token"
    assert of("wecom", 40001).reason == "secret"


def test_a_daily_quota_holds_until_midnight_in_shanghai_and_a_rate_for_a_minute() -> None:
    with clock.frozen(datetime(2026, 11, 24, 15, 0, tzinfo=UTC)):
        fault = of("official_account", 45009)
    assert isinstance(fault, faults.Blocked)
    assert fault.after == 3600
    minute = of("wecom", 45009)
    assert isinstance(minute, faults.Blocked)
    assert minute.after == 60


def test_an_unlisted_code_concerns_the_one_call() -> None:
    fault = of("wecom", 999_999)
    assert (type(fault), fault.reason, fault.errcode) == (faults.Never, "unlisted", 999_999)


def test_later_is_understood_by_everyone_who_knows_the_kernels() -> None:
    fault = of("official_account", -1)
    assert isinstance(fault, errors.Later)
    assert fault.after == 4


def test_a_refusal_keeps_what_the_caller_needs_and_nothing_else() -> None:
    answer = {"errcode": 41048, "errmsg": "x", "fail_list": ["wm1"], "access_token": "T"}
    fault = faults.of_answer("wecom", "/cgi-bin/externalcontact/add_msg_template", answer)
    assert fault.details == {"fail_list": ["wm1"]}
