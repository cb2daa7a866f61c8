"""Group messages and welcomes: jobs that members confirm, and the greeting that goes out within 20 seconds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from wechat.faults import Later, Unknown
from wechat.shapes import Attachment, GroupMessage, GroupMessageMade, Page, SenderTask, SendResult
from wechat.wecom import answers
from wechat.wecom.speaking import Speaking, stamp

BUSY = -1
TEXT_BYTES, ATTACHMENTS = 4000, 9
CLIENTS, GROUPS = 10_000, 2_000


class GroupMessages(Speaking):
    """Making jobs and following what becomes of them."""

    async def create_group_message(
        self,
        chat_type: Literal["single", "group"],
        *,
        text: str,
        sender: str = "",
        external_userids: Sequence[str] = (),
        chat_ids: Sequence[str] = (),
        attachments: Sequence[Attachment] = (),
    ) -> GroupMessageMade:
        """A job for members to confirm: up to 10 000 clients, or up to 2 000 groups of one sender. Not repeatable.

        Text up to 4 000 bytes, 9 attachments.
        """
        path = "externalcontact/add_msg_template"
        self._check(path, text, attachments)
        self._fit(path).some("clients", external_userids, CLIENTS, 0)
        self._fit(path).some("groups", chat_ids, GROUPS, 0)
        body: dict[str, Any] = {"chat_type": chat_type, **answers.content(text, attachments)}
        body |= {"sender": sender} if sender else {}
        body |= {"external_userid": list(external_userids)} if external_userids else {}
        body |= {"chat_id_list": list(chat_ids)} if chat_ids else {}
        try:
            answer = await self._post(path, **body)
        except Later as busy:
            if busy.errcode != BUSY:
                raise
            unsure = Unknown(side=busy.side, api=busy.api, errcode=BUSY, reason=busy.reason, message=busy.message)
        else:
            return GroupMessageMade(str(answer["msgid"]), tuple(answer.get("fail_list") or ()))
        # "busy" has been seen on jobs that were made all the same: the list of jobs tells, not a second try
        raise unsure

    async def list_group_messages(
        self, start: datetime, end: datetime, kind: Literal["single", "group"], cursor: str = ""
    ) -> Page[GroupMessage]:
        """Jobs made in a span of at most a month, newest first: how an unknown creation is reconciled."""
        span = {"start_time": stamp(start), "end_time": stamp(end)}
        body = {"chat_type": kind, **span, "filter_type": 2, "limit": 100, "cursor": cursor}
        return answers.jobs(await self._post("externalcontact/get_groupmsg_list_v2", **body))

    async def group_message_tasks(self, msgid: str, cursor: str = "") -> Page[SenderTask]:
        """The job's senders, 1 000 a page; Later while WeCom is still dispatching."""
        body = {"msgid": msgid, "limit": 1000, "cursor": cursor}
        return answers.tasks(await self._post("externalcontact/get_groupmsg_task", **body))

    async def group_message_results(self, msgid: str, userid: str, cursor: str = "") -> Page[SendResult]:
        """What became of one sender's targets, 1 000 a page; of groups only the sent ones are listed."""
        body = {"msgid": msgid, "userid": userid, "limit": 1000, "cursor": cursor}
        return answers.results(await self._post("externalcontact/get_groupmsg_send_result", **body))

    async def remind_group_message(self, msgid: str) -> None:
        """Remind the members who have not confirmed; three times in 24 h and job."""
        await self._post("externalcontact/remind_groupmsg_send", msgid=msgid)

    async def cancel_group_message(self, msgid: str) -> None:
        """Stop what has not been sent."""
        await self._post("externalcontact/cancel_groupmsg_send", msgid=msgid)

    async def send_welcome(self, code: str, text: str, attachments: Sequence[Attachment] = ()) -> None:
        """Greet a new contact within 20 s; Done when another app was first, Never (welcome_late) afterwards."""
        path = "externalcontact/send_welcome_msg"
        self._check(path, text, attachments)
        await self._post(path, welcome_code=code, **answers.content(text, attachments))

    async def add_group_welcome(self, text: str, attachment: Attachment | None = None, *, tell: bool = True) -> str:
        """What newcomers of a group read, for owners to choose (100 in a corp); tell owners of it. Its template id."""
        path = "externalcontact/group_welcome_template/add"
        said = self._group_welcome(path, text, attachment)
        answer = await self._post(path, **said, agentid=self._agentid, notify=int(tell))
        return str(answer["template_id"])

    async def change_group_welcome(self, template_id: str, text: str, attachment: Attachment | None = None) -> None:
        """Another text for a template that this app made (else Never, 41058)."""
        path = "externalcontact/group_welcome_template/edit"
        said = self._group_welcome(path, text, attachment)
        await self._post(path, template_id=template_id, **said, agentid=self._agentid)

    async def group_welcome(self, template_id: str) -> str:
        """The text of a template."""
        answer = await self._post("externalcontact/group_welcome_template/get", template_id=template_id)
        return str((answer.get("text") or {}).get("content", ""))

    async def delete_group_welcome(self, template_id: str) -> None:
        """Delete a template that this app made."""
        path = "externalcontact/group_welcome_template/del"
        await self._post(path, template_id=template_id, agentid=self._agentid)

    def _check(self, path: str, text: str, attachments: Sequence[Attachment]) -> None:
        self._fit(path).text("文字", text, most_bytes=TEXT_BYTES)
        self._fit(path).some("attachments", attachments, ATTACHMENTS, 0)
        answers.check(self._fit(path), attachments)

    def _group_welcome(self, path: str, text: str, attachment: Attachment | None) -> dict[str, Any]:
        some = (attachment,) if attachment else ()
        self._fit(path).text("文字", text, most_bytes=3000, least=0 if attachment else 1)
        answers.check(self._fit(path), some)
        # one attachment stands beside the text by its own name
        said = answers.content(text, some)
        beside = said.pop("attachments", [])
        return said | ({beside[0]["msgtype"]: beside[0][beside[0]["msgtype"]]} if beside else {})
