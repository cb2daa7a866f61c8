"""Moments (朋友圈): a post that members confirm, and what their clients made of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from wechat.shapes import Attachment, Page
from wechat.wecom.shapes import Moment, MomentResult, MomentTask, MomentVoices


class Moments(Protocol):
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

    async def moment_result(self, job_id: str) -> MomentResult:
        """What became of the job; its moment id once it is made."""

    async def cancel_moment(self, moment_id: str) -> None:
        """Stop what members have not posted."""

    async def moments(self, start: datetime, end: datetime, cursor: str = "", *, creator: str = "") -> Page[Moment]:
        """Posts of up to 30 days, 20 a page; of one member, or all."""

    async def moment_tasks(self, moment_id: str, cursor: str = "") -> Page[MomentTask]:
        """Which members have posted it, 1 000 a page."""

    async def moment_clients(self, moment_id: str, userid: str, cursor: str = "") -> Page[str]:
        """The clients whom one member chose to show it, 1 000 a page."""

    async def moment_reached(self, moment_id: str, userid: str, cursor: str = "") -> Page[str]:
        """The clients to whom one member's post went, 5 000 a page."""

    async def moment_voices(self, moment_id: str, userid: str) -> MomentVoices:
        """Likes and comments of one member's post."""
