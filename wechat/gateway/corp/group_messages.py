"""Group messages and welcomes: jobs that members confirm, and the greeting that goes out within 20 seconds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from wechat.shapes import Attachment, GroupMessage, GroupMessageMade, Page, SenderTask, SendResult


class GroupMessages(Protocol):
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

    async def list_group_messages(
        self, start: datetime, end: datetime, kind: Literal["single", "group"], cursor: str = ""
    ) -> Page[GroupMessage]:
        """Jobs made in a span of at most a month, newest first: how an unknown creation is reconciled."""

    async def group_message_tasks(self, msgid: str, cursor: str = "") -> Page[SenderTask]:
        """The job's senders, 1 000 a page; Later while WeCom is still dispatching."""

    async def group_message_results(self, msgid: str, userid: str, cursor: str = "") -> Page[SendResult]:
        """What became of one sender's targets, 1 000 a page; of groups only the sent ones are listed."""

    async def remind_group_message(self, msgid: str) -> None:
        """Remind the members who have not confirmed; three times in 24 h and job."""

    async def cancel_group_message(self, msgid: str) -> None:
        """Stop what has not been sent."""

    async def send_welcome(self, code: str, text: str, attachments: Sequence[Attachment] = ()) -> None:
        """Greet a new contact within 20 s; Done when another app was first, Never (welcome_late) afterwards."""

    async def add_group_welcome(self, text: str, attachment: Attachment | None = None, *, tell: bool = True) -> str:
        """What newcomers of a group read, for owners to choose (100 in a corp); tell owners of it. Its template id."""

    async def change_group_welcome(self, template_id: str, text: str, attachment: Attachment | None = None) -> None:
        """Another text for a template that this app made (else Never, 41058)."""

    async def group_welcome(self, template_id: str) -> str:
        """The text of a template."""

    async def delete_group_welcome(self, template_id: str) -> None:
        """Delete a template that this app made."""
