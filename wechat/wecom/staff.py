"""Members and departments, as far as the app may see them."""

from __future__ import annotations

from urllib.parse import urlencode

from wechat.official_account.pages import sign_in_url
from wechat.shapes import SignedInMember
from wechat.wecom.shapes import AppView, Department, Member
from wechat.wecom.speaking import PAGES, Row, Speaking, cursor_of, texts


class StaffDirectory(Speaking):
    """Reading the directory, and signing members in."""

    async def staff_ids(self) -> list[str]:
        """Userids of all members that the app may see."""
        found: dict[str, None] = {}
        cursor = ""
        for _page in range(PAGES):
            answer = await self._post("user/list_id", cursor=cursor, limit=10_000)
            found |= dict.fromkeys(str(row["userid"]) for row in answer.get("dept_user", ()))
            cursor = cursor_of(answer)
            if not cursor:
                break
        return list(found)

    async def follow_users(self) -> list[str]:
        """Userids of the members who may have clients."""
        return list(texts((await self._get("externalcontact/get_follow_user_list")).get("follow_user")))

    async def member(self, userid: str) -> Member:
        """One member; Never (60111) when there is none, Blocked (60011) outside of the app's view."""
        return _member(await self._get("user/get", userid=userid))

    async def members_of(self, department: int) -> list[Member]:
        """Members of one department, with what the app may know of them."""
        answer = await self._get("user/list", department_id=department)
        return [_member(row) for row in answer.get("userlist", ())]

    async def departments(self, below: int = 0) -> list[Department]:
        """All departments that the app may see, or those below one."""
        answer = await self._get("department/list", **({"id": below} if below else {}))
        return [
            Department(
                int(row["id"]),
                str(row.get("name", "")),
                int(row.get("parentid", 0)),
                int(row.get("order", 0)),
                texts(row.get("department_leader")),
            )
            for row in answer.get("department", ())
        ]

    async def app_view(self) -> AppView:
        """The app itself: what it may see, and where its pages may be."""
        row = await self._get("agent/get", agentid=self._agentid)
        users = (row.get("allow_userinfos") or {}).get("user", ())
        return AppView(
            agentid=self._agentid,
            name=str(row.get("name", "")),
            userids=tuple(str(user["userid"]) for user in users),
            departments=tuple(int(one) for one in (row.get("allow_partys") or {}).get("partyid", ())),
            tags=tuple(int(one) for one in (row.get("allow_tags") or {}).get("tagid", ())),
            redirect_domain=str(row.get("redirect_domain", "")),
            home_url=str(row.get("home_url", "")),
        )

    def sign_in_url(self, redirect: str, state: str) -> str:
        """Address inside WeCom that sends the member back to `redirect` with a code."""
        agent = str(self._agentid)
        return sign_in_url(self._page_url, self._corpid, redirect, "snsapi_base", state, agentid=agent)

    def scan_sign_in_url(self, redirect: str, state: str) -> str:
        """Address in any browser that shows a code to scan with WeCom, then sends the member back the same way."""
        query = {"login_type": "CorpApp", "appid": self._corpid, "agentid": str(self._agentid)}
        return f"{self._scan_url}/wwlogin/sso/login?{urlencode({**query, 'redirect_uri': redirect, 'state': state})}"

    async def member_of(self, code: str) -> SignedInMember:
        """Who brought the code."""
        answer = await self._get("auth/getuserinfo", code=code)
        userid = str(answer.get("userid") or answer.get("UserId") or "")
        return SignedInMember(userid, str(answer.get("external_userid") or ""))


def _member(row: Row) -> Member:
    departments = tuple(int(one) for one in row.get("department", ()))
    flags = row.get("is_leader_in_dept", ())
    return Member(
        userid=str(row["userid"]),
        name=str(row.get("name", "")),
        departments=departments,
        leads=tuple(one for one, leads in zip(departments, flags, strict=False) if leads),
        position=str(row.get("position", "")),
        status=int(row.get("status", 1)),
        alias=str(row.get("alias", "")),
        open_userid=str(row.get("open_userid", "")),
    )
