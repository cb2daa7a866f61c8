"""Error codes: all that are listed have a kind, a reason and a sentence for staff."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kernel import clock, errors
from wechat import faults
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
