"""Ties a child's life to its parent's, so that nothing is left behind even when the parent is killed outright."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal

PARENT = "HUILIU_PARENT"
"""Environment variable in which a supervisor hands its process number to its children."""

KILL = signal.SIGKILL
STOP = signal.SIGTERM

_PR_SET_PDEATHSIG = 1


def die_with_parent(stop_signal: signal.Signals) -> None:
    """On Linux: get `stop_signal` when the thread that started this process dies. Does nothing elsewhere."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)


def hold(stop_signal: signal.Signals = KILL) -> None:
    """In a child of a supervisor: die with it, also when it died before this line; elsewhere nothing happens."""
    parent = os.environ.get(PARENT, "")
    if not parent.isdecimal():
        return
    die_with_parent(stop_signal)
    if os.getppid() != int(parent):
        os._exit(1)
    # what this child starts has another parent
    del os.environ[PARENT]
