"""One child process of the supervisor: started, watched, started again with growing pauses, and stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from kernel import logs
from processes import lifeline

PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before the first, second, ... new start; a child that lived STEADY seconds begins again at the first."""
STEADY = 30.0
LOOK_EVERY = 0.1
ROOT = Path(__file__).parent.parent

_log = logs.get(__name__)


@dataclass
class Child:
    """What runs under this name: arguments of `huiliu`, its environment, where its output goes (None: our own)."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    output: Path | None = None
    stop_seconds: float = 10.0
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    _crashes: int = 0
    _began: float = 0.0
    _watch: asyncio.Task[None] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it, and again whenever it ends by itself, until `stop`."""
        self._spawn()
        self._watch = asyncio.get_running_loop().create_task(self._keep_alive())

    async def run_once(self) -> int:
        """Run it to its end and return the exit code; a cancelled wait stops it."""
        self._spawn()
        assert self.process is not None
        try:
            while self.process.poll() is None:
                await asyncio.sleep(LOOK_EVERY / 2)
            return self.process.returncode
        finally:
            await self.stop()

    async def stop(self) -> None:
        """SIGTERM, `stop_seconds` to end, then SIGKILL."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            until = time.monotonic() + self.stop_seconds
            while self.process.poll() is None and time.monotonic() < until:
                await asyncio.sleep(0.02)
        self.kill()

    def kill(self) -> None:
        """End it now."""
        if self.process is not None and self.process.poll() is None:
            _log.warning("child.killed", child=self.name)
            self.process.kill()
            self.process.wait()

    def _spawn(self) -> None:
        environment = {**os.environ, **self.environment, lifeline.PARENT: str(os.getpid())}
        output: IO[bytes] | int = self.output.open("ab") if self.output else sys.stderr.fileno()
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "processes.cli", *self.arguments],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C reaches only the supervisor, which stops its children in order
            )
        finally:
            if not isinstance(output, int):
                output.close()
        self.starts += 1
        self._began = time.monotonic()

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            assert self.process is not None
            if self.process.poll() is None:
                continue
            self._crashes = 0 if time.monotonic() - self._began > STEADY else self._crashes
            pause = PAUSES[min(self._crashes, len(PAUSES) - 1)]
            self._crashes += 1
            _log.error("child.ended", child=self.name, exit_code=self.process.returncode, starts_again_in=pause)
            await asyncio.sleep(pause)
            self._spawn()
