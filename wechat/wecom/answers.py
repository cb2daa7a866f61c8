"""WeCom's JSON and our shapes: what we send as content, what we read from its answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from wechat.fitting import Fit
from wechat.shapes import (
    Attachment,
    Contact,
    CorpTag,
    GroupMember,
    GroupMessage,
    GroupSnapshot,
    Link,
    Livestream,
    Media,
    MiniProgram,
    Page,
    Relation,
    SenderTask,
    SendResult,
    Watcher,
)

Row = Mapping[str, Any]
OUTCOMES: dict[int, Literal["waiting", "sent", "not_a_friend", "over_limit"]] = {
    0: "waiting",
    1: "sent",
    2: "not_a_friend",
    3: "over_limit",
}
LIVING: dict[int, Literal["booked", "live", "ended", "expired", "cancelled"]] = {
    0: "booked",
    1: "live",
    2: "ended",
    3: "expired",
    4: "cancelled",
}


def content(text: str, attachments: Sequence[Attachment]) -> dict[str, Any]:
    """The part of a message that clients see."""
    said: dict[str, Any] = {"text": {"content": text}} if text else {}
    return said | ({"attachments": [_attachment(one) for one in attachments]} if attachments else {})


def check(fit: Fit, attachments: Iterable[Attachment]) -> None:
    """The sizes of cards: a link's title 128 bytes, description 512, address 2 048; a mini program's title 64."""
    for one in attachments:
        if isinstance(one, Link):
            fit.text("链接标题", one.title, most_bytes=128, least=1)
            fit.text("链接描述", one.description, most_bytes=512)
            fit.text("链接地址", one.url, most_bytes=2048, least=1)
        elif isinstance(one, MiniProgram):
            fit.text("小程序标题", one.title, most_bytes=64, least=1)


def contact(shown: Row, relations: Iterable[Row]) -> Contact:
    """A client with relations, in either of the two forms in which tags come."""
    return Contact(
        external_userid=str(shown["external_userid"]),
        name=str(shown.get("name", "")),
        unionid=str(shown.get("unionid", "")),
        uses="wecom" if shown.get("type") == 2 else "wechat",
        gender=int(shown.get("gender", 0)),
        company=str(shown.get("corp_name", "")),
        relations=tuple(_relation(row) for row in relations),
    )


def tags(answer: Row) -> list[CorpTag]:
    """The library, flat."""
    return [
        CorpTag(str(tag["id"]), str(tag["name"]), str(group["group_id"]), str(group["group_name"]))
        for group in answer.get("tag_group", ())
        for tag in group.get("tag", ())
        if not tag.get("deleted")
    ]


def group(shown: Row, asked_at: datetime) -> GroupSnapshot:
    """A group with its members."""
    return GroupSnapshot(
        chat_id=str(shown["chat_id"]),
        name=str(shown.get("name", "")),
        owner=str(shown.get("owner", "")),
        notice=str(shown.get("notice", "")),
        created_at=datetime.fromtimestamp(int(shown.get("create_time", 0)), UTC),
        member_version=str(shown.get("member_version", "")),
        members=tuple(_member(row) for row in shown.get("member_list", ())),
        asked_at=asked_at,
        admins=tuple(str(row["userid"]) for row in shown.get("admin_list", ())),
    )


def jobs(answer: Row) -> Page[GroupMessage]:
    """A page of group-message jobs."""
    found = [
        GroupMessage(
            msgid=str(row["msgid"]),
            made_at=datetime.fromtimestamp(int(row["create_time"]), UTC),
            text=str((row.get("text") or {}).get("content", "")),
            creator=str(row.get("creator", "")),
        )
        for row in answer.get("group_msg_list", ())
    ]
    return Page(tuple(found), _cursor(answer))


def tasks(answer: Row) -> Page[SenderTask]:
    """A page of senders."""
    rows = answer.get("task_list", ())
    found = [SenderTask(str(row["userid"]), row.get("status") == 2, _moment(row.get("send_time"))) for row in rows]
    return Page(tuple(found), _cursor(answer))


def results(answer: Row) -> Page[SendResult]:
    """A page of targets; a status that we do not know counts as still waiting."""
    found = [
        SendResult(
            target=str(row.get("external_userid") or row.get("chat_id") or ""),
            userid=str(row.get("userid", "")),
            outcome=OUTCOMES.get(int(row.get("status", 0)), "waiting"),
            sent_at=_moment(row.get("send_time")),
        )
        for row in answer.get("send_list", ())
    ]
    return Page(tuple(found), _cursor(answer))


def livestream(livingid: str, shown: Row) -> Livestream:
    """A livestream with its counts."""
    return Livestream(
        livingid=livingid,
        theme=str(shown.get("theme", "")),
        anchor=str(shown.get("anchor_userid", "")),
        status=LIVING.get(int(shown.get("status", 0)), "booked"),
        starts_at=datetime.fromtimestamp(int(shown.get("living_start", 0)), UTC),
        seconds=int(shown.get("living_duration", 0)),
        viewers=int(shown.get("viewer_num", 0)),
        online=int(shown.get("online_count", 0)),
        reserved=int(shown.get("subscribe_count", 0)),
        comments=int(shown.get("comment_num", 0)),
    )


def watchers(answer: Row) -> Page[Watcher]:
    """A page of viewers; the last one says `ending`."""
    stat = answer.get("stat_info") or {}
    found = [_watcher(row, str(row["userid"]), is_staff=True) for row in stat.get("users", ())]
    found += [_watcher(row, str(row["external_userid"]), is_staff=False) for row in stat.get("external_users", ())]
    return Page(tuple(found), "" if answer.get("ending") == 1 else str(answer.get("next_key") or ""))


def _attachment(one: Attachment) -> dict[str, Any]:
    if isinstance(one, Media):
        return {"msgtype": one.kind, one.kind: {"media_id": one.media_id}}
    if isinstance(one, Link):
        card = {"title": one.title, "url": one.url, "desc": one.description, "picurl": one.picture_url}
        return {"msgtype": "link", "link": {name: value for name, value in card.items() if value}}
    page = {"title": one.title, "appid": one.appid, "page": one.page, "pic_media_id": one.cover_media_id}
    return {"msgtype": "miniprogram", "miniprogram": page}


def _relation(row: Row) -> Relation:
    tag_ids = row.get("tag_id") or [tag["tag_id"] for tag in row.get("tags", ()) if tag.get("tag_id")]
    return Relation(
        userid=str(row["userid"]),
        remark=str(row.get("remark", "")),
        description=str(row.get("description", "")),
        phones=tuple(str(number) for number in row.get("remark_mobiles", ())),
        tag_ids=tuple(str(tag) for tag in tag_ids),
        state=str(row.get("state", "")),
        add_way=int(row.get("add_way", 0)),
        added_at=_moment(row.get("createtime")),
    )


def _member(row: Row) -> GroupMember:
    return GroupMember(
        id=str(row["userid"]),
        is_staff=row.get("type") == 1,
        name=str(row.get("name", "")),
        unionid=str(row.get("unionid", "")),
        joined_at=_moment(row.get("join_time")),
        join_scene=int(row.get("join_scene", 0)),
        invited_by=str((row.get("invitor") or {}).get("userid", "")),
        state=str(row.get("state", "")),
        nickname=str(row.get("group_nickname", "")),
    )


def _watcher(row: Row, who: str, *, is_staff: bool) -> Watcher:
    return Watcher(
        id=who,
        is_staff=is_staff,
        seconds=int(row.get("watch_time", 0)),
        commented=bool(row.get("is_comment")),
        spoke=bool(row.get("is_mic")),
        name=str(row.get("name", "")),
    )


def _moment(stamp: Any) -> datetime | None:
    return datetime.fromtimestamp(int(stamp), UTC) if stamp else None


def _cursor(answer: Row) -> str:
    return str(answer.get("next_cursor") or "")
