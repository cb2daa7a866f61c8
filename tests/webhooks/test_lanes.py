"""Kinds and lanes: what the door sees at a glance is what the whole event says, and welcomes are stored first."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest

from tests.webhooks.calling import Caller
from webhooks import kinds, storing
from webhooks.models import Callback
from wechat import bodies, callbacks
from wechat.events import Broken, Side

BODIES = json.loads((Path(__file__).parents[1] / "wechat" / "data" / "events.json").read_text(encoding="utf-8"))
TOLD = [(side, name) for side in ("oa", "wecom") for name in BODIES[side]]


@pytest.mark.parametrize(("side", "name"), TOLD)
def test_the_door_sorts_every_known_callback_as_its_whole_event(side: str, name: str) -> None:
    ours: Side = "official_account" if side == "oa" else "wecom"
    # the placeholders of texts are filled, so that nothing is missing
    text = f"<xml>{BODIES['common'][side]}{BODIES[side][name]}</xml>".replace("{ts}", "1790000000")
    plain = text.replace("{", "x").replace("}", "x").encode()
    event = callbacks.parse(ours, plain)
    assert not isinstance(event, Broken)
    assert kinds.sorted_in(ours, bodies.read(plain)) == (kinds.kind_of(event), kinds.lane_of(event))


async def test_what_clients_wait_for_has_a_lane_of_its_own(wechat: Caller) -> None:
    await wechat.account_event("o1", Event="subscribe", EventKey="")
    await wechat.account_event("o1", Event="CLICK", EventKey="menu")
    await wechat.account_event("o1", Event="TEMPLATESENDJOBFINISH", MsgID="1", Status="success")
    await wechat.corp_event(Event="change_external_chat", ChangeType="create", ChatId="wr1")
    lanes = await Callback.all().order_by("id").values_list("lane", flat=True)
    assert lanes == ["messages", "messages", "callbacks", "callbacks"]


async def test_a_welcome_is_stored_before_a_thousand_that_came_earlier(
    wechat: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    real = storing.store

    async def noted(line: object, calls: list[storing.Received]) -> list[storing.Stored]:
        order.extend(call.lane for call in calls)
        return await real(line, calls)  # type: ignore[arg-type]

    monkeypatch.setattr(storing, "store", noted)
    at = int(time.time())
    others = [asyncio.create_task(wechat.account_event(f"o{n}", at, Event="VIEW", EventKey="x")) for n in range(1000)]
    event = {"Event": "change_external_contact", "ChangeType": "add_external_contact", "UserID": "zhang.wei"}
    welcome = asyncio.create_task(wechat.corp_event(at, **event, ExternalUserID="wm1", WelcomeCode="CODE"))
    answers = await asyncio.gather(*others, welcome)
    assert {status for status, _ in answers} == {200}
    assert order[0] == "urgent"
    assert len(order) == 1001
