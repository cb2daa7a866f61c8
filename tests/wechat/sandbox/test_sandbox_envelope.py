"""The sandbox seals and signs as WeChat does: published vectors agree, spoilt ones are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wechat.sandbox import envelope

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "vectors.json").read_text(encoding="utf-8"))
SEALED = [one for one in VECTORS["vectors"] if "encrypt" in one]
SIGNED = [one for one in SEALED if "msg_signature" in one]


@pytest.mark.parametrize("vector", SIGNED, ids=lambda one: one["name"])
def test_signatures_agree_with_the_published_ones(vector: dict[str, Any]) -> None:
    signature = envelope.sign(vector["token"], vector["timestamp"], vector["nonce"], vector["encrypt"])
    assert signature == vector["msg_signature"]


@pytest.mark.parametrize("vector", SEALED, ids=lambda one: one["name"])
def test_published_ciphertexts_open(vector: dict[str, Any]) -> None:
    text, receive_id = envelope.decrypt(vector["encrypt"], vector["aes_key"])
    assert receive_id == vector["receive_id"]
    if "plaintext" in vector:
        assert text == vector["plaintext"]


@pytest.mark.parametrize("vector", [one for one in SEALED if "random" in one], ids=lambda one: one["name"])
def test_the_same_random_bytes_give_the_published_ciphertext(vector: dict[str, Any]) -> None:
    random = vector["random"].encode()
    sealed = envelope.encrypt(vector["plaintext"], vector["aes_key"], vector["receive_id"], random)
    assert sealed == vector["encrypt"]


@pytest.mark.parametrize("vector", [one for one in SEALED if one["kind"] == "callback_post"], ids=lambda o: o["name"])
def test_a_ciphertext_that_lost_its_end_is_refused(vector: dict[str, Any]) -> None:
    import base64

    cut = base64.b64encode(base64.b64decode(vector["encrypt"])[:-32]).decode()
    with pytest.raises(ValueError):  # noqa: PT011 -- the message differs by where the cut falls
        envelope.decrypt(cut, vector["aes_key"])


def test_half_a_block_is_refused() -> None:
    with pytest.raises(ValueError, match="whole blocks"):
        envelope.decrypt("AAAA", SEALED[0]["aes_key"])


def test_every_length_of_text_comes_back() -> None:
    key = SEALED[0]["aes_key"]
    for length in range(70):
        assert envelope.decrypt(envelope.encrypt("汇" * length, key, "wx1"), key) == ("汇" * length, "wx1")
