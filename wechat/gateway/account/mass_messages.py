"""Mass messages: at most four a month reach one fan; sending to all waits for an administrator's confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from wechat.official_account.shapes import MassContent, MassJob, MassSpeed

State = Literal["sent", "sending", "failed", "deleted"]


class MassMessages(Protocol):
    """Jobs to many fans. once: our own id of the job (at most 64 bytes): the same id makes no second job in 24 h."""

    async def mass_to_all(self, content: MassContent, *, once: str) -> MassJob:
        """A job to every fan; counts against the account's four a month and enters its history."""

    async def mass_to_tag(self, tag: int, content: MassContent, *, once: str) -> MassJob:
        """A job to the fans of one tag."""

    async def mass_to_fans(self, openids: Sequence[str], content: MassContent, *, once: str) -> MassJob:
        """A job to 2 to 10 000 fans."""

    async def preview_mass(self, openid: str, content: MassContent) -> None:
        """Show one fan what a job would say; 100 a day."""

    async def delete_mass(self, msg_id: str, article: int = 0) -> None:
        """Take back a sent article or video (article 1 to 8; 0: all): its page goes, the card in the chat stays."""

    async def mass_state(self, msg_id: str) -> State:
        """How far a job came; asked when its callback stays out."""

    async def mass_speed(self) -> MassSpeed:
        """The pace of mass sends."""

    async def set_mass_speed(self, level: int) -> None:
        """Set the pace: 0 (fastest) to 4."""
