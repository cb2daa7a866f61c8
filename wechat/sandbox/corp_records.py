"""What a corp's apps make beside people and groups: ways in, transfers, moments, links, templates, messages, rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class MemberTag:
    """A tag on members (not on clients) of the address book."""

    tagid: int
    name: str
    userids: list[str] = field(default_factory=list)
    parties: list[int] = field(default_factory=list)


@dataclass(slots=True)
class ContactWay:
    """A QR code or button by which clients add members; `expires` 0 means for good."""

    config_id: str
    created: int
    fields: dict[str, Any]
    expires: float = 0.0
    turn: int = 0


@dataclass(slots=True)
class JoinWay:
    """A QR code by which clients come into groups."""

    config_id: str
    fields: dict[str, Any]
    made: int = 0


@dataclass(slots=True)
class Transfer:
    """One client on the way from one member to another: status 1 done, 2 waiting, 3 refused, 4 over limit."""

    handover: str
    takeover: str
    external_userid: str
    asked_at: float
    due: float
    resigned: bool = False
    status: int = 2
    ended_at: int = 0


@dataclass(slots=True)
class MomentPost:
    """One member's share of a moment: to whom it shows, and when it was published."""

    userid: str
    clients: list[str]
    published_at: int = 0
    cancelled: bool = False
    reached: list[str] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    likes: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Moment:
    """A post for clients' circles of friends, made by the API, published by members on their phones."""

    moment_id: str
    jobid: str
    created: float
    ready_at: float
    content: dict[str, Any]
    posts: dict[str, MomentPost]
    invalid_senders: list[str] = field(default_factory=list)
    invalid_tags: list[str] = field(default_factory=list)


@dataclass(slots=True)
class AcquisitionLink:
    """A customer-acquisition link with everybody who came through it."""

    link_id: str
    name: str
    url: str
    created: int
    userids: list[str]
    parties: list[int]
    skip_verify: bool = True
    clicks: dict[str, int] = field(default_factory=dict)
    customers: list[dict[str, Any]] = field(default_factory=list)
    available: bool = True


@dataclass(slots=True)
class GroupWelcome:
    """A welcome text for groups; only the app that made it may change it."""

    template_id: str
    agentid: int
    content: dict[str, Any]


@dataclass(slots=True)
class AppMessage:
    """A message of an app to members; each of `codes` (code -> until when) lets its card be changed once."""

    msgid: str
    agentid: int
    kind: str
    body: dict[str, Any]
    to: list[str]
    at: float
    task_id: str = ""
    codes: dict[str, float] = field(default_factory=dict)
    recalled: bool = False
    taps: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Kept:
    """A simple thing that is only kept and shown again: an intercept rule, a product of the album."""

    id: str
    created: int
    fields: dict[str, Any]
