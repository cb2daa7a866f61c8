"""Moments (朋友圈): a post that members confirm, and what their clients made of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from wechat.shapes import Attachment, Media, Page
from wechat.wecom import answers
from wechat.wecom.shapes import Moment, MomentResult, MomentTask, MomentVoice, MomentVoices
from wechat.wecom.speaking import Row, Speaking, cursor_of, moment, stamp, texts

TEXT, PICTURES = 2000, 9
STATES: dict[int, Literal["begun", "making", "made"]] = {1: "begun", 2: "making", 3: "made"}


class Moments(Speaking):
    """Posting through members; ten jobs a minute in a corp."""

    async def create_moment(
        self,
        text: str,
        attachments: Sequence[Attachment] = (),
        *,
        userids: Sequence[str] = (),
        departments: Sequence[int] = (),
        tags: Sequence[str] = (),
    ) -> str:
        """A job for members (all without a choice): text up to 2 000 characters, 9 pictures or 1 video or 1 link.

        tags: only clients with one of them see it. Returns the job's id, good for 24 h; see `moment_result`.
        """
        path = "externalcontact/add_moment_task"
        self._fit(path).text("文字", text, most=TEXT)
        single = any(not isinstance(one, Media) or one.kind != "image" for one in attachments)
        self._fit(path).some("attachments", attachments, 1 if single else PICTURES, 0 if text else 1)
        body: dict[str, Any] = answers.content(text, attachments)
        senders = {"user_list": list(userids), "department_list": list(departments)}
        visible = {"sender_list": senders} if userids or departments else {}
        visible |= {"external_contact_list": {"tag_list": list(tags)}} if tags else {}
        return str((await self._post(path, **body, **({"visible_range": visible} if visible else {})))["jobid"])

    async def moment_result(self, job_id: str) -> MomentResult:
        """What became of the job; its moment id once it is made."""
        answer = await self._get("externalcontact/get_moment_task_result", jobid=job_id)
        result = answer.get("result") or {}
        senders = result.get("invalid_sender_list") or {}
        contacts = result.get("invalid_external_contact_list") or {}
        return MomentResult(
            STATES.get(int(answer.get("status", 1)), "begun"),
            str(result.get("moment_id", "")),
            texts(senders.get("user_list")),
            texts(contacts.get("tag_list")),
        )

    async def cancel_moment(self, moment_id: str) -> None:
        """Stop what members have not posted."""
        await self._post("externalcontact/cancel_moment_task", moment_id=moment_id)

    async def moments(self, start: datetime, end: datetime, cursor: str = "", *, creator: str = "") -> Page[Moment]:
        """Posts of up to 30 days, 20 a page; of one member, or all."""
        body: dict[str, Any] = {"start_time": stamp(start), "end_time": stamp(end), "cursor": cursor, "limit": 20}
        body |= {"creator": creator} if creator else {}
        answer = await self._post("externalcontact/get_moment_list", **body)
        return Page(tuple(_moment(row) for row in answer.get("moment_list", ())), cursor_of(answer))

    async def moment_tasks(self, moment_id: str, cursor: str = "") -> Page[MomentTask]:
        """Which members have posted it, 1 000 a page."""
        body = {"moment_id": moment_id, "cursor": cursor, "limit": 1000}
        answer = await self._post("externalcontact/get_moment_task", **body)
        rows = answer.get("task_list", ())
        found = tuple(MomentTask(str(row["userid"]), str(row.get("publish_status")) == "1") for row in rows)
        return Page(found, cursor_of(answer))

    async def moment_clients(self, moment_id: str, userid: str, cursor: str = "") -> Page[str]:
        """The clients whom one member chose to show it, 1 000 a page."""
        return await self._clients("externalcontact/get_moment_customer_list", moment_id, userid, cursor, 1000)

    async def moment_reached(self, moment_id: str, userid: str, cursor: str = "") -> Page[str]:
        """The clients to whom one member's post went, 5 000 a page."""
        return await self._clients("externalcontact/get_moment_send_result", moment_id, userid, cursor, 5000)

    async def moment_voices(self, moment_id: str, userid: str) -> MomentVoices:
        """Likes and comments of one member's post."""
        answer = await self._post("externalcontact/get_moment_comments", moment_id=moment_id, userid=userid)
        return MomentVoices(_voices(answer.get("comment_list", ())), _voices(answer.get("like_list", ())))

    async def _clients(self, path: str, moment_id: str, userid: str, cursor: str, limit: int) -> Page[str]:
        answer = await self._post(path, moment_id=moment_id, userid=userid, cursor=cursor, limit=limit)
        return Page(tuple(str(row["external_userid"]) for row in answer.get("customer_list", ())), cursor_of(answer))


def _moment(row: Row) -> Moment:
    return Moment(
        str(row["moment_id"]),
        moment(row.get("create_time")),
        str((row.get("text") or {}).get("content", "")),
        str(row.get("creator", "")),
        int(row.get("create_type", 0)) == 0,
    )


def _voices(rows: Sequence[Row]) -> tuple[MomentVoice, ...]:
    return tuple(
        MomentVoice(
            str(row.get("external_userid") or row.get("userid") or ""),
            "external_userid" not in row,
            moment(row.get("create_time")),
        )
        for row in rows
    )
