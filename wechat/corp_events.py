"""What a corp's app is told, as facts: one frozen dataclass per kind of callback."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from wechat.happening import Event


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
class TransferFailed(Event):
    """A client was not handed over: customer_refused, or customer_limit_exceed of the new member."""

    corp: str
    userid: str
    external_userid: str
    reason: str = ""


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
    strategy_id: str = ""


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


@dataclass(frozen=True, slots=True)
class PartyChanged(Event):
    """A department of the address book was created, updated or deleted."""

    corp: str
    party_id: str
    change: Literal["created", "updated", "deleted"]
    name: str = ""
    parent_id: str = ""


@dataclass(frozen=True, slots=True)
class StaffTagChanged(Event):
    """Members or departments got or lost a tag of the address book."""

    corp: str
    tag_id: str
    members_added: tuple[str, ...] = ()
    members_removed: tuple[str, ...] = ()
    parties_added: tuple[str, ...] = ()
    parties_removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AcquisitionChanged(Event):
    """Something about links that win clients; `change` by WeCom's word.

    balance_low, balance_exhausted, link_unavailable, quota_expire_soon, delete_link concern the links;
    customer_start_chat and friend_request one client.
    """

    corp: str
    change: str
    link_id: str = ""
    userid: str = ""
    external_userid: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class ArchiveConsented(Event):
    """A client agreed that the conversation is archived."""

    corp: str
    userid: str
    external_userid: str
    welcome_code: str = ""


@dataclass(frozen=True, slots=True)
class ArchiveNotified(Event):
    """There are new archived conversations to fetch."""

    corp: str
    agentid: str = ""


@dataclass(frozen=True, slots=True)
class ServiceNotified(Event):
    """There are new messages in WeChat customer service to fetch, with this token, which lives ten minutes."""

    corp: str
    open_kfid: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CardTapped(Event):
    """A member tapped a card of ours; response_code updates the card, once, within a day."""

    corp: str
    userid: str
    task_id: str
    key: str = ""
    card_type: str = ""
    response_code: str = field(default="", repr=False)
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class StaffMessage(Event):
    """A member wrote to our app."""

    corp: str
    userid: str
    msg_id: str
    kind: str
    agentid: str = ""
    text: str = field(default="", repr=False)
    media_id: str = ""


@dataclass(frozen=True, slots=True)
class AppUsed(Event):
    """A member saw, left, entered or used our app or its menu; `what` by WeCom's word."""

    corp: str
    userid: str
    what: str
    key: str = ""
    agentid: str = ""


@dataclass(frozen=True, slots=True)
class JobFinished(Event):
    """A long job that was asked for at WeCom is done; error 0 when it went well."""

    corp: str
    job_id: str
    kind: str
    error: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalChanged(Event):
    """A request in WeCom's own approvals went on."""

    corp: str
    number: str
    status: str
    template: str = ""
