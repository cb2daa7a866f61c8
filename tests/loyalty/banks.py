"""Further banks for tests: mapping files like the demo bank's, with one thing changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from loyalty.assets import mapping


def add(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str, changes: dict[str, str]) -> None:
    """Put the bank `name` beside the shipped ones: the demo bank's mapping with these pieces of text replaced."""
    shipped = {path.name: path.read_text(encoding="utf-8") for path in mapping.FOLDER.glob("*.toml")}
    text = shipped["haiyue.toml"]
    for old, new in {'bank = "haiyue"': f'bank = "{name}"', **changes}.items():
        assert old in text
        text = text.replace(old, new)
    for file_name, content in {**shipped, f"{name}.toml": text}.items():
        (folder / file_name).write_text(content, encoding="utf-8")
    monkeypatch.setattr(mapping, "FOLDER", folder)
