"""Imports only point down, and the tables stand in the same order."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from processes import schema
from tests.architecture.tree import ROOT, modules


def test_imports_point_down():
    linter = Path(sys.executable).parent / "lint-imports"
    told = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-1000:]


def test_the_order_of_the_apps_is_the_order_of_the_layers():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["name"].startswith("The stack"))
    rank = {part.strip(): place for place, layer in enumerate(reversed(layers)) for part in layer.split("|")}
    places = [rank[app] for app in schema.APPS]
    assert places == sorted(places)


def test_the_order_of_the_tables_is_the_order_of_the_features():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    for contract in contracts:
        for package in contract.get("containers", []):
            rank = {
                part.strip(): place
                for place, layer in enumerate(reversed(contract["layers"]))
                for part in layer.split("|")
            }
            features = [module.split(".")[1] for module in schema.APPS[package]]
            places = [rank[feature] for feature in features]
            assert places == sorted(places), package


def test_every_table_module_is_known_to_the_schema():
    found = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in modules() if path.name.endswith("models.py")
    }
    assert found == {module for names in schema.APPS.values() for module in names}
