from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kernel import signing


def test_a_token_names_its_row_for_its_purpose_only():
    token = signing.sign("invitation", 17)
    assert signing.read("invitation", token) == 17
    with pytest.raises(signing.BadToken):
        signing.read("preferences", token)


def test_an_altered_token_is_refused():
    token = signing.sign("invitation", 17)
    for altered in (token[:-1], token + "x", "", "a.b.c", token.swapcase()):
        with pytest.raises(signing.BadToken):
            signing.read("invitation", altered)


def test_a_token_ages(monkeypatch):
    token = signing.sign("invitation", 17)
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: datetime(2040, 1, 1, tzinfo=UTC).timestamp())
    with pytest.raises(signing.BadToken):
        signing.read("invitation", token)


def test_the_same_content_has_one_hash_whatever_its_order() -> None:
    assert signing.content_hash({"b": [1, "课"], "a": None}) == signing.content_hash({"a": None, "b": [1, "课"]})
    assert signing.content_hash({"a": 1}) != signing.content_hash({"a": "1"})
    assert signing.token_hash("t") != signing.keyed_hash("t", "t")
