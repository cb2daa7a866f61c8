"""Telling the directors whose clients' documents end in 90, 30 or 7 days: numbers and where to look, no names."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from community.sending import ledger
from community.suitability import kyc_rule
from kernel import clock, database

# the smallest step that has been reached, unless it was reminded of: a day without a clock loses no reminder
DUE = """
SELECT k.id, step.days, o.wecom_userid AS userid FROM kyc k
JOIN client c ON c.id = k.client_id AND c.merged_into_id IS NULL
JOIN staff o ON o.id = c.owner_id AND o.is_active AND o.wecom_userid IS NOT NULL
CROSS JOIN LATERAL (
    SELECT min(days) AS days FROM unnest($3::int[]) AS one(days) WHERE k.document_expires_on - $1::date <= days
) step
WHERE k.document_expires_on BETWEEN $1::date AND $2::date
    AND (k.reminded_on IS NULL OR k.reminded_on < k.document_expires_on - step.days)
ORDER BY k.id FOR UPDATE OF k SKIP LOCKED
"""
REMINDED = "UPDATE kyc SET reminded_on = $2 WHERE id = ANY($1::bigint[])"
USELESS_AFTER = timedelta(hours=20)


async def remind() -> int:
    """One message to each director with what has newly come close; returns how many messages. Safe to run twice."""
    today = clock.today()
    latest = today + timedelta(days=max(kyc_rule.REMIND_DAYS))
    async with database.transaction():
        due = await database.fetch(DUE, today, latest, list(kyc_rule.REMIND_DAYS))
        await database.execute(REMINDED, [row["id"] for row in due], today)
        for userid in sorted({row["userid"] for row in due}):
            rows = [row for row in due if row["userid"] == userid]
            await _tell(userid, f"kyc:{today}:{rows[0]['id']}", Counter(row["days"] for row in rows))
    return len({row["userid"] for row in due})


async def _tell(userid: str, key: str, by_days: Counter[int]) -> None:
    counts = "，".join(f"{days} 天内 {by_days[days]} 位" for days in sorted(by_days))
    await ledger.plan(
        key=key,
        purpose="service",
        channel="staff_message",
        recipient=userid,
        text=f"您的客户证件即将到期：{counts}。请在系统“证件与评估”中查看名单并提醒客户更新，过期后将暂停营销消息。",
        step="kyc",
        expires_at=clock.now() + USELESS_AFTER,
    )
