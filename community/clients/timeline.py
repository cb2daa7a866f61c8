"""What happened to a client, one row per fact; higher packages read it, and nobody changes it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from kernel import clock, database
from staff.models import Staff

PAGE = 50


class Kind(NamedTuple):
    """How a kind of entry is called on a screen, and whether the client did it."""

    label: str
    by_client: bool = False


KINDS: dict[str, Kind] = {
    "client.imported": Kind("导入客户资料"),
    "client.merged": Kind("合并了重复档案"),
    "fan.followed": Kind("关注公众号", True),
    "fan.unfollowed": Kind("取消关注公众号", True),
    "fan.gone": Kind("核对发现已取消关注"),
    "fan.authorization_revoked": Kind("撤回对公众号的授权", True),
    "fan.info_modified": Kind("修改了授权的资料", True),
    "subscription.accepted": Kind("同意订阅通知", True),
    "subscription.refused": Kind("拒绝订阅通知", True),
    "code.scanned": Kind("扫描二维码", True),
    "menu.tapped": Kind("点击公众号菜单", True),
    "message.received": Kind("发来消息", True),
    "link.clicked": Kind("打开消息里的链接", True),
    "complaint.received": Kind("消息里提到投诉"),
    "contact.added": Kind("添加企业微信好友", True),
    "contact.lost": Kind("解除企业微信好友"),
    "contact.transfer_asked": Kind("转接给其他客户经理"),
    "contact.transferred": Kind("转接已完成"),
    "contact.transfer_failed": Kind("转接未成功"),
    "acquisition.opened": Kind("通过获客链接发起聊天", True),
    "acquisition.requested": Kind("通过获客链接申请添加", True),
    "card.answered": Kind("员工处理了任务卡片"),
    "group.joined": Kind("加入客户群", True),
    "group.left": Kind("离开客户群"),
    # not counted as the client's own act: a file of the bank may bring a million of them in one night
    "consent.granted": Kind("同意接收营销信息"),
    "consent.withdrawn": Kind("拒绝接收营销信息"),
    "location.granted": Kind("同意记录所在位置"),
    "location.withdrawn": Kind("撤回位置授权"),
    "sharing.granted": Kind("同意向合作方提供信息"),
    "sharing.withdrawn": Kind("撤回向合作方提供信息的同意"),
    "privacy.asked": Kind("提出个人信息请求"),
    "privacy.answered": Kind("个人信息请求已处理"),
    "owner.assigned": Kind("分配客户经理"),
    "risk.assessed": Kind("完成风险评估"),
    "kyc.flagged": Kind("身份信息待核实"),
    "kyc.cleared": Kind("身份信息已核实"),
    "kyc.renewed": Kind("证件已更新"),
    "kyc.expired": Kind("证件已过期"),
    "tag.added": Kind("打上标签"),
    "task.done": Kind("员工完成跟进"),
    "journey.entered": Kind("进入旅程"),
    "tag.removed": Kind("移除标签"),
    "event.invited": Kind("受邀参加活动"),
    "event.opened": Kind("打开活动邀请", True),
    "event.accepted": Kind("报名活动", True),
    "event.waiting": Kind("加入候补名单", True),
    "event.moved_up": Kind("候补转正"),
    "event.declined": Kind("婉拒活动", True),
    "event.attended": Kind("到场签到", True),
    "livestream.invited": Kind("受邀观看直播"),
    "livestream.reserved": Kind("预约直播", True),
    "livestream.watched": Kind("观看直播", True),
    "tier.assigned": Kind("首次评定等级"),
    "tier.raised": Kind("客户等级上升"),
    "tier.lowered": Kind("客户等级下降"),
    "tier.watched": Kind("进入等级观察期"),
    "benefit.granted": Kind("获得权益"),
    "outflow.noticed": Kind("存款外流"),
    "benefit.redeemed": Kind("使用权益", True),
    "benefit.reversed": Kind("收回权益"),
    "points.spent": Kind("兑换积分", True),
    "points.earned": Kind("获得积分"),
    "points.expired": Kind("积分过期"),
    "points.adjusted": Kind("调整积分"),
    "points.taken_back": Kind("收回积分"),
    "points.moved": Kind("积分并入"),
}
"""Kinds with a label here; others are shown by their name. Client's own acts move `client.last_activity_at`."""

