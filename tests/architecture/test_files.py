"""What may stand in which file."""

from __future__ import annotations

import ast
import re

from tests.architecture.tree import ROOT, files, modules, name

LONGEST = 300
GRAB_BAGS = re.compile(r"(^|/)(utils?|helpers?|common|misc|services?|managers?)(\.py$|/)")
REGISTRY = re.compile(r"https?://[^ \"'<>]*?(/simple\b|/packages/[^ ]*|\.whl|\.tgz|\.deb)\b")
MACHINE_PATH = re.compile(r"/(work|root|home/[a-z]+)/[A-Za-z0-9._-]+")
GENERATED = {"requirements.lock", "requirements-dev.lock", "requirements-audit.lock"}


def test_no_file_is_longer_than_three_hundred_lines():
    long = {name(path): count for path in files("*.py") if (count := len(path.read_text().splitlines())) > LONGEST}
    assert {path for path in long if "/migrations/" not in path} == set()


def test_no_file_is_a_grab_bag():
    assert [name(path) for path in files() if GRAB_BAGS.search(name(path)) and path.suffix == ".py"] == []


def test_package_files_hold_a_docstring_and_no_code():
    wrong = []
    for path in modules():
        if path.name == "__init__.py":
            body = ast.parse(path.read_text()).body
            if len(body) != 1 or not ast.get_docstring(ast.Module(body, [])):
                wrong.append(name(path))
    assert wrong == []


def test_every_module_says_what_it_is_for():
    assert [name(path) for path in modules() if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_nothing_is_left_to_do_later():
    words = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|raise NotImplemented" r"Error")
    found = [
        f"{name(path)}:{number}"
        for path in modules()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if words.search(line)
    ]
    assert found == []


def test_no_registry_address_and_no_path_of_a_machine_is_tracked():
    found = []
    for path in files():
        if name(path).startswith("static/vendor/") or path.suffix in (".gz", ".png", ".woff2", ".xlsx"):
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        for pattern in (REGISTRY, MACHINE_PATH):
            found += [f"{name(path)}: {match[0]}" for match in pattern.finditer(text) if path.name != "test_files.py"]
    assert found == []


def test_locks_name_only_versions_and_hashes_and_agree():
    pinned = {}
    for lock in sorted(GENERATED):
        text = (ROOT / lock).read_text()
        assert not re.search(r"(?m)^(--index|--extra|--find|-i )|://", text), lock
        pinned[lock] = dict(re.findall(r"(?m)^([A-Za-z0-9_.-]+)==(\S+)", text))
    dev = pinned["requirements-dev.lock"]
    assert {key: value for key, value in pinned["requirements.lock"].items() if dev.get(key) != value} == {}
