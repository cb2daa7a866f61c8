"""The sandbox beside the product: it plays exactly the accounts that the settings name and calls our doors back."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from kernel import settings
from kernel.settings import Settings
from wechat.sandbox import server
from wechat.sandbox.config import AccountConfig, AgentConfig, Config, CorpConfig

ACCOUNT_PATH = "/callbacks/official_account"
WECOM_PATH = "/callbacks/wecom"


def run() -> None:
    """Serve at the sandbox address of the settings until told to stop."""
    now = settings.get()
    server.serve(config_of(now), "127.0.0.1", urlsplit(now.sandbox_url).port or 0)


def config_of(now: Settings) -> Config:
    """One official account and one corp with one app, with their callbacks pointing at the web process."""
    own = f"http://127.0.0.1:{now.web_port}"
    account = AccountConfig(
        appid=now.oa_appid,
        secret=now.oa_secret,
        token=now.oa_token,
        aes_key=now.oa_aes_key,
        callback_url=own + ACCOUNT_PATH,
        original_id=now.oa_original_id,
        name=now.bank_name,
    )
    agent = AgentConfig(
        agentid=now.wecom_agentid,
        secret=now.wecom_secret,
        token=now.wecom_token,
        aes_key=now.wecom_aes_key,
        callback_url=own + WECOM_PATH,
        name="回流",
    )
    corp = CorpConfig(corpid=now.wecom_corpid, name=now.bank_name, agents=[agent])
    state = Path(now.data_dir) / "sandbox.json"
    return Config(official_accounts=[account], corps=[corp], state_file=str(state))


def callbacks(now: Settings) -> list[dict[str, str]]:
    """Where to post callbacks to this instance, with the keys to seal and sign them; for tests and trials."""
    rows = (
        ("official_account", ACCOUNT_PATH, now.oa_token, now.oa_aes_key, now.oa_appid),
        ("wecom", WECOM_PATH, now.wecom_token, now.wecom_aes_key, now.wecom_corpid),
    )
    own = f"http://127.0.0.1:{now.web_port}"
    return [
        {"side": side, "url": own + path, "token": token, "aes_key": key, "receive_id": receiver}
        for side, path, token, key, receiver in rows
    ]