RECORD = """
INSERT INTO timeline_entry (client_id, kind, at, by_staff_id, detail)
SELECT id, $2, $3, $4, $5::jsonb FROM unnest($1::bigint[]) AS who(id)
"""
RECORD_EACH = """
INSERT INTO timeline_entry (client_id, kind, at, detail)
SELECT client_id, kind, at, detail::jsonb
FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::text[]) AS told(client_id, kind, at, detail)
"""
TOUCH_EACH = """
UPDATE client c SET last_activity_at = g.at
FROM (SELECT id, max(at) AS at FROM unnest($1::bigint[], $2::timestamptz[]) AS told(id, at) GROUP BY id) g
WHERE c.id = g.id AND (c.last_activity_at IS NULL OR c.last_activity_at < g.at)
"""
RECORD_OWN = """
WITH written AS (
  INSERT INTO timeline_entry (client_id, kind, at, by_staff_id, detail)
  SELECT id, $2, $3, $4, $5::jsonb FROM unnest($1::bigint[]) AS who(id)
)
UPDATE client SET last_activity_at = $3
WHERE id IN (SELECT id FROM client WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE)
  AND (last_activity_at IS NULL OR last_activity_at < $3)
"""
"""The client's own act: the entry, and that they did something lately."""
ENTRIES = """
SELECT e.id, e.kind, e.at, e.detail, s.name AS by_name
FROM timeline_entry e LEFT JOIN staff s ON s.id = e.by_staff_id
WHERE e.client_id = $1 AND ($2::timestamptz IS NULL OR (e.at, e.id) < ($2, $3))
ORDER BY e.at DESC, e.id DESC LIMIT $4
"""


class Fact(NamedTuple):
    """One entry to write, when many differ in more than the client."""

    client_id: int
    kind: str
    at: datetime
    detail: Mapping[str, Any]


class Entry(NamedTuple):
    """One line of a client's timeline as a page shows it."""

    id: int
    kind: str
    label: str
    at: datetime
    by_name: str
    detail: Mapping[str, Any]


async def record(
    client_id: int, kind: str, *, by: Staff | None = None, at: datetime | None = None, **detail: Any
) -> None:
    """Write one entry inside the caller's transaction; `detail` holds no personal data."""
    await _write([client_id], kind, by, at or clock.now(), detail)


async def record_many(
    client_ids: Sequence[int], kind: str, *, by: Staff | None = None, at: datetime | None = None, **detail: Any
) -> None:
    """The same entry for many clients, in one statement."""
    if client_ids:
        await _write(client_ids, kind, by, at or clock.now(), detail)


async def record_each(facts: Sequence[Fact]) -> None:
    """Many different entries in one statement."""
    if not facts:
        return
    details = [json.dumps(fact.detail, ensure_ascii=False) for fact in facts]
    client_ids, kinds, moments = ([fact[place] for fact in facts] for place in range(3))
    await database.execute(RECORD_EACH, client_ids, kinds, moments, details)
    own = [fact for fact in facts if fact.kind in KINDS and KINDS[fact.kind].by_client]
    if own:
        await database.execute(TOUCH_EACH, [fact.client_id for fact in own], [fact.at for fact in own])


async def entries(client_id: int, before: tuple[datetime, int] | None = None, limit: int = PAGE) -> list[Entry]:
    """The newest entries, or those older than the (at, id) of the last one shown."""
    at, entry_id = before or (None, None)
    rows = await database.fetch(ENTRIES, client_id, at, entry_id, limit)
    return [
        Entry(row["id"], row["kind"], label(row["kind"]), row["at"], row["by_name"] or "", json.loads(row["detail"]))
        for row in rows
    ]


def label(kind: str) -> str:
    """What a kind is called on a screen."""
    return KINDS[kind].label if kind in KINDS else kind


async def _write(
    client_ids: Sequence[int], kind: str, by: Staff | None, at: datetime, detail: Mapping[str, Any]
) -> None:
    sql = RECORD_OWN if kind in KINDS and KINDS[kind].by_client else RECORD
    said = json.dumps(detail, ensure_ascii=False)
    await database.execute(sql, list(client_ids), kind, at, by.id if by is not None else None, said)
