"""The tracked files of this checkout, for the tests of the house rules."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("kernel", "wechat", "staff", "community", "loyalty", "campaigns", "webhooks", "web", "processes")


def files(pattern: str = "*") -> list[Path]:
    """Tracked files whose path matches the git pattern; those deleted in the work tree are left out."""
    told = subprocess.run(
        ["git", "ls-files", "-z", pattern], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return [ROOT / name for name in told.split("\0") if name and (ROOT / name).is_file()]


def modules() -> list[Path]:
    """Python files of the product, without migrations."""
    return [
        path for path in files("*.py") if path.relative_to(ROOT).parts[0] in PACKAGES and "migrations" not in path.parts
    ]


def name(path: Path) -> str:
    """A file's path as it is written in the project."""
    return path.relative_to(ROOT).as_posix()
