"""Every setting, read once from the environment (NAME or NAME_FILE); outside demo mode weak secrets stop the start."""

from __future__ import annotations

import base64
import functools
import ipaddress
import os
from dataclasses import dataclass, fields
from pathlib import Path

SAMPLE_SECRETS = frozenset({"secret", "changeme", "change-me", "password", "test", "demo", "huiliu"})


class BadSettings(Exception):
    """The environment can't be used; `problems` names each setting and what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """One field per setting: field `x` is read from HUILIU_X, or from the file that HUILIU_X_FILE names."""

    demo: bool = False
    """Demo mode: generated keys, sample bank, sandbox instead of WeChat."""
    database_url: str = ""
    """PostgreSQL address (also read from DATABASE_URL); empty: the embedded server is started."""
    owner_database_url: str = ""
    """The same database as its owner, for `huiliu migrate` alone; empty: database_url."""
    app_role: str = ""
    """Database role of web, workers and clock; `huiliu migrate` gives it its rights: all but changing the audit."""
    redis_url: str = ""
    """Redis address (also read from REDIS_URL); empty: the embedded server is started."""
    data_dir: str = ".huiliu"
    """Folder of the embedded servers, generated demo keys and run-time files."""
    web_host: str = "127.0.0.1"
    """Address the web process listens on."""
    web_port: int = 8600
    """Port the web process listens on."""
    public_url: str = "http://127.0.0.1:8600"
    """Address under which staff, clients and WeChat reach the web process; no slash at the end."""
    trusted_proxies: str = ""
    """Addresses or networks of our own proxies, comma-separated: only what they say in X-Forwarded-For is believed."""
    rate_factor: int = 1
    """Multiplies every rate limit of web/rates.py (many staff behind one address); 0 switches them off."""
    secret_key: str = ""
    """Signs sessions, personal links and tickets; at least 32 characters."""
    key_source: str = "kernel.key_sources.FromSettings"
    """Class that wraps the data keys; another one puts a KMS or HSM in place of the sealing key."""
    sealing_key: str = ""
    """Base64 of 32 bytes: the master key that wraps the data keys, with which personal data is sealed at rest."""
    sealing_key_previous: str = ""
    """The master key before this one, until `huiliu rewrap-keys` has run."""
    sealing_key_id: int = 1
    """Number of the epoch in which values were sealed with the sealing key itself; epochs of data keys start above."""
    index_key: str = ""
    """Base64 of 32 bytes: blind indexes for exact search over sealed values."""
    audit_key: str = ""
    """Base64 of 32 bytes: proves audit entries; empty: derived from secret_key (set it before you change that one)."""
    audit_head_file: str = ""
    """File outside the database that keeps the heads of the audit chain; empty: audit-heads.log in the data folder."""
    export_free_rows: int = 1000
    """Rows that one file may hold without a second person's word."""
    exports_per_day: int = 20
    """Files that one person may ask for on one day."""
    export_rows_per_day: int = 300000
    """Rows that one person may take out on one day, over all files."""
    second_factor: str = ""
    """Code beside the password: required, or offered; empty means required, and offered in demo mode."""
    bank_name: str = "海岳银行"
    """Name of the bank in the console and on client pages."""
    oa_appid: str = ""
    """Official account: AppID."""
    oa_original_id: str = ""
    """Official account: original id (gh_...), the ToUserName of its callbacks."""
    oa_secret: str = ""
    """Official account: AppSecret."""
    oa_token: str = ""
    """Official account: callback token."""
    oa_aes_key: str = ""
    """Official account: EncodingAESKey (43 characters)."""
    oa_template_id: str = ""
    """Official account: template of service notices (keywords thing1, time2, thing3)."""
    wecom_corpid: str = ""
    """WeCom: corp id."""
    wecom_agentid: int = 0
    """WeCom: agent id of the self-built app allowed to call the customer APIs."""
    wecom_secret: str = ""
    """WeCom: secret of that app."""
    wecom_token: str = ""
    """WeCom: callback token of that app."""
    wecom_aes_key: str = ""
    """WeCom: EncodingAESKey of that app (43 characters)."""
    oa_api_url: str = "https://api.weixin.qq.com"
    """Host map: official-account API; the sandbox's /oa prefix in demo and tests."""
    wecom_api_url: str = "https://qyapi.weixin.qq.com"
    """Host map: WeCom API; the sandbox's /wx prefix in demo and tests."""
    oa_page_url: str = "https://open.weixin.qq.com"
    """Host map: OAuth pages; the sandbox's /mp prefix in demo and tests."""
    private_hosts: str = ""
    """Hosts of the host map that stand in the bank's own network, comma-separated; others may not lead there."""
    sandbox_url: str = ""
    """Address of the sandbox, when one runs beside the product; empty in production."""
    worker_concurrency: int = 2
    """Processes of the general worker."""
    log_level: str = "INFO"
    """Level of the JSON logs."""
    crash_at: str = ""
    """Tests only: comma-separated names of crash points at which the process kills itself (see kernel.crashpoints)."""

    def direct_key(self) -> bytes:
        """The key with which values were sealed before there were data keys."""
        return base64.b64decode(self.sealing_key)


