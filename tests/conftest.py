"""The ground of all tests: own settings, one embedded PostgreSQL and Redis, an empty database for each test."""

from __future__ import annotations

import base64
import os
import secrets
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


def _environment() -> dict[str, str]:
    key = base64.b64encode(bytes(range(1, 33))).decode()
    return {
        "HUILIU_DEMO": "1",
        "HUILIU_SECRET_KEY": "tests-only-0123456789-abcdefghijklmnop",
        "HUILIU_SEALING_KEY": key,
        "HUILIU_INDEX_KEY": base64.b64encode(bytes(range(101, 133))).decode(),
        "HUILIU_OA_APPID": "wxtest0000000001",
        "HUILIU_OA_ORIGINAL_ID": "gh_test00000001",
        "HUILIU_OA_SECRET": "oa-secret-for-tests-only",
        "HUILIU_OA_TOKEN": "oatokenfortests",
        "HUILIU_OA_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        "HUILIU_OA_TEMPLATE_ID": "TEMPLATE-TESTS",
        "HUILIU_WECOM_CORPID": "wwtest0000000001",
        "HUILIU_WECOM_AGENTID": "1000002",
        "HUILIU_WECOM_SECRET": "wecom-secret-for-tests-only",
        "HUILIU_WECOM_TOKEN": "wecomtokenfortests",
        "HUILIU_WECOM_AES_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
        "HUILIU_OA_API_URL": "http://127.0.0.1:9/oa",
        "HUILIU_WECOM_API_URL": "http://127.0.0.1:9/wx",
        "HUILIU_OA_PAGE_URL": "http://127.0.0.1:9/mp",
    }


os.environ.update(_environment())

from kernel import settings  # noqa: E402

KEPT = ("tortoise_migrations", "data_key")
"""Tables that every test finds as the one before left them: the schema's state, and the keys that processes hold."""


@dataclass(frozen=True)
class Servers:
    """Addresses of the embedded servers of this test run; `database` is this worker's own database."""

    database: str
    redis: str


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The short form of `make prove` leaves out what takes many minutes."""
    if os.environ.get("HUILIU_PROVE") == "short":
        long = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Tests never leave this machine: any other address is refused at the socket."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family != socket.AF_UNIX and not str(host).startswith(("127.", "::1", "localhost")):
            raise AssertionError(f"a test tried to reach {host}")
        real(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign]
    yield
    socket.socket.connect = real  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The embedded PostgreSQL and Redis, migrated; started once per test process and stopped with it."""
    from processes import embedded

    with tempfile.TemporaryDirectory(prefix="huiliu-tests-") as folder:
        Path(folder).chmod(0o755)
        postgres = embedded.start_postgres(Path(folder), durable=False)
        redis = embedded.start_redis(Path(folder), durable=False)
        os.environ.update(HUILIU_DATABASE_URL=postgres.url, HUILIU_REDIS_URL=redis.url)
        settings.forget()
        try:
            yield Servers(postgres.url, redis.url)
        finally:
            redis.stop()
            postgres.stop()


@pytest.fixture(scope="session")
async def _schema(servers: Servers) -> AsyncIterator[None]:
    from kernel import cache, database, tasks
    from processes import migrating, registrations, schema  # noqa: F401  # registrations: imported for what it registers

    await migrating.migrate(servers.database)
    await database.open_database(schema.config(servers.database, pool=(1, 10)))
    tasks.connect(servers.redis)
    yield
    await cache.close_redis()
    await database.close_database()


@pytest.fixture
async def db(_schema: None) -> AsyncIterator[None]:
    """An empty, migrated PostgreSQL and an empty Redis; `kernel.database` and the models are open on it."""
    from kernel import cache
    from tests import emptying
    from wechat import accounts, doors, watching

    # a door that an earlier test left open leads to that test's WeChat
    await doors.close()
    accounts.forget()
    watching.forget()
    await emptying.empty_all_but(KEPT)
    await cache.redis_client().flushall()
    yield


@pytest.fixture
def crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`crash(point, times)`: environment for child processes that die by SIGKILL at a named point so many times."""

    def at(point: str, times: int = 1) -> dict[str, str]:
        counter = tmp_path / f"crash-{secrets.token_hex(4)}"
        counter.write_text(str(times))
        return {"HUILIU_CRASH_AT": f"{point}={counter}"}

    return at


def sandbox_place(callbacks: str = "") -> dict[str, Any]:
    """The sandbox's configuration for these tests' account and corp; `callbacks`: where they are called back."""
    now = settings.get()
    template = {"template_id": now.oa_template_id, "title": "服务通知", "content": ""}
    return {
        "official_accounts": [
            {
                "appid": now.oa_appid,
                "original_id": now.oa_original_id,
                "secret": now.oa_secret,
                "token": now.oa_token,
                "aes_key": now.oa_aes_key,
                "callback_url": f"{callbacks}/callbacks/official_account" if callbacks else "",
                "templates": [template],
            }
        ],
        "corps": [
            {
                "corpid": now.wecom_corpid,
                "agents": [
                    {
                        "agentid": now.wecom_agentid,
                        "secret": now.wecom_secret,
                        "token": now.wecom_token,
                        "aes_key": now.wecom_aes_key,
                        "callback_url": f"{callbacks}/callbacks/wecom" if callbacks else "",
                    }
                ],
            }
        ],
        "switches": {"template_delay_s": 0.02, "dispatching_s": 0},
    }


@pytest.fixture
async def sandbox(db: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """A WeChat of this test's own; the product's doors reach it over HTTP, only the host map differs."""
    from wechat import doors
    from wechat.sandbox import config, server
    from wechat.sandbox.client import Sandbox

    async with server.running(config.read(sandbox_place())) as url, Sandbox(f"{url}/_ctl") as control:
        for name, path in (("OA_API", "oa"), ("WECOM_API", "wx"), ("OA_PAGE", "mp")):
            monkeypatch.setenv(f"HUILIU_{name}_URL", f"{url}/{path}")
        monkeypatch.setenv("HUILIU_SANDBOX_URL", url)
        settings.forget()
        await doors.close()
        yield control
        await doors.close()
    monkeypatch.undo()
    settings.forget()
