"""Codes that lead into client groups, made, changed and ended in WeCom and kept here in the same act."""

from __future__ import annotations

from collections.abc import Sequence

from community.groups.models import Group, JoinWay
from kernel import clock, database
from kernel.errors import NotFound, Refused
from staff import audit
from staff.models import Staff
from wechat import doors
from wechat.wecom import shapes

MOST_GROUPS = 5
OWN = """
UPDATE client_group SET owner_userid = $2::text,
  owner_id = coalesce((SELECT id FROM staff WHERE wecom_userid = $2::text ORDER BY id LIMIT 1), owner_id)
WHERE id = ANY($1::bigint[])
"""


async def make(
    corpid: str, chat_ids: Sequence[str], *, state: str = "", opens_rooms: bool = True, note: str = "", by: Staff
) -> tuple[JoinWay, str]:
    """A new code for up to five groups, and the address of its picture; the caller has checked the person's scope."""
    _check(chat_ids)
    told = await doors.wecom(corpid).add_join_way(
        shapes.JoinWay(tuple(chat_ids), state=state, opens_new=opens_rooms, remark=note[:30])
    )
    async with database.transaction():
        made = await JoinWay.create(
            corpid=corpid,
            config_id=told.config_id,
            chat_ids=list(chat_ids),
            state_param=state,
            opens_rooms=opens_rooms,
            note=note[:80],
        )
        await audit.record(by, "group.code_made", "join_way", made.id, groups=len(chat_ids))
    return made, (await doors.wecom(corpid).join_way(told.config_id)).qr_url


async def change(way_id: int, chat_ids: Sequence[str], *, by: Staff) -> None:
    """Lead a code into other groups; WeCom overwrites it whole."""
    _check(chat_ids)
    way = await _find(way_id)
    await doors.wecom(way.corpid).change_join_way(
        shapes.JoinWay(
            tuple(chat_ids),
            state=way.state_param,
            opens_new=way.opens_rooms,
            remark=way.note[:30],
            config_id=way.config_id,
        )
    )
    async with database.transaction():
        await JoinWay.filter(id=way_id).update(chat_ids=list(chat_ids))
        await audit.record(by, "group.code_changed", "join_way", way_id, groups=len(chat_ids))


async def end(way_id: int, *, by: Staff) -> None:
    """Take a code back: whoever scans it comes nowhere."""
    way = await _find(way_id)
    await doors.wecom(way.corpid).delete_join_way(way.config_id)
    async with database.transaction():
        await JoinWay.filter(id=way_id).update(ended_at=clock.now())
        await audit.record(by, "group.code_ended", "join_way", way_id)


async def hand_over(group_ids: Sequence[int], new_owner: str, *, has_left: bool = False, by: Staff) -> dict[int, int]:
    """Give groups to another owner; WeCom's error code by group for those that it refused."""
    groups = await Group.filter(id__in=list(group_ids), status="active")
    refused: dict[int, int] = {}
    for corpid in sorted({one.corpid for one in groups}):
        ours = {one.chat_id: one.id for one in groups if one.corpid == corpid}
        door = doors.wecom(corpid)
        move = door.transfer_groups_of_left if has_left else door.transfer_groups
        told = {one.id: one.errcode for one in await move(list(ours), new_owner)}
        refused |= {ours[chat_id]: code for chat_id, code in told.items() if chat_id in ours}
        async with database.transaction():
            moved = [group_id for chat_id, group_id in ours.items() if chat_id not in told]
            await database.execute(OWN, moved, new_owner)
            await audit.record(by, "group.handed_over", "group", None, groups=len(moved), refused=len(told))
    return refused


def _check(chat_ids: Sequence[str]) -> None:
    if not 1 <= len(chat_ids) <= MOST_GROUPS:
        raise Refused("一个入群码可以关联 1 到 5 个客户群", code="group.code_groups")


async def _find(way_id: int) -> JoinWay:
    way = await JoinWay.get_or_none(id=way_id, ended_at=None)
    if way is None:
        raise NotFound
    return way
