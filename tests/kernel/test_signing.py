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
