from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import keyring, sealing


@pytest.fixture(autouse=True)
def _keys() -> Iterator[None]:
    keyring.hold({1: bytes(range(32)), 2: bytes(range(50, 82))}, current=2)
    yield
    keyring.forget()


@given(st.text(), st.integers(1, 2**62))
def test_what_was_sealed_for_a_place_opens_there(text, row):
    assert sealing.unseal(sealing.seal(text, table="client", column="name", row=row), **_at(row)) == text


@pytest.mark.parametrize("place", [{"row": 2}, {"column": "phone"}, {"table": "account"}])
def test_a_value_moved_elsewhere_does_not_open(place):
    blob = sealing.seal("张三", **_at(1))
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(blob, **{**_at(1), **place})


def test_every_altered_byte_is_noticed():
    blob = sealing.seal("13812345678", **_at(1))
    for at in range(2, len(blob)):
        altered = blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]
        with pytest.raises(sealing.Unreadable):
            sealing.unseal(altered, **_at(1))


def test_the_same_text_is_never_sealed_the_same_way_twice():
    assert sealing.seal("张三", **_at(1)) != sealing.seal("张三", **_at(1))


def test_a_blind_index_finds_a_value_however_it_is_spaced_and_differs_by_field():
    assert sealing.blind_index("phone", "138 1234 5678") == sealing.blind_index("phone", "13812345678")
    assert sealing.blind_index("phone", "13812345678") != sealing.blind_index("bank_number", "13812345678")


def _at(row: int) -> dict:
    return {"table": "client", "column": "name", "row": row}
