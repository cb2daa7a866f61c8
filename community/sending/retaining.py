"""How long the send ledger keeps what was said and to whom."""

from __future__ import annotations

from community.privacy import retention

# a send that never ends (a member never confirmed it, its campaign was cancelled) counts from when it was handed over
KEPT = "coalesce(ended_at, accepted_at, created_at) < $1 AND (body_sealed IS NOT NULL OR recipient <> '')"

retention.register(
    retention.Kind(
        "send_bodies",
        "已发消息的正文与接收人",
        "结束的消息（未结束的自交出或建立起算）清空正文、附件与接收人标识；何时、何渠道、是否送达仍保留",
        1825,
        "营销宣传留痕：产品存续期结束后五年；请按本行制度确定。至少三年：《民法典》第一百八十八条诉讼时效",
        least=1095,
        due=f"SELECT count(*) FROM send WHERE {KEPT}",  # noqa: S608  # of this file
        sweep="UPDATE send SET body_sealed = NULL, attachments = '[]', recipient = '', welcome_code = ''"  # noqa: S608
        f" WHERE id IN (SELECT id FROM send WHERE {KEPT} LIMIT $2)",
    )
)
