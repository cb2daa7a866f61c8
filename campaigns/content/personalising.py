"""The values of placeholders for many clients at once; names are unsealed only for messages that use them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from community.clients import portrait
from kernel import database
from loyalty.tiers import directory

_FACTS = """
SELECT c.id, c.gender, owner.name AS owner_name, standing.tier
FROM client c
LEFT JOIN staff owner ON owner.id = c.owner_id
LEFT JOIN standing ON standing.client_id = c.id
WHERE c.id = ANY($1::bigint[])
"""
_COMPOUND_SURNAMES = frozenset(
    (
        "欧阳",
        "上官",
        "司马",
        "诸葛",
        "司徒",
        "夏侯",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "东方",
        "端木",
        "独孤",
        "南宫",
    )
)
_TITLES = {"m": "先生", "f": "女士", "1": "先生", "2": "女士"}


async def values(
    client_ids: Collection[int], needed: Collection[str], links: Mapping[int, str] | None = None
) -> dict[int, dict[str, str]]:
    """For each client the values of the `needed` placeholders; what is not known is left out. Two queries at most."""
    ids = list(client_ids)
    rows = await database.fetch(_FACTS, ids)
    names = await portrait.names_of(ids) if "称呼" in needed else {}
    tier_names = await directory.tier_names() if "客户等级" in needed else {}
    found = {}
    for row in rows:
        client_id = row["id"]
        found[client_id] = {
            "称呼": salutation(names.get(client_id, ""), row["gender"]),
            "客户经理": row["owner_name"] or "",
            "客户等级": tier_names.get(row["tier"] or "", ""),
            "活动链接": (links or {}).get(client_id, ""),
        }
    return found


def salutation(name: str, gender: str) -> str:
    """王芳, f -> 王女士; without a gender the whole name; empty without a name, so that the fallback applies."""
    name = name.strip()
    title = _TITLES.get(gender.lower())
    if not name or title is None:
        return name
    surname = name[:2] if name[:2] in _COMPOUND_SURNAMES else name[0]
    return surname + title
