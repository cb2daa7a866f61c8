"""docs/security.md and docs/asvs.md name tests that exist, and leave out no requirement of levels 1 and 2."""

from __future__ import annotations

import functools
import re
from collections import Counter

import pytest

from tests.architecture.tree import ROOT

SECURITY = (ROOT / "docs" / "security.md").read_text()
ASVS = (ROOT / "docs" / "asvs.md").read_text()
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROW = re.compile(r"(?m)^\| (\d+)\.(\d+)\.(\d+) \| ([12]) \| [^|]+ \| (.+) \|$")
# of ASVS 5.0.0: per chapter how many requirements have level 1, and how many level 2
CHAPTERS = {
    1: (8, 19),
    2: (4, 7),
    3: (8, 11),
    4: (2, 8),
    5: (4, 5),
    6: (13, 22),
    7: (6, 12),
    8: (4, 3),
    9: (4, 3),
    10: (5, 24),
    11: (3, 11),
    12: (3, 6),
    13: (1, 12),
    14: (2, 7),
    15: (3, 10),
    16: (0, 16),
    17: (0, 7),
}


@functools.cache
def _tests_of(path: str) -> frozenset[str]:
    file = ROOT / path
    return frozenset(re.findall(r"(?m)^(?:async )?def (test_\w+)", file.read_text())) if file.is_file() else frozenset()


@pytest.mark.parametrize(("document", "least"), [("README.md", 7), ("docs/security.md", 21), ("docs/asvs.md", 21)])
def test_every_named_test_exists(document, least):
    named = TEST.findall((ROOT / document).read_text())
    assert len(named) >= least
    assert sorted({f"{path}::{name}" for path, name in named if name not in _tests_of(path)}) == []


def test_every_requirement_of_both_levels_is_answered_once():
    rows = ROW.findall(ASVS)
    assert len({row[:3] for row in rows}) == len(rows) == 253
    counted = Counter((int(chapter), int(level)) for chapter, _section, _number, level, _proof in rows)
    assert {chapter: (counted[chapter, 1], counted[chapter, 2]) for chapter in CHAPTERS} == CHAPTERS
    unanswered = [
        ".".join(row[:3]) for row in rows if not TEST.search(row[4]) and not re.match(r"(operator|does)", row[4])
    ]
    assert unanswered == []


def test_each_section_that_the_list_points_to_is_there():
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"(?m)^## (.+)$", SECURITY)}
    wanted = set(re.findall(r"security\.md#([\w-]+)", ASVS))
    assert len(wanted) > 8
    assert wanted - headings == set()


def test_every_threat_has_a_control_and_a_test():
    table = SECURITY.split("## Threats")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][2:]
    assert len(rows) >= 15
    assert [row for row in rows if not TEST.search(row)] == []
