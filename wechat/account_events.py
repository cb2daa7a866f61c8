"""What an official account is told, as facts: one frozen dataclass per kind of callback."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from wechat.happening import Event


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
    """A message that is not text: image, voice, video, shortvideo, location, link, miniprogrampage and what may come.

    text: what could be read from it. address: of a picture or link. place: latitude and longitude.
    """

    sender: str
    msg_id: str
    kind: str
    media_id: str = ""
    text: str = field(default="", repr=False)
    thumb_media_id: str = ""
    address: str = field(default="", repr=False)
    place: tuple[float, float] | None = field(default=None, repr=False)


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
    menu_id: str = ""


@dataclass(frozen=True, slots=True)
class LocationReported(Event):
    """Where a client is, because they agreed that the account may know."""

    openid: str
    latitude: float = field(repr=False)
    longitude: float = field(repr=False)
    precision: float = 0.0


@dataclass(frozen=True, slots=True)
class LocationPicked(Event):
    """A client picked a place through a menu entry."""

    openid: str
    key: str
    latitude: float = field(repr=False)
    longitude: float = field(repr=False)
    label: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PicturesPicked(Event):
    """A client picked pictures through a menu entry; they follow as messages, these are their MD5 sums."""

    openid: str
    key: str
    source: Literal["camera", "camera_or_album", "album"]
    sums: tuple[str, ...] = ()


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
class PublishFinished(Event):
    """What became of an article's publication; status 0 is published, everything else says why not."""

    publish_id: str
    status: int
    article_id: str = ""
    addresses: tuple[str, ...] = ()


class Choice(NamedTuple):
    """A client's answer to one notice that they may subscribe to."""

    template_id: str
    is_accepted: bool
    scene: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionAnswered(Event):
    """A client was asked whether they want notices: each accepted one-time template is one credit."""

    openid: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class SubscriptionChanged(Event):
    """A client changed their mind about notices in their settings."""

    openid: str
    choices: tuple[Choice, ...]


class NoticeSent(NamedTuple):
    """What became of one subscribed notice; error 0 is delivered."""

    template_id: str
    msg_id: str
    error: int
    status: str


@dataclass(frozen=True, slots=True)
class SubscriptionNoticeSent(Event):
    """What became of subscribed notices."""

    openid: str
    notices: tuple[NoticeSent, ...]


@dataclass(frozen=True, slots=True)
class AuthorizationRevoked(Event):
    """A client took back what they had authorised; what was got by it has to go."""

    openid: str
    appid: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class UserInfoModified(Event):
    """A client asked WeChat to change what it had told us of them; it has to be read anew or dropped."""

    openid: str
    appid: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class ServiceSessionChanged(Event):
    """A conversation with WeChat's own customer service began, ended or went to a colleague."""

    openid: str
    change: Literal["began", "ended", "passed_on"]
    account: str
    from_account: str = ""


@dataclass(frozen=True, slots=True)
class VerificationChanged(Event):
    """The account's verification or naming went on: `change` by WeChat's word; `until` when it ends."""

    change: str
    until: datetime | None = None
    reason: str = ""
