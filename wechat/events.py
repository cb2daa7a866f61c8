"""What WeChat tells us, as facts: one frozen dataclass per kind of callback, recognised in `wechat.recognition`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Side = Literal["official_account", "wecom"]
Fields = Mapping[str, Any]
MASS_ERROR = re.compile(r"err\((\d+)\)")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: `at` by WeChat's clock; `fields` is everything the body said."""

    side: Side
    at: datetime
    fields: Fields = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Unrecognised(Event):
    """A callback that we have no word for; kept, not acted on."""


@dataclass(frozen=True, slots=True)
class Followed(Event):
    """Somebody follows the account; `scene` of the code they scanned, if any."""

    openid: str
    scene: str = ""


@dataclass(frozen=True, slots=True)
class Unfollowed(Event):
    """Somebody left the account."""

    openid: str


@dataclass(frozen=True, slots=True)
class Scanned(Event):
    """A follower scanned a code: the account's own (scene) or, through a menu entry, any other (key and result)."""

    openid: str
    scene: str = ""
    key: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class Message(Event):
    """A message that is not text: image, voice, video, location, link; `text` is what could be read from it."""

    sender: str
    msg_id: str
    kind: str
    media_id: str = ""
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TextMessage(Event):
    """A text; `choice_id` when it is a tap on an answer of a menu message."""

    sender: str
    msg_id: str
    text: str = field(repr=False)
    choice_id: str = ""


@dataclass(frozen=True, slots=True)
class MenuTapped(Event):
    """A menu entry was tapped: one that reports a key, or one that opens a page."""

    openid: str
    key: str
    opens_page: bool = False


@dataclass(frozen=True, slots=True)
class TemplateSendFinished(Event):
    """What became of a service notice; outcome is delivered, blocked, too_often or failed."""

    openid: str
    msg_id: str
    outcome: Literal["delivered", "blocked", "too_often", "failed"]


@dataclass(frozen=True, slots=True)
class MassSendFinished(Event):
    """What became of a mass send; error 0 when WeChat accepted the content."""

    msg_id: str
    is_sent: bool
    error: int
    total: int
    filtered: int
    sent: int
    failed: int


@dataclass(frozen=True, slots=True)
class ContactAdded(Event):
    """A client and a member became contacts; `half` when the member has not confirmed. The code lives 20 s."""

    corp: str
    userid: str
    external_userid: str
    welcome_code: str = ""
    state: str = ""
    half: bool = False


@dataclass(frozen=True, slots=True)
class ContactLost(Event):
    """They are contacts no more: the client left, or the member removed them (source: by a transfer, for example)."""

    corp: str
    userid: str
    external_userid: str
    by_client: bool
    source: str = ""


@dataclass(frozen=True, slots=True)
class ContactEdited(Event):
    """A member changed remark or tags of a client."""

    corp: str
    userid: str
    external_userid: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class GroupCreated(Event):
    """A group was opened."""

    corp: str
    chat_id: str


@dataclass(frozen=True, slots=True)
class GroupChanged(Event):
    """A group changed. join_scene here: 0 invited, 3 by code; quit_scene: 0 left, 1 removed.

    detail: add_member, del_member, change_owner, change_name, change_notice. The two versions chain the changes of
    membership; an empty one (older form) means that only a fresh snapshot tells the truth.
    """

    corp: str
    chat_id: str
    detail: str
    members: tuple[str, ...] = ()
    join_scene: int | None = None
    quit_scene: int | None = None
    last_mem_ver: str = ""
    cur_mem_ver: str = ""


@dataclass(frozen=True, slots=True)
class GroupDismissed(Event):
    """A group is gone."""

    corp: str
    chat_id: str


@dataclass(frozen=True, slots=True)
class TagChanged(Event):
    """The tag library changed: a tag or a tag_group was created, updated, deleted or moved (shuffle)."""

    corp: str
    change: str
    tag_type: str
    tag_id: str


@dataclass(frozen=True, slots=True)
class LivestreamChanged(Event):
    """A livestream of ours is booked, live, ended or cancelled."""

    corp: str
    livingid: str
    status: Literal["booked", "live", "ended", "expired", "cancelled", "other"]


@dataclass(frozen=True, slots=True)
class StaffChanged(Event):
    """The address book changed: created, updated or deleted; a changed userid comes as new_userid."""

    corp: str
    userid: str
    change: Literal["created", "updated", "deleted"]
    new_userid: str = ""
