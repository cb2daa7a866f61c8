"""How long we keep rows of bank files that were refused, and bookings of accounts that belong to nobody any more."""

from __future__ import annotations

from community.privacy import retention

retention.register(
    retention.Kind(
        "import_refusals",
        "未导入行的原文",
        "银行文件中未能导入的行；清空原文，保留行号与原因",
        90,
        "《个人信息保护法》第十九条；仅供改正后重新导入",
        due="SELECT count(*) FROM import_refusal WHERE created_at < $1 AND row_sealed IS NOT NULL",
        sweep="UPDATE import_refusal SET row_sealed = NULL WHERE id IN (SELECT id FROM import_refusal"
        " WHERE created_at < $1 AND row_sealed IS NOT NULL LIMIT $2)",
    )
)
retention.register(
    retention.Kind(
        "unlinked_movements",
        "已无客户关联的账户交易",
        "客户信息删除后，只有金额与日期的交易记录",
        3650,
        "《反洗钱法》：客户身份资料和交易记录至少保存十年",
        least=3650,
        due="SELECT count(*) FROM movement m JOIN account a ON a.id = m.account_id WHERE a.number_sealed = ''"
        " AND m.booked_on < $1::timestamptz::date",
        sweep="DELETE FROM movement WHERE id IN (SELECT m.id FROM movement m JOIN account a ON a.id = m.account_id"
        " WHERE a.number_sealed = '' AND m.booked_on < $1::timestamptz::date LIMIT $2)",
    )
)
