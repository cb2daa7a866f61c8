"""The invented year: the same for the same seed, and books that add up."""

from __future__ import annotations

from datetime import date, timedelta

from processes.demo import cast, greeting, money

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def test_the_same_seed_makes_the_same_year():
    assert _year("HY1000001") == _year("HY1000001") != _year("HY1000002")


def test_a_year_told_in_two_files_is_the_year_told_in_one():
    one = money.purse("HY1000007", 7, 1, FIRST)
    middle = date(2026, 6, 1)
    parts = money.live(one, FIRST, middle) + money.live(one, middle + timedelta(days=1), LAST)
    assert parts == _year("HY1000007", 7)


def test_every_balance_is_the_one_before_plus_the_amount_and_never_negative():
    for place in range(60):
        balances: dict[str, int] = {}
        for entry in _year(f"HY1{place:06d}", place):
            balances[entry.account] = balances.get(entry.account, 0) + entry.amount_fen
            assert entry.balance_fen == balances[entry.account] >= 0


def test_demo_passwords_differ_between_people_and_instances():
    made = {cast.password(person, secret) for person in cast.STAFF for secret in ("a" * 32, "b" * 32)}
    assert len(made) == 2 * len(cast.STAFF)
    assert all(len(word) >= 12 for word in made)


def test_what_a_reviewer_of_the_sample_bank_asks_for_finds_another_on_the_committee():
    bank_wide = [person for person in cast.STAFF if person.role == "reviewer" and not person.branch]
    assert len([person for person in bank_wide if person.in_committee]) >= 2
    assert {person.login for person in bank_wide} <= set(greeting.SHOWN), "both can sign in"


def _year(number: str, place: int = 1) -> list[money.Entry]:
    return money.live(money.purse(number, place, 1, FIRST), FIRST, LAST)
