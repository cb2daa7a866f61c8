"""Which accounts there are: those of the settings and those of the console, told apart by address and id."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kernel import clock, database, settings
from kernel.errors import Refused
from wechat import accounts, accounts_changing, app_rows, apps, doors
from wechat.accounts_changing import Described
from wechat.app_rows import AppRow
from wechat.faults import Blocked

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
OWN = replace(settings.load({"HUILIU_DEMO": "1"}), oa_appid="wxOWN", oa_secret="s", oa_token="t", oa_aes_key="A" * 43)
OTHER = AppRow(7, "official_account", "wxother", 0, "信用卡中心", "cards", secret="s2", token="t2", aes_key="B" * 43)


def test_the_settings_account_is_the_primary_one_until_the_console_names_another() -> None:
    found = apps.listing(OWN, [OTHER], NOW).apps
    assert [(app.receive_id, app.is_primary) for app in found] == [("wxOWN", True), ("wxother", False)]
    found = apps.listing(OWN, [replace(OTHER, is_primary=True)], NOW).apps
    assert [(app.receive_id, app.is_primary) for app in found] == [("wxother", True), ("wxOWN", False)]


def test_the_short_address_stays_with_the_settings_account_whoever_is_primary() -> None:
    known = apps.listing(OWN, [replace(OTHER, is_primary=True)], NOW)
    assert known.by_slug["official_account", ""].receive_id == "wxOWN"
    assert known.by_slug["official_account", "wxown"].receive_id == "wxOWN"
    assert known.by_slug["official_account", "cards"].receive_id == "wxother"
    assert ("wecom", "cards") not in known.by_slug


def test_what_the_environment_gives_wins_and_the_console_completes_the_rest() -> None:
    row = AppRow(
        3, "official_account", "wxOWN", 0, "海岳银行", "main", secret="old", template_id="T", mode="compatible"
    )
    (app,) = apps.listing(OWN, [row], NOW).apps
    assert (app.id, app.secret, app.template_id, app.mode, app.slug) == (3, "s", "T", "compatible", "main")
    assert app.is_from_settings


def test_two_keys_count_until_the_date_and_the_current_one_comes_first() -> None:
    until = NOW + timedelta(days=1)
    row = replace(OTHER, aes_previous="C" * 43, aes_previous_until=until)
    known = apps.listing(OWN, [row], NOW)
    assert known.by_slug["official_account", "cards"].aes_keys == ("B" * 43, "C" * 43)
    assert known.until == until
    assert apps.listing(OWN, [row], until).by_slug["official_account", "cards"].aes_keys == ("B" * 43,)


def test_of_a_corps_apps_the_agent_is_named_or_the_first_speaks() -> None:
    rows = [AppRow(n, "wecom", "wwX", 1000 + n, f"应用{n}", f"app-{n}", secret=f"s{n}") for n in (1, 2)]
    known = apps.listing(OWN, rows, NOW)
    assert known.by_receiver["wecom", "wwX"].agentid == 1001


def test_no_secret_is_ever_in_what_is_printed_of_an_account() -> None:
    for app in apps.listing(OWN, [replace(OTHER, aes_previous="C" * 43, aes_previous_until=NOW)], NOW).apps:
        shown = repr(app)
        assert not [secret for secret in ("s2", "t2", "B" * 43, "A" * 43) if f"'{secret}'" in shown]


async def added(slug: str = "cards", receive_id: str = "wxother") -> apps.App:
    """A second official account with all it needs."""
    app = await accounts_changing.add("official_account", receive_id, 0, Described("信用卡中心", slug))
    await accounts_changing.set_secrets(app, secret="secret-two", token="tokentwo", aes_key="B" * 43)
    found = accounts.by_slug("official_account", slug)
    assert found is not None
    return found


async def test_secrets_are_sealed_at_rest_and_known_at_once(db: None) -> None:
    app = await added()
    assert (app.secret, app.token, app.aes_keys) == ("secret-two", "tokentwo", ("B" * 43,))
    row = await database.fetch_one("SELECT secret_sealed, token_sealed, aes_key_sealed FROM wechat_app")
    assert row is not None
    assert all(b"secret-two" not in bytes(blob) and b"tokentwo" not in bytes(blob) for blob in row.values())


async def test_another_process_knows_it_after_a_refresh_and_a_broken_row_spoils_no_other(db: None) -> None:
    app = await added()
    await database.execute("UPDATE wechat_app SET secret_sealed = '\\x0000'")
    accounts.forget()
    assert accounts.by_slug("official_account", "cards") is None
    await accounts.refresh()
    found = accounts.find("official_account", app.receive_id)
    assert found is not None
    assert (found.secret, found.token) == ("", "tokentwo")


async def test_a_rotation_keeps_the_old_key_until_its_date(db: None) -> None:
    app = await added()
    fresh = accounts_changing.new_aes_key()
    await accounts_changing.rotate(app, fresh, clock.now() + timedelta(days=7))
    found = accounts.by_slug("official_account", "cards")
    assert found is not None
    assert found.aes_keys == (fresh, "B" * 43)
    with clock.frozen(clock.now() + timedelta(days=7, seconds=1)):
        later = accounts.by_slug("official_account", "cards")
        assert later is not None
        assert later.aes_keys == (fresh,)


async def test_the_settings_own_key_is_kept_as_the_previous_one_before_the_environment_changes(db: None) -> None:
    own = accounts.primary("wecom")
    await accounts_changing.rotate(own, "", clock.now() + timedelta(days=1))
    assert accounts.primary("wecom").aes_keys == own.aes_keys
    (row,) = await app_rows.read()
    assert row.aes_previous == settings.get().wecom_aes_key


@pytest.mark.parametrize("days", [0, 31])
async def test_an_overlap_is_neither_past_nor_longer_than_a_month(db: None, days: int) -> None:
    app = await added()
    with pytest.raises(Refused):
        await accounts_changing.rotate(app, "D" * 43, clock.now() + timedelta(days=days))


async def test_an_address_or_account_is_taken_only_once(db: None) -> None:
    await added()
    with pytest.raises(Refused):
        await added(receive_id="wxthird")
    with pytest.raises(Refused):
        await added(slug="another")
    with pytest.raises(Refused):
        await accounts_changing.add("official_account", settings.get().oa_appid, 0, Described("又一个", "again"))


async def test_a_paused_or_unknown_account_gives_no_door(db: None) -> None:
    app = await added()
    await accounts_changing.pause(app)
    for appid, reason in ((app.receive_id, "account_paused"), ("wxnobody", "unknown_account")):
        with pytest.raises(Blocked) as blocked:
            doors.official_account(appid)
        assert blocked.value.reason == reason
    await accounts_changing.resume(app)
    door = doors.official_account(app.receive_id)
    assert door is doors.official_account(app.receive_id)
    assert door is not doors.official_account()
    await doors.close()
