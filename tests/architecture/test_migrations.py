"""Migrations say all that the models say, and can be applied to tables with rows."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from processes import schema
from tests.architecture.tree import ROOT, files, name


def test_no_migration_is_missing(tmp_path: Path):
    copy = tmp_path / "project"
    for package in (*schema.APPS, "processes"):
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    tool = Path(sys.executable).parent / "tortoise"
    told = subprocess.run(
        [tool, "-c", "processes.schema.OFFLINE", "makemigrations"],
        cwd=copy,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(copy), "HUILIU_DEMO": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr[-2000:]
    before = {name(path) for path in files("*/migrations/*.py")}
    made = {path.relative_to(copy).as_posix() for path in copy.glob("*/migrations/*.py")}
    assert made - before == set(), told.stdout[-2000:]


LATER = [path for path in files("*/migrations/*.py") if path.name not in ("__init__.py", "0001_initial.py")]


@pytest.mark.parametrize("path", LATER, ids=name)
def test_a_later_migration_adds_no_required_field_without_a_database_default(path: Path):
    assert unfilled(path.read_text()) == []


def test_a_required_field_without_a_database_default_is_noticed():
    added = "ops.AddField('Send', 'tries', fields.IntField(default=0{}))"
    assert unfilled(added.format("")) == ["tries"]
    assert unfilled(added.format(", db_default=0")) == []
    assert unfilled(added.format(", null=True")) == []


def unfilled(source: str) -> list[str]:
    """Fields that an AddField makes NOT NULL without DEFAULT: such a migration fails on a table with rows."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("AddField"):
            parts = [*node.args, *(keyword.value for keyword in node.keywords)]
            field = next(part for part in parts if isinstance(part, ast.Call))
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in field.keywords}
            texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            if "db_default" not in given and given.get("null") != "True":
                found.append(texts[-1])
    return found
