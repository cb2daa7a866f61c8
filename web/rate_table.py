"""The rate limits as data: each with the reason for its size. A burst may come at once, then so many a minute."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """A bucket of `burst` requests that fills again by `per_minute`."""

    burst: int
    per_minute: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of door: what one address and what one account may ask of it; `routes` are the doors' names."""

    name: str
    of_address: Limit
    of_account: Limit
    why: str
    routes: tuple[str, ...] = ()


SPARED = ("/static/", "/health/", "/callbacks/")
"""Never limited: files that browsers keep, what supervisors ask, and WeChat (its intake refuses cheaply by itself)."""

STRANGER = Limit(300, 300)
"""An address without sign-in: a hall full of guests on one carrier's address opens a page or two each."""
LINKS = Limit(20, 10)
"""Taps on one personal link: nobody answers an invitation more often than that."""

PAGE = Kind(
    "page",
    Limit(6000, 6000),
    Limit(600, 600),
    "a head office sits behind one address; one person with an open progress page asks once in two seconds",
)
CHANGE = Kind("change", Limit(3000, 3000), Limit(120, 120), "two changes a second are a script, not a person")

KINDS = (
    Kind(
        "sign_in",
        Limit(60, 30),
        Limit(20, 10),
        "an office of sixty arrives at nine; who guesses slower than this meets the account's own back-off",
        ("sign_in",),
    ),
    Kind(
        "proof",
        Limit(60, 30),
        Limit(10, 5),
        "six digits fall to a hundred thousand tries: at five a minute that takes two weeks, and the code changes",
        ("sign_in_code_given", "sign_in_set_up_confirmed", "step_up_proof", "first_password_set", "account_password"),
    ),
    Kind(
        "reveal",
        Limit(300, 120),
        Limit(30, 10),
        "a director calls a dozen clients in a row; whoever reveals more is copying the book",
        ("client_reveal",),
    ),
    Kind(
        "search",
        Limit(600, 300),
        Limit(60, 60),
        "a phone number is searched as it is typed; walking all numbers is not searching",
        ("client_search", "interest_search", "points_search"),
    ),
    Kind(
        "export",
        Limit(60, 20),
        Limit(10, 5),
        "a file takes a reason and seconds of the database: five a minute are a script",
        ("export_ask", "export_fetch"),
    ),
    Kind(
        "upload",
        Limit(60, 20),
        Limit(20, 10),
        "a file of 200 MB takes disk and a minute of work; a month's statements are a handful of files",
        ("import_check", "import_take_in", "livestream_attendance", "products_take_in", "product_ratings"),
    ),
    Kind(
        "costly",
        Limit(600, 300),
        Limit(60, 60),
        "counting an audience reads every client of the bank: once a second is as fast as a person changes rules",
        ("campaign_audience", "campaign_wording"),
    ),
)
STRICT = {route: kind for kind in KINDS for route in kind.routes}
