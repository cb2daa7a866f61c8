"""wechatpy's API classes on our transport, and the calls that its last release lacks.

wechatpy serves as the book of addresses and bodies only: its methods end in `client._request`, which here hands over to
`Transport.call` and returns the coroutine. Its own transport has no time limits, recurses without bound on a refused
token and puts secrets into exceptions.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Any

from wechatpy.client import WeChatClient as AccountClient
from wechatpy.client.api.base import BaseWeChatAPI
from wechatpy.work.client import WeChatClient as CorpClient

from wechat.transport import Transport, Upload

Answer = Awaitable[dict[str, Any]]


class OnTransport:
    """Replaces what wechatpy's clients do about HTTP, tokens and secrets."""

    API_BASE_URL = ""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def access_token(self) -> str:
        """wechatpy must never hold a token."""
        raise AttributeError("access_token")

    async def _request(self, method: str, url_or_endpoint: str, **given: Any) -> Any:
        base = given.pop("api_base_url", self.API_BASE_URL)
        address = url_or_endpoint if "://" in url_or_endpoint else f"{base}{url_or_endpoint}"
        # hosts are hard-coded per API class: only the path counts, the host is the transport's
        path = "/" + address.partition("://")[2].partition("/")[2]
        process = given.pop("result_processor", None)
        files = given.pop("files", None)
        answer = await self._transport.call(
            method.upper(),
            path,
            params=given.get("params"),
            body=given.get("data"),
            upload=files["media"] if files else None,
        )
        return process(answer) if process else answer


class AccountEndpoints(OnTransport, AccountClient):  # type: ignore[misc]  # wechatpy has no types
    """The official account's calls."""

    API_BASE_URL = AccountClient.API_BASE_URL


class Contacts(BaseWeChatAPI):  # type: ignore[misc]
    """Calls about clients and groups that wechatpy lacks or knows in an older form."""

    def get(self, external_userid: str, cursor: str) -> Answer:
        """One client; relations 500 a page."""
        params = {"external_userid": external_userid, **({"cursor": cursor} if cursor else {})}
        return self._get("externalcontact/get", params=params)  # type: ignore[no-any-return]

    def of_members(self, userids: Sequence[str], cursor: str) -> Answer:
        """Clients of up to 100 members, 100 a page."""
        body = {"userid_list": list(userids), "cursor": cursor, "limit": 100}
        return self._post("externalcontact/batch/get_by_user", data=body)  # type: ignore[no-any-return]

    def remark(self, body: dict[str, Any]) -> Answer:
        """What a member noted."""
        return self._post("externalcontact/remark", data=body)  # type: ignore[no-any-return]

    def group(self, chat_id: str) -> Answer:
        """One group with the names of its members."""
        return self._post("externalcontact/groupchat/get", data={"chat_id": chat_id, "need_name": 1})  # type: ignore[no-any-return]


class GroupMessages(BaseWeChatAPI):  # type: ignore[misc]
    """What becomes of group-message jobs."""

    def list(self, start: int, end: int, kind: str, cursor: str) -> Answer:
        """Jobs of a span, 100 a page."""
        body = {"chat_type": kind, "start_time": start, "end_time": end, "filter_type": 2, "limit": 100}
        return self._post("externalcontact/get_groupmsg_list_v2", data={**body, "cursor": cursor})  # type: ignore[no-any-return]

    def tasks(self, msgid: str, cursor: str) -> Answer:
        """Senders of a job."""
        body = {"msgid": msgid, "limit": 1000, "cursor": cursor}
        return self._post("externalcontact/get_groupmsg_task", data=body)  # type: ignore[no-any-return]

    def results(self, msgid: str, userid: str, cursor: str) -> Answer:
        """Targets of one sender."""
        body = {"msgid": msgid, "userid": userid, "limit": 1000, "cursor": cursor}
        return self._post("externalcontact/get_groupmsg_send_result", data=body)  # type: ignore[no-any-return]

    def remind(self, msgid: str) -> Answer:
        """Remind the senders."""
        return self._post("externalcontact/remind_groupmsg_send", data={"msgid": msgid})  # type: ignore[no-any-return]

    def cancel(self, msgid: str) -> Answer:
        """Stop what is unsent."""
        return self._post("externalcontact/cancel_groupmsg_send", data={"msgid": msgid})  # type: ignore[no-any-return]


class Members(BaseWeChatAPI):  # type: ignore[misc]
    """Calls about members, and livestream changes without the fields that wechatpy would overwrite."""

    def ids(self, cursor: str) -> Answer:
        """Userids, 10 000 a page."""
        return self._post("user/list_id", data={"cursor": cursor, "limit": 10_000})  # type: ignore[no-any-return]

    def signed_in(self, code: str) -> Answer:
        """Who brought the code."""
        return self._get("auth/getuserinfo", params={"code": code})  # type: ignore[no-any-return]

    def change_living(self, body: dict[str, Any]) -> Answer:
        """Change only the given fields."""
        return self._post("living/modify", data=body)  # type: ignore[no-any-return]


class CorpEndpoints(OnTransport, CorpClient):  # type: ignore[misc]
    """WeCom's calls."""

    API_BASE_URL = CorpClient.API_BASE_URL
    contacts = Contacts()
    group_messages = GroupMessages()
    members = Members()


__all__ = ["AccountEndpoints", "CorpEndpoints", "Upload"]
