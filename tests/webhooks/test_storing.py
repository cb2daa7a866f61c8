"""Rows of callbacks: what is stored is what was received, whatever an account is called."""

from __future__ import annotations

import pytest

from webhooks import storing
from webhooks.line import Line
from webhooks.models import Callback


def received(app: str, digest: str) -> storing.Received:
    return storing.Received("official_account", app, digest, "?NULL", "messages", b"<xml></xml>")


@pytest.mark.parametrize("app", ["wx1", 'a"b', "a\\", "{a,b}", "NULL", "", "\n", "\u7406\u8d22"])
async def test_every_name_of_an_account_is_kept_to_the_letter(db: None, app: str) -> None:
    line, digests = Line(), [f"{n:064x}" for n in range(3)]
    new = await storing.store(line, [received(app, digest) for digest in [*digests, digests[0]]])
    again = await storing.store(line, [received(app, digests[1])])
    await line.close()
    assert [(side, of, lane) for _, side, of, lane in new] == [("official_account", app, "messages")] * 3
    assert again == []
    rows = await Callback.all().order_by("digest").values_list("app", "digest", "kind", "copies")
    assert rows == [(app, digest, "?NULL", n) for digest, n in zip(digests, (2, 2, 1), strict=True)]
