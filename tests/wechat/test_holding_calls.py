"""Quotas, crowds and broken accounts: what is held, for how long, by whom it ends, and what it costs in calls."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kernel import clock, database
from tests.wechat.loopback import CUSTOM, INFO, Loopback, MakeAccount, MakeCorp, fault_of
from wechat import breaking, faults, transport

FOLLOWERS = "/cgi-bin/externalcontact/get_follow_user_list"
TEN = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


async def test_a_days_quota_stops_this_api_until_midnight_and_no_other(
    platform: Loopback, account_door: MakeAccount
) -> None:
    platform.answer(CUSTOM, {"errcode": 45009, "errmsg": "reach max api daily quota limit"})
    platform.answer(INFO, {"openid": "o1", "subscribe": 1})
    with clock.frozen(TEN):
        door = account_door()
        fault = await fault_of(door.send_text("o1", "您好"))
        assert (type(fault), fault.pause) == (faults.Blocked, 14 * 3600)
        for one in (door, account_door()):
            held = await fault_of(one.send_text("o2", "您好"))
            assert (type(held), held.errcode, held.pause) == (faults.Blocked, 45009, 14 * 3600)
            assert (await one.fan("o1")).follows
    assert len(platform.calls(CUSTOM)) == 1
    platform.answer(CUSTOM, {"errcode": 0})
    with clock.frozen(TEN + timedelta(hours=14, seconds=1)):
        await account_door().send_text("o1", "您好")


async def test_wecoms_frequency_limit_rests_a_minute_and_an_hour_when_it_comes_again(
    platform: Loopback, corp_door: MakeCorp
) -> None:
    platform.answer(FOLLOWERS, {"errcode": 45009, "errmsg": "api freq out of limit"})
    with clock.frozen(TEN):
        door = corp_door()
        found = await asyncio.gather(*(fault_of(door.follow_users()) for _ in range(8)))
        assert {fault.pause for fault in found if fault.errcode} == {60}
    with clock.frozen(TEN + timedelta(seconds=61)):
        fault = await fault_of(corp_door().follow_users())
        assert fault.pause == 3600
        assert (await fault_of(corp_door().follow_users())).errcode == 45009
    assert len(platform.calls(FOLLOWERS)) <= 9
    with clock.frozen(TEN + timedelta(hours=3)):
        assert (await fault_of(corp_door().follow_users())).pause == 60


async def test_too_many_a_minute_rests_a_minute_and_then_goes_at_half_the_pace(
    platform: Loopback, account_door: MakeAccount
) -> None:
    platform.answer(CUSTOM, {"errcode": 45011, "errmsg": "api minute-quota reach limit"})
    with clock.frozen(TEN):
        assert (await fault_of(account_door().send_text("o1", "好"))).pause == 60
    with clock.frozen(TEN + timedelta(seconds=61)):
        door = account_door()
        assert (await fault_of(door.send_text("o1", "好"))).pause == 60
        assert door._transport.guard is not None
        assert door._transport.guard.breaker.share(CUSTOM) == 0.25
    platform.answer(CUSTOM, {"errcode": 0})
    with clock.frozen(TEN + timedelta(seconds=122)):
        door = account_door()
        await door.send_text("o1", "好")
        assert door._transport.guard is not None
        assert door._transport.guard.breaker.share(CUSTOM) == 0.25
    with clock.frozen(TEN + timedelta(hours=1)):
        door = account_door()
        await door.send_text("o1", "好")
        assert door._transport.guard is not None
        assert door._transport.guard.breaker.share(CUSTOM) == 1


async def test_too_many_at_once_goes_on_with_fewer_and_nobody_notices(
    platform: Loopback, corp_door: MakeCorp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "AGAIN_S", 0.02)
    inside, most = 0, 0

    async def crowded(_seen: Any) -> dict[str, Any]:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.02)
        refused = inside > 4
        inside -= 1
        return {"errcode": 45033, "errmsg": "api concurrent out of limit"} if refused else {"errcode": 0}

    platform.waiting[FOLLOWERS] = crowded
    door = corp_door()
    await door.follow_users()
    await asyncio.gather(*(door.follow_users() for _ in range(16)), return_exceptions=False)
    assert most > 4
    most = 0
    assert door._transport.guard is not None
    bound = door._transport.guard.crowd.most(FOLLOWERS)
    assert bound is not None
    await asyncio.gather(*(door.follow_users() for _ in range(16)))
    assert most <= bound + 1


async def test_a_crowd_that_never_clears_costs_four_calls_and_a_later(
    platform: Loopback, corp_door: MakeCorp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "AGAIN_S", 0.0)
    platform.answer(FOLLOWERS, {"errcode": 45033, "errmsg": "api concurrent out of limit"})
    fault = await fault_of(corp_door().follow_users())
    assert (type(fault), fault.reason) == (faults.Later, "concurrency")
    assert len(platform.calls(FOLLOWERS)) == 4


async def test_an_address_that_is_not_trusted_stops_the_app_until_one_probe_a_minute_gets_through(
    platform: Loopback, corp_door: MakeCorp
) -> None:
    platform.answer(FOLLOWERS, {"errcode": 60020, "errmsg": "not allow to access from your ip"})
    with clock.frozen(TEN):
        fault = await fault_of(corp_door().follow_users())
        assert (type(fault), fault.errcode) == (faults.Blocked, 60020)
        held = await fault_of(corp_door().staff_ids())
        assert (type(held), held.errcode, held.pause) == (faults.Blocked, 60020, 60)
    rows = await breaking.holds()
    assert [(row["app"], row["api"], row["kind"], row["errcode"]) for row in rows] == [
        ("wecom:ww1:7", "*", "account", 60020)
    ]
    with clock.frozen(TEN + timedelta(seconds=61)):
        door = corp_door()
        found = await asyncio.gather(*(fault_of(door.follow_users()) for _ in range(5)))
        assert {fault.errcode for fault in found} == {60020}
    assert len(platform.calls(FOLLOWERS)) == 2
    platform.answer(FOLLOWERS, {"errcode": 0})
    with clock.frozen(TEN + timedelta(seconds=200)):
        assert await corp_door().follow_users() == []
        assert await breaking.holds() == []


async def test_a_person_can_try_again_at_once(platform: Loopback, account_door: MakeAccount) -> None:
    platform.answer(CUSTOM, {"errcode": 48001, "errmsg": "api unauthorized"})
    door = account_door()
    await fault_of(door.send_text("o1", "好"))
    await fault_of(door.send_text("o1", "好"))
    assert len(platform.calls(CUSTOM)) == 1
    platform.answer(CUSTOM, {"errcode": 0})
    assert await breaking.release("official_account:wx1", CUSTOM, 5)
    assert not await breaking.release("official_account:wx1", CUSTOM, 5)
    await account_door().send_text("o1", "好")
    assert await database.fetch_value("SELECT ended_by_id FROM api_hold") == 5


async def test_a_changed_secret_ends_what_the_old_one_held(platform: Loopback, account_door: MakeAccount) -> None:
    platform.answer(CUSTOM, {"errcode": 40013, "errmsg": "invalid appid"})
    await fault_of(account_door().send_text("o1", "好"))
    assert await breaking.release_app("official_account:wx1") == 1
    assert await breaking.release_app("official_account:wx1") == 0


async def test_one_recipients_fault_holds_nobody(platform: Loopback, account_door: MakeAccount) -> None:
    for code in (45015, 43101, 43117, 40037, 47003):
        platform.answer(CUSTOM, {"errcode": code})
        await fault_of(account_door().send_text("o1", "好"))
    assert await database.fetch_value("SELECT count(*) FROM api_hold") == 0
    assert len(platform.calls(CUSTOM)) == 5


async def test_a_peer_that_answers_again_is_called_again(platform: Loopback, account_door: MakeAccount) -> None:
    platform.answer(INFO, "cut")
    with clock.frozen(TEN):
        door = account_door()
        for _ in range(12):
            await fault_of(door.fan("o1"))
        assert len(platform.calls(INFO)) == 10
    platform.answer(INFO, {"openid": "o1", "subscribe": 1})
    with clock.frozen(TEN + timedelta(seconds=6)):
        assert (await account_door().fan("o1")).follows
        assert await breaking.holds() == []


async def test_without_the_table_calls_go_on(
    platform: Loopback, account_door: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaking, "READ", "SELECT * FROM no_such_table WHERE $1 = $2")
    monkeypatch.setattr(breaking, "HOLD", "SELECT * FROM no_such_table")
    platform.answer(CUSTOM, {"errcode": 45009})
    door = account_door()
    await fault_of(door.send_text("o1", "好"))
    # the process that met the refusal keeps to it all the same
    assert (await fault_of(door.send_text("o1", "好"))).errcode == 45009
    assert len(platform.calls(CUSTOM)) == 1
