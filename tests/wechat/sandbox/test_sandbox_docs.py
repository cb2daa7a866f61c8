"""The page about the sandbox names everything that is there, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from wechat.sandbox.acts.table import DEEDS
from wechat.sandbox.control.routes import TABLE
from wechat.sandbox.faults import KINDS

PAGE = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def test_every_control_path_is_described() -> None:
    described = set(re.findall(r"`((?:GET|POST|DELETE) /_ctl/[^` ]+)`", PAGE))
    assert described == {f"{method} {path}" for method, path, _ in TABLE}


def test_every_act_is_named() -> None:
    acts = PAGE.split("## Acts")[1]
    assert set(re.findall(r"`([a-z]+\.[a-z_]+)`", acts)) == set(DEEDS)


def test_every_fault_is_named() -> None:
    assert all(f"`{kind}`" in PAGE for kind in KINDS)
