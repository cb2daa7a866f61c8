"""What goes in and out of the door: plain values in our words, times aware in UTC, texts empty rather than None."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page of a long list; an empty cursor says that it was the last."""

    items: tuple[Item, ...]
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Fan:
    """A person as the official account knows them; name and picture are no longer given by the platform."""

    openid: str
    follows: bool
    unionid: str = ""
    followed_at: datetime | None = None
    channel: str = ""
    scene: str = ""
    tag_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who stands behind a web sign-in of the official account."""

    openid: str
    unionid: str = ""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code of the official account: `url` is what it says (draw it yourself), `picture_url` shows the platform's."""

    ticket: str
    url: str
    picture_url: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Button:
    """One entry of the account's menu: opens `url`, or reports `key` when tapped; or holds up to five entries."""

    name: str
    url: str = ""
    key: str = ""
    entries: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a menu message; the client's tap comes back as a text message with this id."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A card that opens a page."""

    title: str
    url: str
    description: str = ""
    picture_url: str = ""


@dataclass(frozen=True, slots=True)
class MiniProgram:
    """A card that opens a mini-program page; the cover is an uploaded picture."""

    title: str
    appid: str
    page: str
    cover_media_id: str


@dataclass(frozen=True, slots=True)
class Media:
    """An uploaded picture, video or file; media ids live three days."""

    kind: Literal["image", "video", "file"]
    media_id: str


Attachment = Link | MiniProgram | Media


@dataclass(frozen=True, slots=True)
class SignedInMember:
    """Who stands behind a WeCom sign-in: a member, or a client seen from outside."""

    userid: str = ""
    external_userid: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """What one member noted on one client."""

    userid: str
    remark: str = ""
    description: str = ""
    phones: tuple[str, ...] = ()
    tag_ids: tuple[str, ...] = ()
    state: str = ""
    add_way: int = 0
    added_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A client in WeCom with the relations that the call showed (all of them, or one member's)."""

    external_userid: str
    name: str
    unionid: str = ""
    uses: Literal["wechat", "wecom"] = "wechat"
    gender: int = 0
    company: str = ""
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class CorpTag:
    """One tag of the corp's library."""

    id: str
    name: str
    group_id: str
    group_name: str


@dataclass(frozen=True, slots=True)
class GroupMember:
    """One person in a group; join_scene as in the API: 1 invited, 2 by link, 3 by code."""

    id: str
    is_staff: bool
    name: str = ""
    unionid: str = ""
    joined_at: datetime | None = None
    join_scene: int = 0
    invited_by: str = ""
    state: str = ""
    nickname: str = ""


@dataclass(frozen=True, slots=True)
class GroupSnapshot:
    """A group as it is now; `member_version` links it to the chain of membership callbacks.

    asked_at: before we asked; it is at least as new as that. Of two snapshots the one asked later knows better.
    """

    chat_id: str
    name: str
    owner: str
    notice: str
    created_at: datetime
    member_version: str
    members: tuple[GroupMember, ...]
    asked_at: datetime
    admins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupMessageMade:
    """A job to many that the platform took over; `failed` are the ids that it will reach through nobody.

    was_there: an earlier try had made it, for whomever that one named.
    """

    msgid: str
    failed: tuple[str, ...] = ()
    was_there: bool = False


@dataclass(frozen=True, slots=True)
class GroupMessage:
    """A job as WeCom lists it; made by the API when `creator` is empty."""

    msgid: str
    made_at: datetime
    text: str = ""
    creator: str = ""


@dataclass(frozen=True, slots=True)
class SenderTask:
    """What one member still has to do, or did, with a job."""

    userid: str
    has_sent: bool
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SendResult:
    """What became of one target (external userid or chat id) of one sender."""

    target: str
    userid: str
    outcome: Literal["waiting", "sent", "not_a_friend", "over_limit"]
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Livestream:
    """A livestream with its counts."""

    livingid: str
    theme: str
    anchor: str
    status: Literal["booked", "live", "ended", "expired", "cancelled"]
    starts_at: datetime
    seconds: int
    viewers: int = 0
    online: int = 0
    reserved: int = 0
    comments: int = 0


@dataclass(frozen=True, slots=True)
class Watcher:
    """One viewer: a member's userid or a client's external userid, and how long they watched."""

    id: str
    is_staff: bool
    seconds: int
    commented: bool = False
    spoke: bool = False
    name: str = ""
