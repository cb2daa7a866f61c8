"""What staff wrote about a client when they asked each other: the words go, who said yes to which fingerprint stays."""

from __future__ import annotations

from collections.abc import Sequence

from kernel import database

GONE = "内容已随客户的个人信息删除"
EXPORTS = """
UPDATE export SET reason = '' WHERE reason <> '' AND kind = 'privacy_pack' AND params->>'request' = ANY($1::text[])
RETURNING id
"""
# what is asked, and about which unit, stays for the pages; a copy of what it said, and the words beside it, do not
WORDS = """
WITH concerned AS (
  SELECT id FROM approval WHERE touches ?| $1::text[] OR subject = 'export' AND subject_id = ANY($2::bigint[])
), emptied AS (
  UPDATE line_comment SET text = '' WHERE approval_id IN (SELECT id FROM concerned) AND text <> ''
)
UPDATE approval SET note = '', summary = jsonb_build_object(
  'title', $3::text, 'lines', '[]'::jsonb, 'branch_id', summary->'branch_id',
  'maker_ids', coalesce(summary->'maker_ids', '[]'::jsonb))
WHERE id IN (SELECT id FROM concerned) AND (note <> '' OR summary->>'title' IS DISTINCT FROM $3)
"""
# what a member of staff wrote of their relation to the client may name them
INTERESTS = """
UPDATE interest SET relation = '' WHERE kind = 'client' AND ref = ANY($1::text[]) AND relation <> ''
"""


async def erase(client_ids: Sequence[int], request_ids: Sequence[int]) -> dict[str, int]:
    """Empty the words of questions that touch these clients, and of copies made for these requests of theirs."""
    numbers = [str(one) for one in client_ids]
    exports = [row["id"] for row in await database.fetch(EXPORTS, [str(one) for one in request_ids])]
    refs = [f"client:{one}" for one in numbers]
    return {
        "export": len(exports),
        "approval": await database.execute(WORDS, refs, exports, GONE),
        "interest": await database.execute(INTERESTS, numbers),
    }
