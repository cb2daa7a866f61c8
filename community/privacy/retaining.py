"""How long this package and those below keep what is theirs, and within how many days a request is answered."""

from __future__ import annotations

from datetime import datetime

from community.privacy import retention
from kernel import vitals


async def _forget_runs(before: datetime, _limit: int) -> int:
    return await vitals.forget_runs(before)


retention.register(
    retention.Kind(
        "privacy_answer",
        "个人信息请求的答复期限",
        "收到请求后，须在多少个工作日内答复",
        15,
        "《个人信息保护法》第五十条：及时受理和处理；参照 GB/T 35273 三十天内答复的要求",
        unit="个工作日",
    )
)
retention.register(
    retention.Kind(
        "job_runs",
        "定时任务的运行记录",
        "定时任务何时运行、结果如何；每个任务的最后一次总是保留",
        14,
        "运维需要；不含个人信息",
        due="SELECT count(*) FROM job_run WHERE started_at < $1",
        sweep=_forget_runs,
    )
)
retention.register(
    retention.Kind(
        "privacy_wishes",
        "个人信息请求的内容",
        "已办结请求中客户写的内容与更正前后的内容；办结后清空，处理记录保留",
        1095,
        "《个人信息保护法》第十九条：保存期限为实现目的所必要的最短时间；诉讼时效三年",
        due="SELECT count(*) FROM privacy_request WHERE handled_at < $1"
        " AND (wish_sealed IS NOT NULL OR change_sealed IS NOT NULL)",
        sweep="UPDATE privacy_request SET wish_sealed = NULL, change_sealed = NULL WHERE id IN (SELECT id FROM"
        " privacy_request WHERE handled_at < $1 AND (wish_sealed IS NOT NULL OR change_sealed IS NOT NULL) LIMIT $2)",
    )
)
retention.register(
    retention.Kind(
        "timeline",
        "客户时间线",
        "客户与本行互动的记录",
        1825,
        "《个人信息保护法》第十九条；本行营销留痕制度五年",
        # results of campaigns are counted from it
        least=90,
        due="SELECT count(*) FROM timeline_entry WHERE at < $1",
        sweep="DELETE FROM timeline_entry WHERE id IN (SELECT id FROM timeline_entry WHERE at < $1 LIMIT $2)",
    )
)
retention.register(
    retention.Kind(
        "erased_consents",
        "已删除客户的同意记录",
        "客户信息删除后，只有编号的同意与撤回记录",
        1095,
        "《民法典》第一百八十八条：诉讼时效三年",
        least=1095,
        due="SELECT count(*) FROM consent k JOIN client c ON c.id = k.client_id WHERE c.erased_at < $1",
        sweep="DELETE FROM consent WHERE id IN (SELECT k.id FROM consent k JOIN client c ON c.id = k.client_id"
        " WHERE c.erased_at < $1 LIMIT $2)",
    )
)
