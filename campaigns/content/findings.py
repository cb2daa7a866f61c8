"""What a check found: where, why, and how to mend it; blocking findings stop a submission."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Finding(NamedTuple):
    """One finding in words for staff.

    code: stable for programs and tests. place: the step's code or a form field. start, end: characters of the text.
    replacement: what one press puts in place of the found piece, None when a person has to decide.
    """

    code: str
    message: str
    fix: str = ""
    place: str = ""
    is_blocking: bool = True
    start: int = 0
    end: int = 0
    replacement: str | None = None


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """Those that stop a submission."""
    return [finding for finding in findings if finding.is_blocking]


def mend(text: str, finding: Finding) -> str:
    """The text after one press on the finding's button; unchanged when it offers no replacement."""
    if finding.replacement is None:
        return text
    return text[: finding.start] + finding.replacement + text[finding.end :]
