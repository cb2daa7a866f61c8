"""What tests of the WeChat door need beside the common fixtures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel import settings


@pytest.fixture
def no_wechat_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that nobody has configured for WeChat."""
    for name in ("OA_APPID", "OA_TOKEN", "OA_AES_KEY", "WECOM_CORPID", "WECOM_TOKEN", "WECOM_AES_KEY"):
        monkeypatch.delenv(f"HUILIU_{name}", raising=False)
    monkeypatch.setenv("HUILIU_DEMO", "1")
    settings.forget()
    yield
    monkeypatch.undo()
    settings.forget()
