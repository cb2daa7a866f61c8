"""The documents say what the code does."""

from __future__ import annotations

import re
from dataclasses import fields

from kernel.settings import Settings
from processes.clock import TIMETABLE
from tests.architecture.tree import PACKAGES, ROOT, files, modules, name

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
MAP = (ROOT / "docs" / "map.md").read_text()
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def test_every_setting_is_documented_with_its_default():
    rows = dict(re.findall(r"(?m)^\| `HUILIU_([A-Z_]+)` \| ([^|]*) \|", OPERATIONS))
    known = {field.name.upper(): field for field in fields(Settings)}
    assert set(rows) == set(known)
    for key, field in known.items():
        shown = rows[key].strip().strip("`")
        assert shown == (str(int(field.default)) if isinstance(field.default, bool) else str(field.default)), key


def test_every_job_is_documented():
    rows = re.findall(r"(?m)^\| `([a-z-]+)` \| (?:every|daily|monthly)", OPERATIONS)
    assert rows == [job.name for job in TIMETABLE]


def test_the_map_names_every_package_and_every_feature():
    missing = []
    for package in PACKAGES:
        if f"`{package}/" not in MAP:
            missing.append(package)
        folders = {path.parent.relative_to(ROOT) for path in modules() if path.relative_to(ROOT).parts[0] == package}
        features = {folder.parts[1] for folder in folders if len(folder.parts) > 1}
        missing += [f"{package}/{feature}" for feature in sorted(features) if not re.search(rf"\b{feature}\b", MAP)]
    assert missing == []


def test_every_link_between_documents_leads_somewhere():
    broken = []
    for document in files("*.md"):
        if name(document).startswith("static/"):
            continue
        for target in LINK.findall(document.read_text()):
            if not (document.parent / target).exists():
                broken.append(f"{name(document)} -> {target}")
    assert broken == []


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text()))
    assert set(re.findall(r"`?make ([a-z]+)", (ROOT / "README.md").read_text())) <= targets
