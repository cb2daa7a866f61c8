"""Mass messages: at most four a month reach one fan; sending to all waits for an administrator's confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from wechat.faults import Done
from wechat.official_account.shapes import MassContent, MassJob, MassSpeed
from wechat.official_account.speaking import Speaking

ONCE_BYTES = 64
State = Literal["sent", "sending", "failed", "deleted"]
STATES: dict[str, State] = {
    "SEND_SUCCESS": "sent",
    "SENDING": "sending",
    "SEND_FAIL": "failed",
    "DELETE": "deleted",
}


class MassMessages(Speaking):
    """Jobs to many fans. once: our own id of the job (at most 64 bytes): the same id makes no second job in 24 h."""

    async def mass_to_all(self, content: MassContent, *, once: str) -> MassJob:
        """A job to every fan; counts against the account's four a month and enters its history."""
        return await self._mass("/cgi-bin/message/mass/sendall", content, once, {"filter": {"is_to_all": True}})

    async def mass_to_tag(self, tag: int, content: MassContent, *, once: str) -> MassJob:
        """A job to the fans of one tag."""
        target = {"filter": {"is_to_all": False, "tag_id": tag}}
        return await self._mass("/cgi-bin/message/mass/sendall", content, once, target)

    async def mass_to_fans(self, openids: Sequence[str], content: MassContent, *, once: str) -> MassJob:
        """A job to 2 to 10 000 fans."""
        path = "/cgi-bin/message/mass/send"
        self._fit(path).some("openids", openids, 10_000, 2)
        return await self._mass(path, content, once, {"touser": list(openids)})

    async def preview_mass(self, openid: str, content: MassContent) -> None:
        """Show one fan what a job would say; 100 a day."""
        await self._post("/cgi-bin/message/mass/preview", {"touser": openid, **_said(content)})

    async def delete_mass(self, msg_id: str, article: int = 0) -> None:
        """Take back a sent article or video (article 1 to 8; 0: all): its page goes, the card in the chat stays."""
        await self._post("/cgi-bin/message/mass/delete", {"msg_id": int(msg_id), "article_idx": article})

    async def mass_state(self, msg_id: str) -> State:
        """How far a job came; asked when its callback stays out."""
        answer = await self._post("/cgi-bin/message/mass/get", {"msg_id": msg_id})
        return STATES.get(str(answer.get("msg_status", "")), "sending")

    async def mass_speed(self) -> MassSpeed:
        """The pace of mass sends."""
        answer = await self._post("/cgi-bin/message/mass/speed/get")
        return MassSpeed(int(answer.get("speed", 0)), int(answer.get("realspeed", 0)))

    async def set_mass_speed(self, level: int) -> None:
        """Set the pace: 0 (fastest) to 4."""
        if level not in range(5):
            raise ValueError("the level is 0 to 4")
        await self._post("/cgi-bin/message/mass/speed/set", {"speed": level})

    async def _mass(self, path: str, content: MassContent, once: str, target: dict[str, Any]) -> MassJob:
        self._fit(path).text("任务标识", once, most_bytes=ONCE_BYTES, least=1)
        try:
            answer = await self._post(path, {**target, **_said(content), "clientmsgid": once, "send_ignore_reprint": 0})
        except Done as before:
            # the job of an earlier try, whose answer was lost, is this job
            return MassJob(str(before.details.get("msg_id", "")), was_there=True)
        return MassJob(str(answer["msg_id"]), str(answer.get("msg_data_id", "")))


def _said(content: MassContent) -> dict[str, Any]:
    if content.kind == "text":
        return {"msgtype": "text", "text": {"content": content.text}}
    if content.kind == "image":
        # sendall reads the plural, send and preview the singular
        one, many = {"media_id": content.media_id}, {"media_ids": [content.media_id]}
        return {"msgtype": "image", "images": many, "image": one}
    name = "card_id" if content.kind == "wxcard" else "media_id"
    return {"msgtype": content.kind, content.kind: {name: content.media_id}}
