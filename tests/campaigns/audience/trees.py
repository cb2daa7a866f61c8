"""Random trees of the whole language, by a plain random generator: every leaf that there is comes up."""

from __future__ import annotations

import random
from typing import Any

from campaigns.audience.leaves import LEAVES
from tests.campaigns.audience.populating import CAMPAIGNS, KINDS, TAGS, TIERS

Tree = dict[str, Any]
_PICKED: dict[str, tuple[Any, ...]] = {
    "tier": TIERS,
    "stage": ("aware", "interested", "deciding", "loyal", "lost"),
    "gender": ("m", "f", "u"),
    "tag": TAGS,
    "owner": (1, 2),
    "branch": (1, 2),
    "risk": (1, 2, 3, 4, 5),
    "group": (1, 2, 3),
    "campaign": CAMPAIGNS,
    "event": CAMPAIGNS,
    "livestream": CAMPAIGNS,
    "list": (1, 2, 3),
}
QUESTIONS = sorted(LEAVES)


def leaf(chance: random.Random, segments: list[str], question: tuple[str, str] | None = None) -> Tree:
    """One random leaf; segments: what may be named."""
    field, operator = question or chance.choice(QUESTIONS)
    if field == "segment" and not segments:
        field, operator = "fan", "is"
    made: Tree = {"field": field, "op": operator}
    match LEAVES[field, operator].shape:
        case "choices":
            known = tuple(segments) if field == "segment" else _PICKED[field]
            made["value"] = chance.sample(known, chance.randint(1, min(3, len(known))))
        case "band":
            least, below = sorted(chance.sample(range(-10, 500), 2))
            made["value"] = chance.choice([[least, below], [None, below], [least, None]])
        case "days":
            made["value"] = chance.choice([1, 2, 7, 30, 31, 60])
        case "behaviour":
            made["value"] = {
                "kind": chance.choice(KINDS), "days": chance.randint(1, 45), "times": chance.randint(1, 3)
            }  # fmt: skip
    return made


def tree(chance: random.Random, segments: list[str], depth: int = 0) -> Tree:
    """A random tree of at most three levels."""
    if depth == 2 or chance.random() < 0.3:
        return leaf(chance, segments)
    items = [tree(chance, segments, depth + 1) for _ in range(chance.randint(1, 3))]
    return {"op": chance.choice(["and", "or"]), "items": items}
