"""Customer-service accounts (kf): at most 100, named name@account."""

from __future__ import annotations

from typing import Protocol

from wechat.official_account.shapes import ServiceStaff


class ServiceStaffAccounts(Protocol):
    """Who may answer in the account's name."""

    async def service_staff(self) -> list[ServiceStaff]:
        """All customer-service accounts."""

    async def service_staff_online(self) -> list[str]:
        """Accounts of those who are there now."""

    async def add_service_staff(self, account: str, nickname: str) -> None:
        """A new one (nickname up to 16 characters)."""

    async def invite_service_staff(self, account: str, wechat: str) -> None:
        """Ask the holder of a WeChat id to take over an account."""

    async def rename_service_staff(self, account: str, nickname: str) -> None:
        """Another nickname (up to 16 characters)."""

    async def remove_service_staff(self, account: str) -> None:
        """Remove one."""