@functools.lru_cache(maxsize=1)
def get() -> Settings:
    """The settings of this process; raises BadSettings with every problem at once."""
    return load(dict(os.environ))


def forget() -> None:
    """Read the environment again at the next `get` (tests, supervisor)."""
    get.cache_clear()


def load(environment: dict[str, str]) -> Settings:
    """Settings from a mapping of environment variables."""
    problems: list[str] = []
    values: dict[str, object] = {}
    for field in fields(Settings):
        raw = _read(environment, field.name, problems)
        if raw is None:
            continue
        try:
            values[field.name] = _convert(raw, field.default)
        except ValueError:
            problems.append(f"HUILIU_{field.name.upper()}: {raw!r} is not a {type(field.default).__name__}")
    settings = Settings(**values)  # type: ignore[arg-type]  # checked field by field above
    problems += _bad_networks(settings)
    if settings.second_factor not in ("", "required", "offered"):
        problems.append(f"HUILIU_SECOND_FACTOR: {settings.second_factor!r} is neither required nor offered")
    if not settings.demo:
        problems += _weak_secrets(settings)
    if problems:
        raise BadSettings(problems)
    return settings


def _read(environment: dict[str, str], name: str, problems: list[str]) -> str | None:
    key = f"HUILIU_{name.upper()}"
    names = [key, name.upper()] if name in ("database_url", "redis_url") else [key]
    for candidate in names:
        if candidate in environment:
            return environment[candidate]
        if path := environment.get(f"{candidate}_FILE"):
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                problems.append(f"{candidate}_FILE: cannot read the file ({error.strerror})")
    return None


def _convert(raw: str, default: object) -> object:
    if isinstance(default, bool):
        if raw.lower() not in ("1", "true", "yes", "0", "false", "no", ""):
            raise ValueError(raw)
        return raw.lower() in ("1", "true", "yes")
    return int(raw) if isinstance(default, int) else raw


def _bad_networks(settings: Settings) -> list[str]:
    try:
        for part in filter(None, (part.strip() for part in settings.trusted_proxies.split(","))):
            ipaddress.ip_network(part, strict=False)
    except ValueError as error:
        return [f"HUILIU_TRUSTED_PROXIES: {error}"]
    return []


def _weak_secrets(settings: Settings) -> list[str]:
    problems = []
    secret = settings.secret_key
    if len(secret) < 32 or secret.lower() in SAMPLE_SECRETS or len(set(secret)) < 8:
        problems.append("HUILIU_SECRET_KEY: 32 random characters or more are needed (huiliu generate-keys)")
    has_own_source = settings.key_source != Settings().key_source
    for name in ("index_key",) if has_own_source else ("sealing_key", "index_key"):
        try:
            key = base64.b64decode(getattr(settings, name), validate=True)
        except ValueError:
            key = b""
        if len(key) != 32 or len(set(key)) < 8:
            problems.append(f"HUILIU_{name.upper()}: base64 of 32 random bytes is needed (huiliu generate-keys)")
    for name in ("oa_secret", "oa_token", "wecom_secret", "wecom_token"):
        if getattr(settings, name).lower() in SAMPLE_SECRETS:
            problems.append(f"HUILIU_{name.upper()}: a sample value can't be used outside demo mode")
    return problems
