"""The rule of consent as SQL, for audiences: the same answer as `consent_rule.decide_all`, client by client.

The general word (every channel, every class) is on the client row itself, and consent_state adds when it was said;
most clients have said nothing narrower, so that for them the row decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from community.clients import consent_rule

# a no of the general kind may be known from the row alone: opted_out_at is then when it was said
_ANSWER = """
CASE WHEN NOT EXISTS (
    SELECT FROM consent_state s WHERE s.client_id = {alias}.id AND s.purpose = 'marketing'
        AND (s.channel <> '' OR s.product_class <> '')
) THEN
    CASE WHEN {alias}.opted_out_at IS NOT NULL THEN -1 WHEN {alias}.marketing_consent THEN 1 ELSE 0 END
ELSE (
    SELECT min(coalesce((
        SELECT CASE WHEN word.granted THEN 1 ELSE -1 END FROM (
            SELECT s.granted, s.at FROM consent_state s
            WHERE s.client_id = {alias}.id AND s.purpose = 'marketing' AND s.receiver = ''
                AND s.channel = ANY({channel}::text[]) AND s.product_class IN ('', kind.product_class)
                AND (s.channel <> '' OR s.product_class <> '')
            UNION ALL
            SELECT {alias}.opted_out_at IS NULL, coalesce((
                SELECT s.at FROM consent_state s
                WHERE s.client_id = {alias}.id AND s.purpose = 'marketing' AND s.receiver = ''
                    AND s.channel = '' AND s.product_class = ''
            ), {alias}.opted_out_at, {alias}.created_at)
            WHERE {alias}.marketing_consent OR {alias}.opted_out_at IS NOT NULL
        ) word ORDER BY word.at DESC, word.granted LIMIT 1
    ), 0)) FROM unnest({classes}::text[]) AS kind(product_class)
) END
"""


def answer(channel: str, product_classes: Iterable[str], *, alias: str = "c", first: int = 1) -> tuple[str, list[Any]]:
    """An expression over the client rows named `alias`: 1 yes, -1 an explicit no, 0 nothing said; and its arguments.

    product_classes: those of the message's products; none: a message about no product.
    """
    sql = _ANSWER.format(alias=alias, channel=f"${first}", classes=f"${first + 1}")
    covering = sorted({"", channel, consent_rule.HEARD_AS.get(channel, channel)})
    return f"({sql})", [covering, sorted(set(product_classes)) or [""]]
