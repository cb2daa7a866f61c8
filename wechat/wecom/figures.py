"""How members' work with clients goes, by day: of up to 100 members or departments together, up to 30 of 180 days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from kernel import clock
from wechat.wecom.shapes import StaffFigures
from wechat.wecom.speaking import Row, Speaking, stamp

DAYS, A_CALL = 30, 100


class Figures(Speaking):
    """Behaviour data."""

    async def staff_figures(
        self, start: date, end: date, *, userids: Sequence[str] = (), departments: Sequence[int] = ()
    ) -> list[StaffFigures]:
        """By day from `start` to `end`; members and departments count together."""
        path = "externalcontact/get_user_behavior_data"
        if not 0 <= (end - start).days < DAYS:
            raise ValueError(f"{path}: a span of 1 to {DAYS} days")
        self._fit(path).some("members and departments", [*userids, *departments], A_CALL)
        begin, last = (stamp(clock.at_local(day, time())) for day in (start, end))
        whom = {name: list(ids) for name, ids in (("userid", userids), ("partyid", departments)) if ids}
        answer = await self._post(path, start_time=begin, end_time=last, **whom)
        return [_figures(row) for row in answer.get("behavior_data", ())]


def _figures(row: Row) -> StaffFigures:
    percent, minutes = row.get("reply_percentage"), row.get("avg_reply_time")
    return StaffFigures(
        on=datetime.fromtimestamp(int(row["stat_time"]), clock.SHANGHAI).date(),
        chats=int(row.get("chat_cnt", 0)),
        messages=int(row.get("message_cnt", 0)),
        answered_percent=float(percent) if percent is not None else None,
        first_answer_minutes=int(minutes) if minutes is not None else None,
        lost_contacts=int(row.get("negative_feedback_cnt", 0)),
        applied=int(row.get("new_apply_cnt", 0)),
        new_contacts=int(row.get("new_contact_cnt", 0)),
    )
