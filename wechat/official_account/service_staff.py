"""Customer-service accounts (kf): at most 100, named name@account."""

from __future__ import annotations

from wechat.official_account.shapes import ServiceStaff
from wechat.official_account.speaking import Row, Speaking


class ServiceStaffAccounts(Speaking):
    """Who may answer in the account's name."""

    async def service_staff(self) -> list[ServiceStaff]:
        """All customer-service accounts."""
        answer = await self._get("/cgi-bin/customservice/getkflist")
        return [_staff(row) for row in answer.get("kf_list", ())]

    async def service_staff_online(self) -> list[str]:
        """Accounts of those who are there now."""
        answer = await self._get("/cgi-bin/customservice/getonlinekflist")
        return [str(row["kf_account"]) for row in answer.get("kf_online_list", ())]

    async def add_service_staff(self, account: str, nickname: str) -> None:
        """A new one (nickname up to 16 characters)."""
        path = "/customservice/kfaccount/add"
        self._fit(path).text("客服昵称", nickname, most=16, least=1)
        await self._post(path, {"kf_account": account, "nickname": nickname})

    async def invite_service_staff(self, account: str, wechat: str) -> None:
        """Ask the holder of a WeChat id to take over an account."""
        await self._post("/customservice/kfaccount/inviteworker", {"kf_account": account, "invite_wx": wechat})

    async def rename_service_staff(self, account: str, nickname: str) -> None:
        """Another nickname (up to 16 characters)."""
        path = "/customservice/kfaccount/update"
        self._fit(path).text("客服昵称", nickname, most=16, least=1)
        await self._post(path, {"kf_account": account, "nickname": nickname})

    async def remove_service_staff(self, account: str) -> None:
        """Remove one."""
        await self._get("/customservice/kfaccount/del", kf_account=account)


def _staff(row: Row) -> ServiceStaff:
    return ServiceStaff(
        account=str(row["kf_account"]),
        nickname=str(row.get("kf_nick", "")),
        id=str(row.get("kf_id", "")),
        wechat=str(row.get("kf_wx", "")),
        invitation=str(row.get("invite_status", "")),
        invited=str(row.get("invite_wx", "")),
    )
