"""The page 回调接收: empty at first, then what came, what lags, what failed and what nobody understands."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from kernel import clock, database, sealing
from staff.models import AuditEntry
from webhooks import tallies
from webhooks.storing import row_of

ADD = """
INSERT INTO callback
  (side, app, digest, kind, lane, body_sealed, state, attempts, problem, created_at, handled_at, copies)
VALUES ($1, 'wwtest0000000001', $2, $3, $4, $5, $6, 1, $7, $8, $9, 1)
"""
STRANGE = (
    "<xml><ToUserName>ww</ToUserName><CreateTime>1790000000</CreateTime><MsgType>event</MsgType>"
    "<Event>future_thing</Event><Mobile>13812345678</Mobile></xml>"
)


async def add(n: int, state: str, lane: str = "callbacks", kind: str = "group_changed", problem: str = "") -> None:
    digest = f"{n:064x}"
    body = sealing.seal(STRANGE, table="callback", column="body_sealed", row=row_of(digest))
    now = clock.now()
    handled = now - timedelta(seconds=3) if state == "handled" else None
    await database.execute(ADD, "wecom", digest, kind, lane, body, state, problem, now - timedelta(seconds=5), handled)


async def some_traffic() -> None:
    minute = clock.now().replace(second=0, microsecond=0)
    for ago in range(40):
        at = minute - timedelta(minutes=ago)
        key = (at, "wecom", "wwtest0000000001")
        n = 30 + (ago * 37) % 50
        await tallies.add(
            {(*key, "received"): n, (*key, "repeated"): 3, (*key, "within:5"): n - 2, (*key, "within:50"): 2}
        )
    await database.execute(
        "INSERT INTO callback_mark (app, received_at, old_key_calls, refused, refused_reason)"
        " VALUES ('wecom:wwtest0000000001:1000002', now(), 0, '{}', '')"
    )
    await database.execute(
        "INSERT INTO refused_call (day, side, reason, count) VALUES ($1, 'wecom', 'signature', 4)", clock.today()
    )
    for n in range(20):
        await add(n, "handled", ("urgent", "messages", "callbacks")[n % 3])
    await add(100, "received", "messages")
    await add(101, "dead", problem="ValueError at community/groups/roster.py:40")
    await add(102, "failed", problem="Later")
    await add(103, "unknown", kind="?event.future_thing")
    await add(104, "quarantined", problem="missing ChatId")


def keep(name: str, text: str) -> None:
    """For looking at: only where somebody asks for it."""
    if folder := os.environ.get("HUILIU_KEEP_PAGES"):
        (Path(folder) / f"{name}.html").write_text(text, encoding="utf-8")


async def test_before_anything_came_the_page_says_what_to_do(signed_in, people):
    page = await (await signed_in("auditor")).get("/settings/intake")
    assert page.status == 200
    assert "还没有收到过回调" in page.text
    assert "没有失败的回调" in page.text
    keep("empty", page.text)


async def test_the_page_tells_rates_lags_refusals_and_everything_set_aside(signed_in, people):
    await some_traffic()
    browser = await signed_in("administrator")
    page = await browser.get("/settings/intake")
    keep("full", page.text)
    for told in ("ValueError at community/groups/roster.py:40", "?event.future_thing", "missing ChatId", "签名不符"):
        assert told in page.text
    assert "13812345678" not in page.text
    moving = await browser.get("/settings/intake/now")
    assert moving.status == 200
    assert 'hx-trigger="every 5s"' in moving.text
    assert "<html" not in moving.text


async def test_an_unknown_kind_is_let_go_and_what_was_set_aside_read_again_with_a_trace(signed_in, people):
    await some_traffic()
    browser = await signed_in("administrator")
    form = {"side": "wecom", "app": "wwtest0000000001", "kind": "?event.future_thing"}
    assert (await browser.post("/settings/intake/unknown", form)).status == 303
    assert await database.fetch_value("SELECT count(*) FROM callback WHERE state = 'unknown'") == 0
    assert (await browser.post("/settings/intake/examination", {})).status == 303
    actions = await AuditEntry.all().values_list("action", flat=True)
    assert {"callback.let_go", "callback.examined_again"} <= set(actions)
    assert (await (await signed_in("auditor")).post("/settings/intake/examination", {})).status == 403
