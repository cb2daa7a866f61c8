"""How long we keep what clients wrote."""

from __future__ import annotations

from community.privacy import retention

retention.register(
    retention.Kind(
        "inbound",
        "客户发来的消息",
        "客户在公众号里发来的文字",
        730,
        "《个人信息保护法》第十九条；投诉与服务追溯两年",
        due="SELECT count(*) FROM inbound WHERE at < $1",
        sweep="DELETE FROM inbound WHERE id IN (SELECT id FROM inbound WHERE at < $1 LIMIT $2)",
    )
)
