"""Ways in: codes by which clients add members or join groups; 500 000 in a corp, both kinds together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wechat.shapes import Page
from wechat.wecom.shapes import ContactWay, JoinWay
from wechat.wecom.speaking import Row, Speaking, cursor_of, given, stamp, texts

STATE, REMARK = 30, 30
MEMBERS, CHATS = 100, 5
LONGEST_S = 14 * 86_400


class Ways(Speaking):
    """Making, reading and changing ways in."""

    async def add_contact_way(self, way: ContactWay) -> ContactWay:
        """A new way to add members: up to 100 of them, state up to 30 characters; carries its config_id and code."""
        path = "externalcontact/add_contact_way"
        self._check_way(path, way)
        body: dict[str, Any] = {
            "type": 1 if way.is_single else 2,
            "scene": way.scene,
            "skip_verify": way.needs_no_consent,
            **_changeable(way),
        }
        if way.is_temporary:
            body |= {"is_temp": True} | given(expires_in=way.lives_s or None, chat_expires_in=way.chat_s or None)
        answer = await self._post(path, **body)
        return _contact_way({**body, "config_id": answer["config_id"], "qr_code": answer.get("qr_code", "")})

    async def contact_way(self, config_id: str) -> ContactWay:
        """One way."""
        answer = await self._post("externalcontact/get_contact_way", config_id=config_id)
        return _contact_way(answer["contact_way"])

    async def contact_way_ids(
        self, start: datetime | None = None, end: datetime | None = None, cursor: str = ""
    ) -> Page[str]:
        """Ids of the ways made by the API since 2021-07-10, up to 90 days back by default; 1 000 a page."""
        span = given(start_time=start and stamp(start), end_time=end and stamp(end))
        answer = await self._post("externalcontact/list_contact_way", limit=1000, cursor=cursor, **span)
        return Page(tuple(str(row["config_id"]) for row in answer.get("contact_way", ())), cursor_of(answer))

    async def change_contact_way(self, way: ContactWay) -> None:
        """Overwrite members, state, remark and whether a client needs consent; a temporary way can't be changed."""
        path = "externalcontact/update_contact_way"
        self._check_way(path, way)
        await self._post(path, config_id=way.config_id, skip_verify=way.needs_no_consent, **_changeable(way))

    async def delete_contact_way(self, config_id: str) -> None:
        """Delete a way; its code stops working."""
        await self._post("externalcontact/del_contact_way", config_id=config_id)

    async def close_temporary_chat(self, userid: str, external_userid: str) -> None:
        """End the chat that a temporary way opened."""
        await self._post("externalcontact/close_temp_chat", userid=userid, external_userid=external_userid)

    async def add_join_way(self, way: JoinWay) -> JoinWay:
        """A new way to join up to 5 groups; carries its config_id."""
        path = "externalcontact/groupchat/add_join_way"
        self._check_join(path, way)
        answer = await self._post(path, scene=way.scene, **_joining(way))
        return _join_way({**_joining(way), "scene": way.scene, "config_id": answer["config_id"]})

    async def join_way(self, config_id: str) -> JoinWay:
        """One way with its code."""
        answer = await self._post("externalcontact/groupchat/get_join_way", config_id=config_id)
        return _join_way(answer["join_way"])

    async def change_join_way(self, way: JoinWay) -> None:
        """Overwrite a way whole."""
        path = "externalcontact/groupchat/update_join_way"
        self._check_join(path, way)
        await self._post(path, config_id=way.config_id, scene=way.scene, **_joining(way))

    async def delete_join_way(self, config_id: str) -> None:
        """Delete a way; its code stops working."""
        await self._post("externalcontact/groupchat/del_join_way", config_id=config_id)

    def _check_way(self, path: str, way: ContactWay) -> None:
        fit = self._fit(path)
        fit.some("members", way.userids, 1 if way.is_single else MEMBERS, 0 if way.departments else 1)
        fit.text("渠道标识", way.state, most=STATE)
        fit.text("备注", way.remark, most=REMARK)
        if not 0 <= way.lives_s <= LONGEST_S or not 0 <= way.chat_s <= LONGEST_S:
            raise ValueError("a temporary way lives at most 14 days")

    def _check_join(self, path: str, way: JoinWay) -> None:
        fit = self._fit(path)
        fit.some("groups", way.chat_ids, CHATS)
        fit.text("渠道标识", way.state, most=STATE)
        fit.text("备注", way.remark, most=REMARK)
        fit.text("群名前缀", way.base_name, most=40)


def _changeable(way: ContactWay) -> dict[str, Any]:
    said = {"remark": way.remark, "state": way.state, "user": list(way.userids), "party": list(way.departments)}
    return said | ({"unionid": way.unionid} if way.unionid else {})


def _contact_way(row: Row) -> ContactWay:
    return ContactWay(
        userids=texts(row.get("user")),
        departments=tuple(int(one) for one in row.get("party") or ()),
        state=str(row.get("state", "")),
        remark=str(row.get("remark", "")),
        is_single=row.get("type") == 1,
        scene=int(row.get("scene", 2)),
        needs_no_consent=bool(row.get("skip_verify", True)),
        is_temporary=bool(row.get("is_temp")),
        lives_s=int(row.get("expires_in", 0)),
        chat_s=int(row.get("chat_expires_in", 0)),
        unionid=str(row.get("unionid", "")),
        config_id=str(row["config_id"]),
        qr_url=str(row.get("qr_code", "")),
    )


def _joining(way: JoinWay) -> dict[str, Any]:
    said: dict[str, Any] = {"remark": way.remark, "state": way.state, "chat_id_list": list(way.chat_ids)}
    said["auto_create_room"] = int(way.opens_new)
    if way.opens_new:
        said |= {"room_base_name": way.base_name, "room_base_id": way.base_number}
    return said


def _join_way(row: Row) -> JoinWay:
    return JoinWay(
        chat_ids=texts(row.get("chat_id_list")),
        state=str(row.get("state", "")),
        remark=str(row.get("remark", "")),
        scene=int(row.get("scene", 2)),
        opens_new=bool(row.get("auto_create_room", 1)),
        base_name=str(row.get("room_base_name", "")),
        base_number=int(row.get("room_base_id", 1)),
        config_id=str(row["config_id"]),
        qr_url=str(row.get("qr_code", "")),
    )
