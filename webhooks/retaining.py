"""How long a handled callback is kept; a repeat can't come later, because its signature is too old after minutes."""

from __future__ import annotations

from community.privacy import retention

CALLBACKS = retention.register(
    retention.Kind(
        "callbacks",
        "微信回调的原文",
        "已处理的回调，加密保存；未处理与出错的不在其列",
        90,
        "《个人信息保护法》第十九条；核对与争议处理三个月",
        due="SELECT count(*) FROM callback WHERE state = 'handled' AND created_at < $1",
        sweep="DELETE FROM callback WHERE id IN (SELECT id FROM callback WHERE state = 'handled' AND created_at < $1"
        " LIMIT $2)",
    )
)
