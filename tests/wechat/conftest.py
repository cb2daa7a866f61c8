"""What tests of the WeChat door need beside the common fixtures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from kernel import settings
from tests.wechat import loopback as own
from tests.wechat.loopback import Loopback
from tests.wechat.world import world
from wechat.official_account.door import RealOfficialAccount
from wechat.transport import Transport
from wechat.wecom.door import RealWeCom

__all__ = ["world"]  # a fixture that is written beside, because it is long

SECRET = "very-secret-appsecret"


@pytest.fixture
def no_wechat_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that nobody has configured for WeChat."""
    for name in ("OA_APPID", "OA_TOKEN", "OA_AES_KEY", "WECOM_CORPID", "WECOM_TOKEN", "WECOM_AES_KEY"):
        monkeypatch.delenv(f"HUILIU_{name}", raising=False)
    settings.forget()
    yield
    monkeypatch.undo()
    settings.forget()


@pytest.fixture
async def platform() -> AsyncIterator[Loopback]:
    """A platform on loopback that answers as the test says."""
    made = Loopback()
    runner = await own.start(made)
    yield made
    await runner.cleanup()


@pytest.fixture
async def account_door(platform: Loopback, db: None) -> AsyncIterator[Callable[[], RealOfficialAccount]]:
    """Makes official-account doors on the loopback platform, each as one process would have it."""
    made: list[RealOfficialAccount] = []

    def make() -> RealOfficialAccount:
        transport = Transport("official_account", platform.url, total_s=0.8)
        pages = {"page_url": platform.url, "picture_url": platform.url}
        made.append(RealOfficialAccount(transport, appid="wx1", secret=SECRET, **pages))
        return made[-1]

    yield make
    for one in made:
        await one.close()


@pytest.fixture
async def corp_door(platform: Loopback, db: None) -> AsyncIterator[Callable[[], RealWeCom]]:
    """Makes WeCom doors on the loopback platform."""
    made: list[RealWeCom] = []

    def make() -> RealWeCom:
        transport = Transport("wecom", platform.url, total_s=0.8)
        made.append(
            RealWeCom(transport, corpid="ww1", agentid=7, secret=SECRET, page_url=platform.url, scan_url=platform.url)
        )
        return made[-1]

    yield make
    for one in made:
        await one.close()
