"""Tracked links: nobody makes one up, a tap lands on the timeline once, and programs are not people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from campaigns.content import link_opening, links
from campaigns.content.link_opening import Visit
from campaigns.content.links import Told
from community.clients import timeline
from community.sending.carrying import Receiver
from kernel import clock
from kernel.errors import NotFound
from tests.campaigns.conftest import Cast, make_clients

PHONE = {
    "user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.50",
    "accept": "text/html,application/xhtml+xml",
}
NUMBERS = st.integers(0, 2**63 - 1)


@effort(max_examples=40, deadline=None)
@given(NUMBERS, NUMBERS, NUMBERS, st.integers(0, 50), st.integers(1, 63))
def test_a_token_says_what_was_put_in_and_any_change_breaks_it(
    link: int, client: int, staff: int, place: int, turn: int
) -> None:
    token = links.token(link, client, staff)
    assert links.read(token) == Told(link, client, staff)
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    at = place % (len(token) - 1)
    changed = signs[(signs.index(token[at]) + turn) % 64]
    with pytest.raises(NotFound):
        links.read(token[:at] + changed + token[at + 1 :])


@pytest.mark.parametrize("token", ["", "x", "您好", "A" * 61, "AAAA", "%%%%", "AA=="])
def test_what_is_no_token_leads_nowhere(token: str) -> None:
    with pytest.raises(NotFound):
        links.read(token)


@pytest.mark.parametrize(
    ("method", "changed"),
    [
        ("HEAD", {}),
        ("GET", {"user-agent": ""}),
        ("GET", {"user-agent": "curl/8.5"}),
        ("GET", {"user-agent": "Mozilla/5.0 (compatible; Baiduspider/2.0)"}),
        ("GET", {"user-agent": "Mozilla/5.0 HeadlessChrome/120"}),
        ("GET", {"purpose": "prefetch"}),
        ("GET", {"sec-purpose": "prefetch;prerender"}),
        ("GET", {"x-moz": "prefetch"}),
        ("GET", {"sec-fetch-dest": "image"}),
        ("GET", {"accept": "image/*"}),
    ],
)
def test_previews_and_scanners_are_no_people(method: str, changed: dict[str, str]) -> None:
    assert link_opening.is_person(Visit("GET", PHONE))
    assert not link_opening.is_person(Visit(method, {**PHONE, **changed}))


async def test_a_tap_lands_on_the_clients_timeline_once_and_previews_do_not(cast: Cast) -> None:
    (client_id,) = await make_clients(cast, 1)
    link = await links.track("campaign:7", "main", "https://bank.example/a", "理财课")
    assert (await links.track("campaign:7", "main", "https://bank.example/a")).id == link.id
    found, told = await links.open_token(links.token(link.id, client_id, cast.chen.id))
    assert found.url == "https://bank.example/a"
    ways = [await link_opening.note(found, told, Visit("GET", PHONE)) for _ in range(2)]
    ways.append(await link_opening.note(found, told, Visit("HEAD", PHONE)))
    ways.append(await link_opening.note(found, Told(link.id, 0, cast.chen.id), Visit("GET", PHONE)))
    assert ways == ["client", "again", "preview", "unknown"]
    entries = [one for one in await timeline.entries(client_id) if one.kind == "link.clicked"]
    assert [dict(one.detail) for one in entries] == [{"campaign": 7, "step": "main", "link": link.id}]
    with clock.frozen(clock.day_bounds(clock.today())[1] - timedelta(seconds=1)):
        assert await link_opening.note(found, told, Visit("GET", PHONE)) == "again"
    with clock.frozen(clock.day_bounds(clock.today())[1]):
        assert await link_opening.note(found, told, Visit("GET", PHONE)) == "client"
    assert await link_opening.counts("campaign:7") == {"client": 2, "again": 2, "preview": 1, "unknown": 1}
    assert await link_opening.by_staff("campaign:7") == [("陈经理", 3)]
    with clock.frozen(clock.now() + links.GOOD_FOR * 1.01), pytest.raises(NotFound):
        await links.open_token(links.token(link.id, client_id))


async def test_a_link_is_good_for_as_long_after_it_was_last_put_into_a_message(cast: Cast) -> None:
    link = await links.track("journey:7", "s1", "https://bank.example/a")
    made, token = link.created_at, links.token(link.id)
    with clock.frozen(made + links.GOOD_FOR * 0.9):
        await links.track("journey:7", "s1", "https://bank.example/a")
    with clock.frozen(made + links.GOOD_FOR * 1.8):
        assert (await links.open_token(token))[0].id == link.id
        # cards are carried by number
        assert links.PATH in await links.address_for(link.id, link.url, Receiver(0, "", ""))
    with clock.frozen(made + links.GOOD_FOR * 2.7):
        await links.open_token(token)
    with clock.frozen(made + links.GOOD_FOR * 2.9), pytest.raises(NotFound):
        await links.open_token(token)
