"""What goes in and out of WeCom beside the common shapes: plain values in our words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the app may see them; status 1 active, 2 disabled, 4 not activated, 5 left."""

    userid: str
    name: str = ""
    departments: tuple[int, ...] = ()
    leads: tuple[int, ...] = ()
    position: str = ""
    status: int = 1
    alias: str = ""
    open_userid: str = ""


@dataclass(frozen=True, slots=True)
class Department:
    """A department; the root is 1."""

    id: int
    name: str
    parent: int = 0
    order: int = 0
    leaders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AppView:
    """The app itself: its name and what it may see."""

    agentid: int
    name: str
    userids: tuple[str, ...] = ()
    departments: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()
    redirect_domain: str = ""
    home_url: str = ""


@dataclass(frozen=True, slots=True)
class ContactWay:
    """A code (scene 2) or mini-program button (1) by which clients add members: 500 000 in a corp with join ways.

    config_id and qr_url come from WeCom. userids (up to 100, one for a single way) or departments answer; state (30
    characters) comes back with the contact; temporary ways live up to 14 days.
    """

    userids: tuple[str, ...] = ()
    departments: tuple[int, ...] = ()
    state: str = ""
    remark: str = ""
    is_single: bool = False
    scene: int = 2
    needs_no_consent: bool = True
    is_temporary: bool = False
    lives_s: int = 0
    chat_s: int = 0
    unionid: str = ""
    config_id: str = ""
    qr_url: str = ""


@dataclass(frozen=True, slots=True)
class JoinWay:
    """A code (scene 2) or button (1) to join up to 5 groups; full ones are followed by new ones when `opens_new`."""

    chat_ids: tuple[str, ...]
    state: str = ""
    remark: str = ""
    scene: int = 2
    opens_new: bool = True
    base_name: str = ""
    base_number: int = 1
    config_id: str = ""
    qr_url: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One of a list that WeCom did not take, with its code."""

    id: str
    errcode: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """How the hand-over of one client stands."""

    external_userid: str
    state: Literal["done", "waiting", "refused", "over_limit", "none"]
    takes_effect_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A client whose member left."""

    handover_userid: str
    external_userid: str
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TagGroup:
    """A group of corp tags with its tags (id, name)."""

    id: str
    name: str
    tags: tuple[tuple[str, str], ...] = ()
    strategy: int = 0


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """What happened in the groups of one owner, or on one day."""

    owner: str = ""
    on: date | None = None
    new_groups: int = 0
    groups: int = 0
    groups_with_messages: int = 0
    new_members: int = 0
    members: int = 0
    members_who_wrote: int = 0
    messages: int = 0


@dataclass(frozen=True, slots=True)
class StaffFigures:
    """A day of chats with clients, of members or departments together; reply_s: average seconds to the first answer."""

    on: date
    chats: int = 0
    messages: int = 0
    answered_percent: float | None = None
    first_answer_minutes: int | None = None
    lost_contacts: int = 0
    applied: int = 0
    new_contacts: int = 0


@dataclass(frozen=True, slots=True)
class MomentResult:
    """What became of a moment job: state 1 begun, 2 being made, 3 made; whom it can't reach."""

    state: Literal["begun", "making", "made"]
    moment_id: str = ""
    invalid_userids: tuple[str, ...] = ()
    invalid_tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment as WeCom lists it; made by the API when `creator` is empty."""

    moment_id: str
    made_at: datetime | None
    text: str = ""
    creator: str = ""
    is_corp: bool = True


@dataclass(frozen=True, slots=True)
class MomentTask:
    """Whether one member has posted it."""

    userid: str
    has_posted: bool


@dataclass(frozen=True, slots=True)
class MomentVoice:
    """Who liked or commented: a client's or a member's id."""

    id: str
    is_staff: bool
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MomentVoices:
    """All likes and comments of one member's post."""

    comments: tuple[MomentVoice, ...] = ()
    likes: tuple[MomentVoice, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffMessageSent:
    """An app message that went out: ids that it can't reach, and the card's code (24 h, once) for its update."""

    msgid: str
    unreached: tuple[str, ...] = ()
    response_code: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A card for members: `kind` text_notice, news_notice, button_interaction, vote_interaction, multiple_interaction.

    fields: the further parts in the platform's own form (main_title, button_list, …), checked by the platform.
    """

    kind: Literal["text_notice", "news_notice", "button_interaction", "vote_interaction", "multiple_interaction"]
    task_id: str
    fields: dict[str, object]


@dataclass(frozen=True, slots=True)
class AcquisitionLink:
    """A link by which clients add members; its clients carry the state customer_channel=… (64 bytes)."""

    link_id: str
    name: str
    url: str = ""
    userids: tuple[str, ...] = ()
    departments: tuple[int, ...] = ()
    made_at: datetime | None = None
    needs_no_consent: bool = True


@dataclass(frozen=True, slots=True)
class AcquisitionQuota:
    """How many clients may still come by links, of all that were bought."""

    total: int
    left: int


@dataclass(frozen=True, slots=True)
class AcquiredContact:
    """A client who came by a link; chat: 0 has not written, 1 has."""

    external_userid: str
    userid: str
    has_written: bool = False
    state: str = ""


@dataclass(frozen=True, slots=True)
class AcquisitionFigures:
    """Clicks on a link and clients who came by it."""

    clicks: int
    contacts: int
