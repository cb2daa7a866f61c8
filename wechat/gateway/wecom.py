"""WeCom in our words; faults as in `wechat.gateway.official_account`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from wechat.shapes import (
    Attachment,
    Contact,
    CorpTag,
    GroupMessage,
    GroupMessageMade,
    GroupSnapshot,
    Livestream,
    Page,
    SenderTask,
    SendResult,
    SignedInMember,
    Watcher,
)


class WeCom(Protocol):
    """The bank's corp (企业微信), through the app that may call the customer APIs."""

    async def staff_ids(self) -> list[str]:
        """Userids of all members that the app may see."""

    async def follow_users(self) -> list[str]:
        """Userids of the members who may have clients."""

    async def external_ids_of(self, userid: str) -> list[str]:
        """All clients of one member; empty when there are none."""

    async def contacts_of(self, userids: Sequence[str], cursor: str = "") -> Page[Contact]:
        """Clients of up to 100 members, 100 a page; each contact carries the one relation that it was found by."""

    async def contact(self, external_userid: str) -> Contact:
        """One client with all relations."""

    async def mark_tags(
        self, userid: str, external_userid: str, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> None:
        """Change the corp tags on one relation; no callback follows."""

    async def remark(
        self, userid: str, external_userid: str, *, remark: str | None = None, description: str | None = None
    ) -> None:
        """Overwrite what a member noted (remark up to 20, description up to 150 characters); None leaves it."""

    async def corp_tags(self) -> list[CorpTag]:
        """The whole tag library."""

    async def send_welcome(self, code: str, text: str, attachments: Sequence[Attachment] = ()) -> None:
        """Greet a new contact within 20 s; Done when another app was first, Never (welcome_late) afterwards."""

    async def group_ids(self, cursor: str = "", owners: Sequence[str] = ()) -> Page[str]:
        """Chat ids, 1 000 a page; owners (up to 100) are needed in a corp of more than 1 000 members."""

    async def group(self, chat_id: str) -> GroupSnapshot:
        """One group with its members; may lag some seconds behind a callback."""

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
        """A job for members to confirm: up to 10 000 clients, or up to 2 000 groups of one sender. Not repeatable."""

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

    async def send_staff_text(self, userids: Sequence[str], text: str) -> list[str]:
        """A text from the app to up to 1 000 members; returns the userids that it can't reach."""

    async def upload_media(self, data: bytes, name: str, kind: Literal["image", "voice", "video", "file"]) -> str:
        """Keep a file for three days; returns its media id."""

    async def create_living(
        self, anchor: str, theme: str, starts_at: datetime, seconds: int, description: str = "", remind_s: int = 0
    ) -> str:
        """Book a livestream of one member (theme up to 20 characters); returns its livingid."""

    async def modify_living(
        self, livingid: str, *, theme: str | None = None, starts_at: datetime | None = None, seconds: int | None = None
    ) -> None:
        """Change what is still booked."""

    async def cancel_living(self, livingid: str) -> None:
        """Cancel what is still booked; no callback follows."""

    async def living(self, livingid: str) -> Livestream:
        """One livestream with its counts."""

    async def livings_of(self, userid: str) -> list[str]:
        """Livingids of all livestreams of one member: how a booking whose answer was lost is found again."""

    async def living_code(self, livingid: str, openid: str) -> str:
        """The code with which this client's WeChat opens the livestream."""

    async def living_watchers(self, livingid: str, cursor: str = "") -> Page[Watcher]:
        """Who watched and for how long."""

    def sign_in_url(self, redirect: str, state: str) -> str:
        """Address inside WeCom that sends the member back to `redirect` with a code."""

    def scan_sign_in_url(self, redirect: str, state: str) -> str:
        """Address in any browser that shows a code to scan with WeCom, then sends the member back the same way."""

    async def member_of(self, code: str) -> SignedInMember:
        """Who brought the code."""

    async def close(self) -> None:
        """Close the connections."""
