"""What a change of the wording rules would do to texts in use: looked at before anybody decides about it."""

from __future__ import annotations

from typing import NamedTuple

from campaigns.content import findings, wording
from campaigns.content.rules import Book
from kernel import database

SHOWN = 5
# the newest version of each piece of the library, and what campaigns that are not over yet say
IN_USE = """
SELECT '内容库' AS place, title AS name, text FROM (
    SELECT DISTINCT ON (series) title, text FROM piece WHERE retired_at IS NULL ORDER BY series, version DESC) newest
UNION ALL
SELECT '活动', campaign.name, step.text FROM step JOIN campaign ON campaign.id = step.campaign_id
WHERE step.text <> '' AND campaign.state IN ('draft', 'submitted', 'approved', 'scheduled', 'sending', 'paused', 'held')
"""


class InUse(NamedTuple):
    """A text that passes now and would be stopped: where it is, and its name."""

    place: str
    name: str


async def newly_stopped(before: Book, after: Book) -> list[InUse]:
    """Texts in use that the change would stop."""
    rows = await database.fetch(IN_USE)
    return [
        InUse(row["place"], row["name"])
        for row in rows
        if findings.blocking(wording.check(row["text"], book=after))
        and not findings.blocking(wording.check(row["text"], book=before))
    ]


def in_words(hit: list[InUse]) -> str:
    """The hits as one line."""
    if not hit:
        return "没有"
    named = "、".join(f"{one.place}“{one.name}”" for one in list(dict.fromkeys(hit))[:SHOWN])
    return f"{len(hit)} 处：{named}{'等' if len(set(hit)) > SHOWN else ''}；已排期的活动到发送时会自动停下"
