"""How long callbacks are kept, handled or set aside; a repeat comes within minutes, or its signature is too old."""

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

SET_ASIDE = retention.register(
    retention.Kind(
        "callbacks_set_aside",
        "无法识别或内容有误的微信回调原文",
        "系统尚不认识、或缺少必要内容而搁置的回调，加密保存，可在升级后补处理",
        180,
        "《个人信息保护法》第十九条；留足系统升级后补处理的时间",
        due="SELECT count(*) FROM callback WHERE state IN ('unknown', 'quarantined') AND created_at < $1",
        sweep="DELETE FROM callback WHERE id IN (SELECT id FROM callback WHERE state IN ('unknown', 'quarantined')"
        " AND created_at < $1 LIMIT $2)",
    )
)
