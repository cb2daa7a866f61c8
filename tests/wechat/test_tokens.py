"""Access tokens: one fetch for all, renewed in time, sealed at rest, and alive without Redis."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from kernel import cache, clock, database, settings
from tests.wechat.conftest import SECRET
from tests.wechat.loopback import CUSTOM, STABLE, Loopback, MakeAccount, MakeCorp, fault_of
from wechat import faults, tokens


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_token_that_is_always_refused_costs_three_calls_and_a_typed_fault(
    platform: Loopback, account_door: MakeAccount, code: int
) -> None:
    door = account_door()
    await door.send_text("o1", "您好")
    platform.seen.clear()
    platform.answer(CUSTOM, {"errcode": code, "errmsg": "invalid credential"})
    fault = await fault_of(door.send_text("o1", "您好"))
    assert isinstance(fault, faults.Blocked)
    assert (fault.reason, fault.errcode, fault.after) == ("token", code, None)
    assert [seen.path for seen in platform.seen] == [CUSTOM, STABLE, CUSTOM]


async def test_a_stale_token_is_renewed_once_and_the_call_is_made_again(
    platform: Loopback, account_door: MakeAccount
) -> None:
    door = account_door()
    await door.send_text("o1", "一")
    stale = platform.calls(CUSTOM)[0].query["access_token"]
    platform.answer(CUSTOM, lambda seen: {"errcode": 42001 if seen.query["access_token"] == stale else 0})
    await door.send_text("o1", "二")
    assert platform.tokens == 2
    assert [seen.query["access_token"] == stale for seen in platform.calls(CUSTOM)] == [True, True, False]


async def test_a_token_that_another_process_renewed_is_taken_over_without_asking(
    platform: Loopback, account_door: MakeAccount
) -> None:
    first, second = account_door(), account_door()
    await first.send_text("o1", "一")
    await second.send_text("o1", "二")
    platform.answer(CUSTOM, lambda seen: {"errcode": 40001 if seen.query["access_token"].startswith("T1") else 0})
    await first.send_text("o1", "三")
    await second.send_text("o1", "四")
    assert platform.tokens == 2


async def test_sixteen_cold_callers_in_four_processes_fetch_one_token(
    platform: Loopback, account_door: MakeAccount
) -> None:
    made = [account_door() for _ in range(4)]
    await asyncio.gather(*(door.send_text(f"o{n}", "您好") for n in range(4) for door in made))
    assert platform.tokens == 1
    assert len(platform.calls(CUSTOM)) == 16


async def test_a_token_is_replaced_before_it_ends(platform: Loopback, account_door: MakeAccount) -> None:
    platform.token_lasts = 30
    door = account_door()
    await door.send_text("o1", "一")
    await door.send_text("o1", "二")
    assert platform.tokens == 2


async def test_a_wrong_secret_is_not_asked_about_again_and_again(platform: Loopback, corp_door: MakeCorp) -> None:
    platform.answer("/cgi-bin/gettoken", {"errcode": 40001, "errmsg": f"invalid secret {SECRET}"})
    door = corp_door()
    for _ in range(5):
        fault = await fault_of(door.follow_users())
        assert isinstance(fault, faults.Blocked)
        assert fault.reason == "secret"
    assert len(platform.calls("/cgi-bin/gettoken")) == 1
    platform.replies.clear()
    later = clock.now() + timedelta(seconds=90)
    with clock.frozen(later):
        assert await door.follow_users() == []


async def test_tokens_are_sealed_wherever_they_rest(platform: Loopback, account_door: MakeAccount) -> None:
    await account_door().send_text("o1", "您好")
    row = await database.fetch_one("SELECT app, token_sealed, expires_at FROM access_token")
    assert row is not None
    assert row["app"] == "official_account:wx1"
    kept = await cache.redis_client().get("wechat:token:official_account:wx1")
    assert kept
    for resting in (bytes(row["token_sealed"]), kept.encode()):
        assert b"secret-token" not in resting


async def test_a_flushed_redis_costs_no_new_token(platform: Loopback, account_door: MakeAccount) -> None:
    await account_door().send_text("o1", "一")
    await cache.redis_client().flushall()
    await account_door().send_text("o1", "二")
    assert platform.tokens == 1


async def test_a_redis_restored_from_an_old_copy_costs_one_call_and_no_new_token(
    platform: Loopback, account_door: MakeAccount
) -> None:
    await account_door().send_text("o1", "一")
    old = tokens.Token("T0-old", clock.now() + timedelta(hours=1))
    await tokens.write_redis("official_account:wx1", old)
    platform.answer(CUSTOM, lambda seen: {"errcode": 40001 if seen.query["access_token"] == "T0-old" else 0})
    await account_door().send_text("o1", "二")
    assert platform.tokens == 1
    assert len(platform.calls(CUSTOM)) == 3


async def test_without_redis_the_database_serves(
    platform: Loopback, account_door: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cache.close_redis()
    monkeypatch.setenv("HUILIU_REDIS_URL", "redis://127.0.0.1:9/0")
    settings.forget()
    try:
        made = [account_door() for _ in range(3)]
        await asyncio.gather(*(door.send_text("o1", "您好") for door in made))
        assert platform.tokens == 1
    finally:
        await cache.close_redis()
        monkeypatch.undo()
        settings.forget()


async def test_a_token_outlives_the_transaction_that_was_rolled_back(
    platform: Loopback, account_door: MakeAccount
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction():
            await account_door().send_text("o1", "您好")
            raise ZeroDivisionError
    assert await database.fetch_value("SELECT count(*) FROM access_token") == 1
