"""What goes in and out of the official account beside the common shapes: plain values in our words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class FanTag:
    """A tag of the account; 0 to 2 are the platform's own and can't be changed."""

    id: int
    name: str
    fans: int = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """A person as their own sign-in with `with_unionid` shows them; most names are no longer given."""

    openid: str
    unionid: str = ""
    nickname: str = ""
    picture_url: str = ""


@dataclass(frozen=True, slots=True)
class MassContent:
    """What a mass message says: `text`, or the media id of an article (mpnews), picture, voice, video or card."""

    kind: Literal["text", "mpnews", "image", "voice", "mpvideo", "wxcard"]
    text: str = ""
    media_id: str = ""


@dataclass(frozen=True, slots=True)
class MassJob:
    """A mass job that the platform took over: `was_there` when the same clientmsgid had made it before."""

    msg_id: str
    msg_data_id: str = ""
    was_there: bool = False


@dataclass(frozen=True, slots=True)
class MassSpeed:
    """Pace of mass sends: level 0 (fastest) to 4, and the messages a minute in ten thousands that it means."""

    level: int
    per_minute_10k: int


@dataclass(frozen=True, slots=True)
class Template:
    """A template of service notices in use; `content` names its keywords."""

    id: str
    title: str
    content: str = ""
    example: str = ""
    industry: str = ""


@dataclass(frozen=True, slots=True)
class NoticeTemplate:
    """A template of subscribe notices; kind 2 is one send per consent, 3 long-term."""

    id: str
    title: str
    content: str = ""
    kind: int = 2


@dataclass(frozen=True, slots=True)
class Material:
    """A permanent file."""

    media_id: str
    name: str = ""
    url: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MaterialCounts:
    """How many permanent files there are of each kind."""

    voices: int
    videos: int
    pictures: int
    articles: int


@dataclass(frozen=True, slots=True)
class Article:
    """One article of a draft or publication; `content` is HTML, the cover a permanent picture."""

    title: str
    content: str
    cover_media_id: str
    author: str = ""
    digest: str = ""
    source_url: str = ""
    comments: bool = False
    only_fans_comment: bool = False
    url: str = ""
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft with its articles."""

    media_id: str
    articles: tuple[Article, ...]
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """How far publishing came; article_id names the published whole."""

    publish_id: str
    state: Literal["published", "publishing", "original_failed", "failed", "refused", "deleted", "banned"]
    article_id: str = ""
    urls: tuple[str, ...] = ()
    failed_articles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PageSignature:
    """What a page of ours needs to use WeChat's JS-SDK."""

    appid: str
    timestamp: int
    nonce: str
    signature: str


@dataclass(frozen=True, slots=True)
class ServiceStaff:
    """A customer-service account (kf)."""

    account: str
    nickname: str
    id: str = ""
    wechat: str = ""
    invitation: str = ""
    invited: str = ""


@dataclass(frozen=True, slots=True)
class Quota:
    """Calls of one API today, as the platform counts them; a minute's limits where it has any."""

    daily_limit: int
    used: int
    remain: int
    per_minute_limit: int = 0


@dataclass(frozen=True, slots=True)
class CallbackCheck:
    """What the platform's test of our address said: reachable addresses with their loss, and the names' answers."""

    addresses: tuple[str, ...]
    pings: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ArticleFigures:
    """An article's people on one day, or up to it: read, shared, 在看, liked; money in fen, rates from 0 to 1.

    sources: (where from, people).
    """

    msgid: str
    on: date
    title: str = ""
    url: str = ""
    readers: int = 0
    sharers: int = 0
    recommenders: int = 0
    likers: int = 0
    comments: int = 0
    keepers: int = 0
    followers: int = 0
    praise_fen: int = 0
    finished_share: float = 0.0
    seconds_read: float = 0.0
    sources: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DayFigures:
    """All of the account's articles on one day."""

    on: date
    readers: int = 0
    sharers: int = 0
    recommenders: int = 0
    likers: int = 0
    comments: int = 0
    keepers: int = 0
    published: int = 0


@dataclass(frozen=True, slots=True)
class FanFigures:
    """Who came and left on one day, by channel (0 other, 1 search, 17 card, 30 code, …)."""

    on: date
    channel: int
    came: int = 0
    left: int = 0
