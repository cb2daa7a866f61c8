"""The sandbox beside the product, or alone: it plays the accounts of the settings, or ones made for it, and calls back.

Alone it makes keys of its own once per data folder and says what to copy into the product's settings.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from kernel import settings
from kernel.settings import Settings
from processes import instance
from wechat.sandbox import server
from wechat.sandbox.config import AccountConfig, AgentConfig, Config, CorpConfig
from wechat.sandbox.play import bureau

ACCOUNT_PATH = "/callbacks/official_account"
WECOM_PATH = "/callbacks/wecom"


FOLDER = "sandbox"
COPIED = (
    "HUILIU_OA_APPID",
    "HUILIU_OA_ORIGINAL_ID",
    "HUILIU_OA_SECRET",
    "HUILIU_OA_TOKEN",
    "HUILIU_OA_AES_KEY",
    "HUILIU_OA_TEMPLATE_ID",
    "HUILIU_WECOM_CORPID",
    "HUILIU_WECOM_AGENTID",
    "HUILIU_WECOM_SECRET",
    "HUILIU_WECOM_TOKEN",
    "HUILIU_WECOM_AES_KEY",
)
"""What the product must know of the sandbox's accounts."""


def run(*, seed: str = "", port: int = 0, product: str = "", afresh: bool = False) -> None:
    """Serve until told to stop: at the address of the settings where they name one, otherwise alone."""
    if os.environ.get("HUILIU_SANDBOX_URL"):
        now = settings.get()
        server.serve(config_of(now), "127.0.0.1", urlsplit(now.sandbox_url).port or 0)
    else:
        alone(seed, port, product, afresh=afresh)


def alone(seed: str, port: int, product: str, *, afresh: bool) -> None:
    """Without a product: own keys and people in the data folder, found again at the next start unless `afresh`."""
    wanted = settings.load({**os.environ, "HUILIU_DEMO": "1"})
    folder = Path(wanted.data_dir).resolve() / FOLDER
    if afresh and folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    port = port or _port_near(wanted.web_port + 1)
    own = instance.demo_environment(folder, wanted.web_port, port)
    product = (product or f"http://127.0.0.1:{wanted.web_port}").rstrip("/")
    config = config_of(settings.load({**os.environ, **own}), product)
    config.seed = bureau.seed_of(seed) if seed else None
    print(card(own, product), flush=True)
    server.serve(config, "127.0.0.1", port)


def card(own: Mapping[str, str], product: str) -> str:
    """Where the sandbox is, and the lines to copy into the product's environment."""
    address = own["HUILIU_SANDBOX_URL"]
    hosts = ("HUILIU_OA_API_URL", "HUILIU_WECOM_API_URL", "HUILIU_OA_PAGE_URL")
    lines = [
        f"沙箱扮演页   {address}/play",
        f"控制接口     {address}/_ctl",
        f"回调发往     {product}{ACCOUNT_PATH} 与 {product}{WECOM_PATH}",
        "",
        "把下面几行放进产品的环境变量：",
        *(f"{name}={own[name]}" for name in (*hosts, *COPIED)),
        "",
        "按 Ctrl-C 停止；下次启动时人员和密钥都还在（--fresh 重新开始）",
    ]
    return "\n".join(lines)


def config_of(now: Settings, product: str = "") -> Config:
    """One official account and one corp with one app, with their callbacks pointing at the product's web process."""
    own = product or f"http://127.0.0.1:{now.web_port}"
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


def _port_near(port: int) -> int:
    return port if instance.is_free("127.0.0.1", port) else instance.free_port()
