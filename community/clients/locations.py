"""Where a fan last was: kept sealed and rounded, only while the client agrees, and gone with the agreement."""

from __future__ import annotations

from datetime import datetime

from kernel import database, sealing

PURPOSE = "location"
"""The purpose of the word of consent without which no place is kept."""
DIGITS = 2
"""Of a degree: about a kilometre, enough to name a branch nearby."""
AGREED = """
SELECT f.id FROM fan f JOIN consent_state s ON s.client_id = f.client_id AND s.purpose = $3 AND s.granted
  AND s.channel = '' AND s.product_class = '' AND s.receiver = ''
WHERE f.appid = $1 AND f.openid = $2 AND (f.located_at IS NULL OR f.located_at < $4)
"""
KEEP = "UPDATE fan SET location_sealed = $2, located_at = $3 WHERE id = $1"
FORGET = """
UPDATE fan SET location_sealed = NULL, located_at = NULL
WHERE appid = $1 AND openid = $2 AND location_sealed IS NOT NULL
"""
FORGET_UNAGREED = """
UPDATE fan f SET location_sealed = NULL, located_at = NULL WHERE f.location_sealed IS NOT NULL AND NOT EXISTS (
  SELECT FROM consent_state s WHERE s.client_id = f.client_id AND s.purpose = $1 AND s.granted)
"""


async def keep(appid: str, openid: str, latitude: float, longitude: float, at: datetime) -> bool:
    """Keep where a fan is, when they agreed and nothing newer is known; False: it is dropped."""
    fan_id = await database.fetch_value(AGREED, appid, openid, PURPOSE, at)
    if fan_id is None:
        return False
    text = f"{latitude:.{DIGITS}f},{longitude:.{DIGITS}f}"
    sealed = sealing.seal(text, table="fan", column="location", row=fan_id)
    return bool(await database.execute(KEEP, fan_id, sealed, at))


async def forget(appid: str, openid: str) -> bool:
    """Forget where a fan was; whether something was known."""
    return bool(await database.execute(FORGET, appid, openid))


async def forget_unagreed() -> int:
    """Forget the places of all who agree no more; how many."""
    return await database.execute(FORGET_UNAGREED, PURPOSE)
