"""The three ways to run: plain (a bank's own settings), the demo bank, and a throw-away instance for tests."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

from kernel import logs, settings
from kernel.settings import Settings
from processes import embedded, instance, sandbox
from processes.demo import cast, greeting
from processes.embedded import CannotStart
from processes.instance import Folder
from processes.supervisor import Step, Supervisor, run

SEEDED = "seeded"
"""Marks a data folder whose sample bank is complete."""

__all__ = ["CannotStart", "demo", "ephemeral", "plain"]


def plain(port: int | None) -> int:
    """With the settings as they are; nothing is generated and nobody is invented."""
    if port:
        os.environ["HUILIU_WEB_PORT"] = str(port)
    wanted = settings.get()
    logs.start("supervisor", wanted.log_level)
    _refuse_busy(wanted.web_host, wanted.web_port)
    folder = Folder(Path(wanted.data_dir))
    supervisor = Supervisor(folder, {**os.environ, "HUILIU_DATA_DIR": str(folder.path)}, log_files=False)

    async def prepare() -> None:
        """Nobody is invented."""

    async def ready() -> None:
        print(f"huiliu: ready on port {wanted.web_port}, public address {wanted.public_url}", flush=True)

    return _run(supervisor, prepare, ready)


def demo(port: int | None) -> int:
    """A sample bank, kept in the data folder; the first run fills it, later ones go on."""
    wanted = settings.load({**os.environ, "HUILIU_DEMO": "1"})
    logs.start("supervisor", "WARNING")
    folder = Folder(Path(wanted.data_dir))
    web_port = port or wanted.web_port
    _refuse_busy(wanted.web_host, web_port)
    own = instance.demo_environment(folder.path, web_port, _port_near(web_port + 1))
    supervisor = Supervisor(folder, {**own, **_given()}, log_files=True)
    seeded = folder.path / SEEDED
    first = "" if seeded.exists() else " (the first start fills a sample bank: a minute or two)"
    print(f"huiliu: starting on port {web_port} ...{first}", flush=True)

    async def prepare() -> None:
        if not seeded.exists():
            await supervisor.do("seed")
            seeded.touch()

    async def ready() -> None:
        print(greeting.text(settings.load(supervisor.environment)), flush=True)
        await supervisor.do("populate")

    return _run(supervisor, prepare, ready)


def ephemeral(*, whole_bank: bool) -> int:
    """Own temporary data, free ports, the sandbox; one JSON line when ready, nothing left at the end."""
    logs.start("supervisor", "INFO")
    path = Path(tempfile.mkdtemp(prefix="huiliu-ephemeral-"))
    path.chmod(0o755)  # the borrowed account of the embedded servers must be able to enter; what is inside is closed
    try:
        folder = Folder(path)
        own = instance.demo_environment(path, instance.free_port(), instance.free_port())
        supervisor = Supervisor(folder, own | {"HUILIU_LOG_LEVEL": "INFO"}, log_files=False)

        async def prepare() -> None:
            await supervisor.do("seed", *([] if whole_bank else ["--staff-only"]))

        async def ready() -> None:
            print(json.dumps(card(settings.load(supervisor.environment)), ensure_ascii=False), flush=True)

        return _run(supervisor, prepare, ready, durable=False)
    finally:
        embedded.forget(path)
        shutil.rmtree(path, ignore_errors=True)


def card(now: Settings) -> dict[str, object]:
    """What a test needs to know of an instance: addresses, sign-ins, and how to post callbacks."""
    return {
        "web": now.public_url,
        "sandbox": now.sandbox_url,
        "sandbox_control": f"{now.sandbox_url}/_ctl",
        "database": now.database_url,
        "redis": now.redis_url,
        "staff": [
            {
                "role": person.role,
                "name": person.login,
                "full_name": person.name,
                "password": cast.password(person, now.secret_key),
            }
            for person in cast.STAFF
        ],
        "callbacks": sandbox.callbacks(now),
    }


def _run(supervisor: Supervisor, prepare: Step, ready: Step, *, durable: bool = True) -> int:
    try:
        return run(supervisor, prepare, ready, durable=durable)
    finally:
        supervisor.folder.release()


def _given() -> dict[str, str]:
    # what the operator set wins over what the demo would choose, but for the folder, which is absolute by now
    named = {name: value for name, value in os.environ.items() if name.startswith("HUILIU_")}
    named.pop("HUILIU_DATA_DIR", None)
    named.pop("HUILIU_WEB_PORT", None)
    return named


def _port_near(port: int) -> int:
    return port if instance.is_free("127.0.0.1", port) else instance.free_port()


def _refuse_busy(host: str, port: int) -> None:
    if not instance.is_free(host, port):
        raise CannotStart(f"port {port} is taken: end what listens there, or choose another with --port")
