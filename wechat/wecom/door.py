"""The real WeCom: wechatpy's API classes and our additions to them, on the transport."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from wechat.endpoints import CorpEndpoints
from wechat.faults import Later, Never, Unknown
from wechat.official_account.door import sign_in_url
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
from wechat.tokens import Tokens
from wechat.transport import Transport, Upload
from wechat.wecom import answers

GROUPS_A_PAGE = 1000
PAGES = 10_000
"""No list is longer: a cursor that never ends would be a fault of the other side."""
BUSY = -1
NO_CONTACT = 84061


class RealWeCom:
    """Speaks to qyapi.weixin.qq.com, or to whatever stands at that address in the host map."""

    def __init__(
        self, transport: Transport, *, corpid: str, agentid: int, secret: str, page_url: str, scan_url: str
    ) -> None:
        self._transport = transport
        self._corpid = corpid
        self._agentid = agentid
        self._secret = secret
        self._page_url = page_url
        self._scan_url = scan_url
        self._api = CorpEndpoints(transport)
        transport.use_tokens(Tokens(f"wecom:{corpid}:{agentid}", self._fetch_token))

    async def staff_ids(self) -> list[str]:
        """Userids of all members that the app may see."""
        found: dict[str, None] = {}
        cursor = ""
        for _page in range(PAGES):
            answer = await self._api.members.ids(cursor)
            found |= dict.fromkeys(str(row["userid"]) for row in answer.get("dept_user", ()))
            cursor = str(answer.get("next_cursor") or "")
            if not cursor:
                break
        return list(found)

    async def follow_users(self) -> list[str]:
        """Userids of the members who may have clients."""
        answer = await self._api.external_contact.get_follow_user_list()
        return [str(userid) for userid in answer.get("follow_user", ())]

    async def external_ids_of(self, userid: str) -> list[str]:
        """All clients of one member."""
        try:
            answer = await self._api.external_contact.list(userid)
        except Never as refusal:
            if refusal.errcode == NO_CONTACT:
                return []
            raise
        return [str(one) for one in answer.get("external_userid", ())]

    async def contacts_of(self, userids: Sequence[str], cursor: str = "") -> Page[Contact]:
        """Clients of up to 100 members, 100 a page."""
        answer = await self._api.contacts.of_members(userids, cursor)
        rows = answer.get("external_contact_list", ())
        found = tuple(answers.contact(row["external_contact"], [row["follow_info"]]) for row in rows)
        return Page(found, str(answer.get("next_cursor") or ""))

    async def contact(self, external_userid: str) -> Contact:
        """One client with all relations."""
        relations: list[dict[str, Any]] = []
        cursor, answer = "", {}
        for _page in range(PAGES):
            answer = await self._api.contacts.get(external_userid, cursor)
            relations += answer.get("follow_user", ())
            cursor = str(answer.get("next_cursor") or "")
            if not cursor:
                break
        return answers.contact(answer["external_contact"], relations)

    async def mark_tags(
        self, userid: str, external_userid: str, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> None:
        """Change the corp tags on one relation."""
        if add or remove:
            await self._api.external_contact.mark_tag(userid, external_userid, list(add), list(remove))

    async def remark(
        self, userid: str, external_userid: str, *, remark: str | None = None, description: str | None = None
    ) -> None:
        """Overwrite what a member noted."""
        body = {"userid": userid, "external_userid": external_userid, "remark": remark, "description": description}
        await self._api.contacts.remark({name: value for name, value in body.items() if value is not None})

    async def corp_tags(self) -> list[CorpTag]:
        """The whole tag library."""
        return answers.tags(await self._api.external_contact.get_corp_tag_list())

    async def send_welcome(self, code: str, text: str, attachments: Sequence[Attachment] = ()) -> None:
        """Greet a new contact."""
        await self._api.external_contact.send_welcome_msg({"welcome_code": code, **answers.content(text, attachments)})

    async def group_ids(self, cursor: str = "", owners: Sequence[str] = ()) -> Page[str]:
        """Chat ids, 1 000 a page."""
        answer = await self._api.external_contact_group_chat.list(0, list(owners), cursor or None, GROUPS_A_PAGE)
        found = tuple(str(row["chat_id"]) for row in answer.get("group_chat_list", ()))
        return Page(found, str(answer.get("next_cursor") or ""))

    async def group(self, chat_id: str) -> GroupSnapshot:
        """One group with its members."""
        return answers.group((await self._api.contacts.group(chat_id))["group_chat"])

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
        """A job for members to confirm."""
        body: dict[str, Any] = {"chat_type": chat_type, **answers.content(text, attachments)}
        body |= {"sender": sender} if sender else {}
        body |= {"external_userid": list(external_userids)} if external_userids else {}
        body |= {"chat_id_list": list(chat_ids)} if chat_ids else {}
        try:
            answer = await self._api.external_contact.add_msg_template(body)
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
        """Jobs made in a span of at most a month."""
        span = int(start.timestamp()), int(end.timestamp())
        return answers.jobs(await self._api.group_messages.list(*span, kind, cursor))

    async def group_message_tasks(self, msgid: str, cursor: str = "") -> Page[SenderTask]:
        """The job's senders."""
        return answers.tasks(await self._api.group_messages.tasks(msgid, cursor))

    async def group_message_results(self, msgid: str, userid: str, cursor: str = "") -> Page[SendResult]:
        """What became of one sender's targets."""
        return answers.results(await self._api.group_messages.results(msgid, userid, cursor))

    async def remind_group_message(self, msgid: str) -> None:
        """Remind the members who have not confirmed."""
        await self._api.group_messages.remind(msgid)

    async def cancel_group_message(self, msgid: str) -> None:
        """Stop what has not been sent."""
        await self._api.group_messages.cancel(msgid)

    async def send_staff_text(self, userids: Sequence[str], text: str) -> list[str]:
        """A text from the app to members; the userids it can't reach."""
        answer = await self._api.message.send_text(self._agentid, list(userids), text)
        return [userid for userid in str(answer.get("invaliduser") or "").split("|") if userid]

    async def upload_media(self, data: bytes, name: str, kind: Literal["image", "voice", "video", "file"]) -> str:
        """Keep a file for three days."""
        answer = await self._api.media.upload(kind, Upload(data, name))
        return str(answer["media_id"])

    async def create_living(
        self, anchor: str, theme: str, starts_at: datetime, seconds: int, description: str = "", remind_s: int = 0
    ) -> str:
        """Book a livestream."""
        start = int(starts_at.timestamp())
        answer = await self._api.living.create(
            anchor, theme, start, seconds, description=description or None, remind_time=remind_s
        )
        return str(answer["livingid"])

    async def modify_living(
        self, livingid: str, *, theme: str | None = None, starts_at: datetime | None = None, seconds: int | None = None
    ) -> None:
        """Change what is still booked."""
        start = int(starts_at.timestamp()) if starts_at else None
        body = {"livingid": livingid, "theme": theme, "living_start": start, "living_duration": seconds}
        await self._api.members.change_living({name: value for name, value in body.items() if value is not None})

    async def cancel_living(self, livingid: str) -> None:
        """Cancel what is still booked."""
        await self._api.living.cancel(livingid)

    async def living(self, livingid: str) -> Livestream:
        """One livestream with its counts."""
        answer = await self._api.living.get_living_info(livingid)
        return answers.livestream(livingid, answer["living_info"])

    async def livings_of(self, userid: str) -> list[str]:
        """Livingids of all livestreams of one member."""
        found: list[str] = []
        cursor = ""
        for _page in range(PAGES):
            answer = await self._api.living.get_user_all_livingid(userid, cursor or None)
            found += [str(livingid) for livingid in answer.get("livingid_list", ())]
            cursor = str(answer.get("next_cursor") or "")
            if not cursor:
                break
        return found

    async def living_code(self, livingid: str, openid: str) -> str:
        """The code with which this client's WeChat opens the livestream."""
        return str((await self._api.living.get_living_code(livingid, openid))["living_code"])

    async def living_watchers(self, livingid: str, cursor: str = "") -> Page[Watcher]:
        """Who watched and for how long."""
        return answers.watchers(await self._api.living.get_watch_stat(livingid, cursor or "0"))

    def sign_in_url(self, redirect: str, state: str) -> str:
        """Address inside WeCom that sends the member back with a code."""
        agent = str(self._agentid)
        return sign_in_url(self._page_url, self._corpid, redirect, "snsapi_base", state, agentid=agent)

    def scan_sign_in_url(self, redirect: str, state: str) -> str:
        """Address in any browser that shows a code to scan with WeCom."""
        query = {"login_type": "CorpApp", "appid": self._corpid, "agentid": str(self._agentid)}
        return f"{self._scan_url}/wwlogin/sso/login?{urlencode({**query, 'redirect_uri': redirect, 'state': state})}"

    async def member_of(self, code: str) -> SignedInMember:
        """Who brought the code."""
        answer = await self._api.members.signed_in(code)
        userid = str(answer.get("userid") or answer.get("UserId") or "")
        return SignedInMember(userid, str(answer.get("external_userid") or ""))

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def _fetch_token(self) -> tuple[str, int]:
        params = {"corpid": self._corpid, "corpsecret": self._secret}
        answer = await self._transport.call("GET", "/cgi-bin/gettoken", params=params, signed=False)
        return str(answer["access_token"]), int(answer["expires_in"])
