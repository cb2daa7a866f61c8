"""Members and departments, as far as the app may see them."""

from __future__ import annotations

from typing import Protocol

from wechat.shapes import SignedInMember
from wechat.wecom.shapes import AppView, Department, Member


class StaffDirectory(Protocol):
    """Reading the directory, and signing members in."""

    async def staff_ids(self) -> list[str]:
        """Userids of all members that the app may see."""

    async def follow_users(self) -> list[str]:
        """Userids of the members who may have clients."""

    async def member(self, userid: str) -> Member:
        """One member; Never (60111) when there is none, Blocked (60011) outside of the app's view."""

    async def members_of(self, department: int) -> list[Member]:
        """Members of one department, with what the app may know of them."""

    async def departments(self, below: int = 0) -> list[Department]:
        """All departments that the app may see, or those below one."""

    async def app_view(self) -> AppView:
        """The app itself: what it may see, and where its pages may be."""

    def sign_in_url(self, redirect: str, state: str) -> str:
        """Address inside WeCom that sends the member back to `redirect` with a code."""

    def scan_sign_in_url(self, redirect: str, state: str) -> str:
        """Address in any browser that shows a code to scan with WeCom, then sends the member back the same way."""

    async def member_of(self, code: str) -> SignedInMember:
        """Who brought the code."""
