"""How well the wording rules tell labelled sentences apart: `python -m tests.campaigns.content.measuring`."""

from __future__ import annotations

import sys
from typing import NamedTuple

from campaigns.content import findings, wording
from tests.campaigns.content import labelled
from tests.campaigns.content.labelled import Sentence

PARTS = ("tuning", "held_out", "rounds")


class Measured(NamedTuple):
    """recall: share of the banned sentences that are stopped; false_alarms: share of the others that are stopped."""

    banned: int
    allowed: int
    missed: list[Sentence]
    alarmed: list[Sentence]

    @property
    def recall(self) -> float:
        return 1 - len(self.missed) / self.banned

    @property
    def false_alarms(self) -> float:
        return len(self.alarmed) / self.allowed


def measure(sentences: list[Sentence]) -> Measured:
    """What the shipped rules make of the sentences; only blocking findings count."""
    stopped = {one: bool(findings.blocking(wording.check(one.text))) for one in sentences}
    return Measured(
        sum(one.is_banned for one in sentences),
        sum(not one.is_banned for one in sentences),
        [one for one, is_stopped in stopped.items() if one.is_banned and not is_stopped],
        [one for one, is_stopped in stopped.items() if not one.is_banned and is_stopped],
    )


def say(name: str, sentences: list[Sentence]) -> str:
    """One line of figures."""
    found = measure(sentences)
    return (
        f"{name:9} {len(sentences):5} sentences  recall {found.recall:.2%} of {found.banned}  "
        f"false alarms {found.false_alarms:.2%} of {found.allowed}"
    )


def main() -> None:
    """Print the figures of each part and of all; with --failures the sentences too."""
    whole = [one for part in PARTS for one in labelled.of(part)]
    for part in PARTS:
        sys.stdout.write(say(part, labelled.of(part)) + "\n")
    sys.stdout.write(say("all", whole) + "\n")
    if "--failures" in sys.argv:
        found = measure(whole)
        for one in (*found.missed, *found.alarmed):
            sys.stdout.write(f"{'missed' if one.is_banned else 'alarm'}  {one.group}  {one.text!r}\n")


if __name__ == "__main__":
    main()
