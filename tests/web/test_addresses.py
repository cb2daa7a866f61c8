"""Whose address counts: the caller's own, and a forwarded one only where our own proxies wrote it."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from kernel import settings
from kernel.settings import BadSettings
from web import addresses


def _request(peer: str, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    return Request({"type": "http", "client": (peer, 1), "headers": headers})


@pytest.fixture
def behind_proxies(monkeypatch):
    monkeypatch.setenv("HUILIU_TRUSTED_PROXIES", "10.0.0.0/8, 2001:db8::1")
    settings.forget()
    yield
    monkeypatch.undo()
    settings.forget()


def test_without_proxies_of_ours_nobody_can_lend_an_address():
    assert addresses.of(_request("203.0.113.7", "198.51.100.1")) == "203.0.113.7"


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("10.1.1.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.1.1.1", ["1.2.3.4, 198.51.100.1, 10.2.2.2"], "198.51.100.1"),
        ("10.1.1.1", ["1.2.3.4", "198.51.100.1"], "198.51.100.1"),
        ("2001:db8::1", ["2001:db9::5"], "2001:db9::5"),
        ("::ffff:10.1.1.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.1.1.1", ["1.2.3.4, <script>"], "10.1.1.1"),
        ("10.1.1.1", [], "10.1.1.1"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
    ],
)
def test_the_nearest_hop_that_is_no_proxy_of_ours_is_the_caller(behind_proxies, peer, forwarded, caller):
    assert addresses.of(_request(peer, *forwarded)) == caller


def test_a_subscribers_many_ipv6_addresses_count_as_one():
    assert addresses.group("2001:db8::1") == addresses.group("2001:db8::ffff") != addresses.group("2001:db8:0:1::1")
    assert addresses.group("203.0.113.7") != addresses.group("203.0.113.8")


def test_a_proxy_list_that_is_no_list_of_addresses_stops_the_start():
    with pytest.raises(BadSettings, match="TRUSTED_PROXIES"):
        settings.load({"HUILIU_DEMO": "1", "HUILIU_TRUSTED_PROXIES": "the-proxy"})
