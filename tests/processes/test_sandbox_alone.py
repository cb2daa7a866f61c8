"""`huiliu sandbox` without a product: it says what to copy, and finds its keys and people again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest

from kernel import settings
from processes import instance
from wechat.sandbox.client import Sandbox

pytestmark = pytest.mark.timeout(120)


async def start(data: Path, port: int, *more: str) -> tuple[asyncio.subprocess.Process, dict[str, str]]:
    """The command, once it is ready, and the settings that it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUILIU_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "processes.cli", "sandbox", "--port", str(port), *more),
        env=environment | {"HUILIU_DATA_DIR": str(data)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    printed: dict[str, str] = {}
    while not (line := (await process.stdout.readline()).decode()).startswith("{"):
        assert line, "the sandbox ended before it was ready"
        name, is_setting, value = line.strip().partition("=")
        printed |= {name: value} if is_setting and name.startswith("HUILIU_") else {}
    return process, printed


async def test_it_prints_what_the_product_needs_and_finds_everything_again(tmp_path: Path) -> None:
    port = instance.free_port()
    process, printed = await start(tmp_path, port, "--seed", "small", "--product", "http://127.0.0.1:9")
    copied = settings.load({"HUILIU_DEMO": "1", "HUILIU_DATA_DIR": str(tmp_path), **printed})
    asked = urlencode({"corpid": copied.wecom_corpid, "corpsecret": copied.wecom_secret})
    async with aiohttp.ClientSession() as http, Sandbox(f"http://127.0.0.1:{port}/_ctl") as control:
        async with http.get(f"{copied.wecom_api_url}/cgi-bin/gettoken?{asked}") as answer:
            assert (await answer.json(content_type=None))["errcode"] == 0
        async with http.get(f"http://127.0.0.1:{port}/play") as answer:
            assert "王芳" in await answer.text()
        told = await control.config()
        assert told["official_accounts"][0]["callback_url"] == "http://127.0.0.1:9/callbacks/official_account"
        people = (await control.people("externals"))["externals"]
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    process, again = await start(tmp_path, port, "--seed", "bank-demo")
    assert again == printed
    async with Sandbox(f"http://127.0.0.1:{port}/_ctl") as control:
        assert (await control.people("externals"))["externals"] == people
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    process, fresh = await start(tmp_path, port, "--fresh", "--seed", "small")
    assert fresh["HUILIU_OA_APPID"] != printed["HUILIU_OA_APPID"]
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
