"""The doctor names what is wrong and how to mend it, and shows no secret."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from kernel import settings
from processes import doctor
from tests.conftest import Servers


async def test_a_wrong_database_address_is_named_without_its_password():
    now = replace(settings.get(), database_url="postgresql://huiliu:very-secret@127.0.0.1:9/huiliu")
    (found,) = await doctor.database(now)
    assert found.verdict == doctor.WRONG
    assert "127.0.0.1:9" in found.what
    assert "very-secret" not in found.what + found.mend
    assert "HUILIU_DATABASE_URL" in found.mend


async def test_an_address_that_is_none_is_named():
    (found,) = await doctor.database(replace(settings.get(), database_url="mysql://huiliu@127.0.0.1/huiliu"))
    assert found.verdict == doctor.WRONG


async def test_a_database_of_this_version_is_fine(servers: Servers, db: None):
    (found,) = await doctor.database(replace(settings.get(), database_url=servers.database))
    assert found.verdict == doctor.FINE


async def test_missing_migrations_are_named(servers: Servers, db: None):
    line = await asyncpg.connect(servers.database)
    await line.execute("CREATE DATABASE empty_one")
    await line.close()
    found = await doctor.database(
        replace(settings.get(), database_url=servers.database.replace("@/huiliu", "@/empty_one"))
    )
    assert [one.mend for one in found] == ["run `huiliu migrate`"]
    assert "kernel.0001_initial" in found[0].what


async def test_a_wrong_redis_address_is_named():
    (found,) = await doctor.broker(replace(settings.get(), redis_url="redis://127.0.0.1:9/0"))
    assert found.verdict == doctor.WRONG
    assert "HUILIU_REDIS_URL" in found.mend


async def test_keys_that_others_can_read_are_named(tmp_path: Path):
    (tmp_path / "keys.json").write_text("{}")
    (tmp_path / "keys.json").chmod(0o644)
    found = await doctor.data_folder(replace(settings.get(), data_dir=str(tmp_path)))
    assert any("chmod 600" in one.mend for one in found)


async def test_a_public_address_that_wechat_cannot_call_is_named():
    (found,) = await doctor.callbacks(replace(settings.get(), demo=False, public_url="http://127.0.0.1:8600"))
    assert found.verdict == doctor.WRONG


@pytest.mark.parametrize("missing", ["wecom_secret", "oa_aes_key"])
async def test_missing_credentials_are_named(missing: str):
    found = await doctor.wechat(replace(settings.get(), **{missing: ""}))
    assert any(f"HUILIU_{missing.upper()}" in one.mend for one in found)


async def test_a_redis_out_of_support_is_named_outside_the_demo(servers):
    now = replace(settings.get(), redis_url=servers.redis)
    (found,) = await doctor.broker(replace(now, demo=False))
    assert (found.verdict, "7" in found.mend) == (doctor.NOTE, True)
    (found,) = await doctor.broker(replace(now, demo=True))
    assert found.verdict == doctor.FINE
