"""A whole instance as a child process, for tests: `huiliu run --ephemeral`, its JSON line, and its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parent.parent
READY_SECONDS = 100


@dataclass
class Instance:
    """One running instance; `card` is its JSON line."""

    process: subprocess.Popen[str]
    card: dict[str, Any]
    log: Path
    told: list[str] = field(default_factory=list)

    def password(self, login: str) -> str:
        """The password of one of its staff."""
        return next(one["password"] for one in self.card["staff"] if one["name"] == login)

    def login(self, role: str) -> str:
        """The first member of staff with a role."""
        return next(one["name"] for one in self.card["staff"] if one["role"] == role)

    def child(self, *words: str) -> psutil.Process:
        """Its direct child whose command line holds these words; StopIteration when there is none."""
        children = psutil.Process(self.process.pid).children()
        return next(one for one in children if all(word in _words(one) for word in words))

    def family(self) -> list[psutil.Process]:
        """The supervisor and everything below it."""
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]

    def folders(self) -> set[Path]:
        """Its temporary folders: of the data, and of the sockets of the embedded servers."""
        data = {
            Path(word).parent
            for one in self.family()
            for word in _words(one)
            if word.endswith("/postgres") and "ephemeral" in word
        }
        sockets = {
            Path(self.card["database"].partition("host=")[2]),
            Path(self.card["redis"][7:].partition("?")[0]).parent,
        }
        return data | sockets

    def stop(self) -> int:
        """Ask it to stop, wait; the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        rest, _ = self.process.communicate(timeout=60)
        self.told += rest.splitlines()
        return self.process.returncode


def start(log: Path, *arguments: str, **environment: str) -> Instance:
    """Start one and wait for its line; it ends with this process, whatever happens."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUILIU_")}
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "processes.cli", "run", "--ephemeral", *arguments],
            cwd=ROOT,
            env={**kept, "HUILIU_PARENT": str(os.getpid()), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.wait(READY_SECONDS)
        raise AssertionError(f"the instance did not start:\n{log.read_text()[-3000:]}")
    return Instance(process, json.loads(line), log)


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
