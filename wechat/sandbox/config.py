"""Which accounts and corps the sandbox plays, and the switches that change its manners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

QUOTA_PRESETS = ("month_days", "week_7", "day_1", "month_4", "none")


@dataclass(slots=True)
class AccountConfig:
    """One official account as its console knows it; `mode` is plain, compat or safe, `body_format` xml or json.

    `templates` are rows {template_id, title, content} in use beside the standard ones. With an `ip_whitelist` tokens
    go to those addresses only. `denied` are globs of API paths that this account has no permission for (48001).
    """

    appid: str
    secret: str
    token: str = ""
    aes_key: str = ""
    mode: str = "safe"
    callback_url: str = ""
    original_id: str = ""
    name: str = ""
    templates: list[dict[str, str]] = field(default_factory=list)
    previous_aes_key: str = ""
    body_format: str = "xml"
    kind: str = "service"
    verified: bool = True
    secret_frozen: bool = False
    ip_whitelist: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    daily_limits: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class AgentConfig:
    """One self-built app of a corp; `capabilities` names what its token may call and which events it gets.

    `scope` is the visible range {members, parties, tags} (empty: everybody), `ip_list` the trusted addresses (empty:
    all). A `system` secret is one of the console's own apps, refused for clients since 2023-12-01.
    """

    agentid: int
    secret: str
    token: str = ""
    aes_key: str = ""
    callback_url: str = ""
    name: str = ""
    previous_aes_key: str = ""
    body_format: str = "xml"
    capabilities: tuple[str, ...] = ("customer", "contacts", "living")
    scope: dict[str, list[Any]] = field(default_factory=dict)
    ip_list: list[str] = field(default_factory=list)
    system: bool = False


@dataclass(slots=True)
class CorpConfig:
    """One WeCom corp with its apps."""

    corpid: str
    name: str = ""
    agents: list[AgentConfig] = field(default_factory=list)


@dataclass(slots=True)
class Switches:
    """Manners that tests and demos may change at run time; seconds unless the name says otherwise."""

    token_overlap_s: float = 300
    strict_unicode: bool = True
    lag_ms: int = 0
    dispatching_s: float = 0.3
    groupmsg_quota: str = "month_days"
    welcome_s: float = 20
    template_delay_s: float = 0.2
    mass_delay_s: float = 0.3
    admin_confirms_mass: bool = False
    staff_messages_per_minute: int = 30
    staff_messages_per_hour: int = 1000
    staff_messages_a_day_per_account: int = 200
    wecom_minute_quota: int = 10_000
    wecom_hour_quota: int = 150_000
    wecom_concurrent: int = 500
    transfer_s: float = 86_400
    group_transfer_s: float = 0
    group_full: int = 500
    contact_ways_most: int = 500_000
    clients_most: int = 20_000
    moments_a_day: int = 3
    callback_timeout_s: float = 5
    callback_retry_s: tuple[float, ...] = (0, 5)
    callback_concurrency: int = 16
    callback_clock: str = "real"
    wrong_secret_errcode: int = 40125
    daily_limit_share: float = 1.0
    publish_delay_s: float = 0.3
    subscribe_delay_s: float = 0.2
    mass_confirm_s: float = 1800

    def change(self, values: Mapping[str, Any]) -> None:
        """Set the named switches; ValueError for an unknown name or quota preset."""
        known = {item.name for item in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"unknown switch {name}")
            if name == "groupmsg_quota" and value not in QUOTA_PRESETS:
                raise ValueError(f"groupmsg_quota is one of {', '.join(QUOTA_PRESETS)}")
            setattr(self, name, tuple(value) if isinstance(value, list) else value)


@dataclass(slots=True)
class Config:
    """Everything a sandbox starts with; `seed` is the body of a first `/_ctl/seed`, if any."""

    official_accounts: list[AccountConfig] = field(default_factory=list)
    corps: list[CorpConfig] = field(default_factory=list)
    switches: dict[str, Any] = field(default_factory=dict)
    random_seed: int = 1
    seed: dict[str, Any] | None = None
    state_file: str = ""
    allow_remote: bool = False


def read(data: Mapping[str, Any]) -> Config:
    """A Config from the JSON form; TypeError or KeyError when a required name is absent or a name is unknown."""
    return Config(
        official_accounts=[read_account(item) for item in data.get("official_accounts", [])],
        corps=[read_corp(item) for item in data.get("corps", [])],
        switches=dict(data.get("switches", {})),
        random_seed=int(data.get("random_seed", 1)),
        seed=data.get("seed"),
        state_file=str(data.get("state_file", "")),
        allow_remote=bool(data.get("allow_remote", False)),
    )


def read_account(item: Mapping[str, Any]) -> AccountConfig:
    """One official account from JSON; a missing original_id is derived from the appid."""
    account = AccountConfig(**dict(item))
    account.mode = "compat" if account.mode == "compatible" else account.mode
    if account.mode not in ("plain", "compat", "safe") or account.body_format not in ("xml", "json"):
        raise ValueError(f"unknown mode {account.mode} or format {account.body_format}")
    account.original_id = account.original_id or f"gh_{account.appid[-10:]}"
    return account


def read_corp(item: Mapping[str, Any]) -> CorpConfig:
    """One corp with its apps from JSON."""
    agents = [
        AgentConfig(**{**agent, "capabilities": tuple(agent.get("capabilities", AgentConfig(0, "").capabilities))})
        for agent in item.get("agents", [])
    ]
    return CorpConfig(corpid=item["corpid"], name=item.get("name", ""), agents=agents)
