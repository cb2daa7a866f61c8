"""What a corp holds: members, external contacts, relations, tags, group chats, group-message jobs, livestreams."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wechat.sandbox.config import CorpConfig
from wechat.sandbox.corp_records import (
    AcquisitionLink,
    AppMessage,
    ContactWay,
    GroupWelcome,
    JoinWay,
    Kept,
    MemberTag,
    Moment,
    Transfer,
)


@dataclass(slots=True)
class Member:
    """One employee; `left` hides them from every list, `may_contact` is the feature of having clients."""

    userid: str
    name: str = ""
    mobile: str = ""
    position: str = ""
    department: list[int] = field(default_factory=lambda: [1])
    active: bool = True
    left: bool = False
    left_at: int = 0
    may_contact: bool = True
    real_named: bool = True
    email: str = ""


@dataclass(slots=True)
class External:
    """A client as WeCom knows them, whether or not a relation exists yet."""

    external_userid: str
    name: str = ""
    unionid: str = ""
    gender: int = 0
    type: int = 1
    received: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Relation:
    """One member and one client who are contacts."""

    userid: str
    external_userid: str
    created: int
    state: str = ""
    add_way: int = 1
    remark: str = ""
    description: str = ""
    remark_company: str = ""
    remark_mobiles: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    last_chat: float = 0.0
    chat_started: bool = False
    half: bool = False
    oper_userid: str = ""


@dataclass(slots=True)
class WelcomeCode:
    """A code that lets one app greet a new contact once within seconds."""

    code: str
    userid: str
    external_userid: str
    expires: float
    used_by: int | None = None


@dataclass(slots=True)
class Tag:
    """A corp tag inside a tag group; `agentid` 0 means that the console made it."""

    id: str
    name: str
    group_id: str
    group_name: str
    created: int
    order: int = 0
    agentid: int = 0
    group_order: int = 0
    strategy: int = 0


@dataclass(slots=True)
class GroupChat:
    """A client group; `members` maps id to its row as `groupchat/get` shows it."""

    chat_id: str
    name: str
    owner: str
    created: int
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    admins: list[str] = field(default_factory=list)
    notice: str = ""
    version: str = ""
    status: int = 0
    dismissed: bool = False
    past: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    received: list[float] = field(default_factory=list)
    talk: dict[str, dict[str, int]] = field(default_factory=dict)
    handed_over: list[float] = field(default_factory=list)
    heir: str = ""
    heir_at: float = 0.0

    def externals(self) -> list[str]:
        """External ids of the clients inside."""
        return [row["userid"] for row in self.members.values() if row["type"] == 2]


@dataclass(slots=True)
class Target:
    """One client or group of a group-message task: 0 not sent, 1 sent, 2 not a friend, 3 over the quota."""

    id: str
    status: int = 0
    sent_at: int = 0


@dataclass(slots=True)
class SenderTask:
    """What one member has to confirm: status 0 waiting, 2 sent."""

    userid: str
    targets: list[Target]
    status: int = 0
    sent_at: int = 0
    cancelled: bool = False


@dataclass(slots=True)
class GroupMessage:
    """A group-message job: made by `add_msg_template`, or by the member `creator` on the phone."""

    msgid: str
    chat_type: str
    content: dict[str, Any]
    created: float
    ready_at: float
    tasks: dict[str, SenderTask]
    reminded: list[float] = field(default_factory=list)
    creator: str = ""


@dataclass(slots=True)
class Livestream:
    """A livestream: status 0 booked, 1 live, 2 ended, 3 expired, 4 cancelled."""

    livingid: str
    agentid: int
    anchor: str
    theme: str
    start: int
    duration: int
    type: int = 0
    description: str = ""
    remind_time: int = 0
    status: int = 0
    started_at: int = 0
    ended_at: int = 0
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    externals: dict[str, dict[str, Any]] = field(default_factory=dict)
    reserved: list[str] = field(default_factory=list)
    created: float = 0.0
    replay_deleted: bool = False
    activity: dict[str, Any] = field(default_factory=dict)


@dataclass
class Corp:
    """The state of one corp, with the two indexes that every contact call needs."""

    config: CorpConfig
    members: dict[str, Member] = field(default_factory=dict)
    departments: dict[int, dict[str, Any]] = field(default_factory=lambda: {1: {"name": "总行", "parentid": 0}})
    externals: dict[str, External] = field(default_factory=dict)
    by_member: dict[str, dict[str, Relation]] = field(default_factory=dict)
    by_external: dict[str, dict[str, Relation]] = field(default_factory=dict)
    welcome_codes: dict[str, WelcomeCode] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)
    strategy_tags: dict[str, Tag] = field(default_factory=dict)
    groups: dict[str, GroupChat] = field(default_factory=dict)
    group_messages: dict[str, GroupMessage] = field(default_factory=dict)
    waiting: dict[str, dict[str, GroupMessage]] = field(default_factory=dict)
    livestreams: dict[str, Livestream] = field(default_factory=dict)
    staff_messages: dict[str, list[float]] = field(default_factory=dict)
    sent_once: dict[str, float] = field(default_factory=dict)
    member_tags: dict[int, MemberTag] = field(default_factory=dict)
    contact_ways: dict[str, ContactWay] = field(default_factory=dict)
    temporary_ways: dict[str, int] = field(default_factory=dict)
    join_ways: dict[str, JoinWay] = field(default_factory=dict)
    transfers: list[Transfer] = field(default_factory=list)
    moments: dict[str, Moment] = field(default_factory=dict)
    links: dict[str, AcquisitionLink] = field(default_factory=dict)
    link_balance: int = 1000
    group_welcomes: dict[str, GroupWelcome] = field(default_factory=dict)
    app_messages: dict[str, AppMessage] = field(default_factory=dict)
    person_sends: dict[str, int] = field(default_factory=dict)
    intercept_rules: dict[str, Kept] = field(default_factory=dict)
    products: dict[str, Kept] = field(default_factory=dict)
    behaviour: dict[str, dict[str, int]] = field(default_factory=dict)
    uploads: dict[str, int] = field(default_factory=dict)
    _unions: dict[str, str] = field(default_factory=dict)

    @property
    def corpid(self) -> str:
        """The corp's id."""
        return self.config.corpid

    def member(self, userid: str) -> Member | None:
        """A member who hasn't left."""
        found = self.members.get(userid)
        return found if found and not found.left else None

    def relation(self, userid: str, external_userid: str) -> Relation | None:
        """The relation of the two, if they are contacts."""
        return self.by_member.get(userid, {}).get(external_userid)

    def relate(self, relation: Relation) -> None:
        """Add or replace a relation in both indexes."""
        self.by_member.setdefault(relation.userid, {})[relation.external_userid] = relation
        self.by_external.setdefault(relation.external_userid, {})[relation.userid] = relation

    def part(self, userid: str, external_userid: str) -> bool:
        """Remove a relation from both indexes; False when there was none."""
        found = self.by_member.get(userid, {}).pop(external_userid, None)
        self.by_external.get(external_userid, {}).pop(userid, None)
        return found is not None

    def last_talked(self, external_userid: str) -> Relation | None:
        """The relation through which a group message goes: the present member who last talked with the client."""
        relations = self.by_external.get(external_userid, {}).values()
        present = (one for one in relations if self.member(one.userid))
        return max(present, key=lambda one: (one.last_chat, one.created), default=None)

    def external_of_union(self, unionid: str) -> External | None:
        """The client with this union id; looked up in an index that is made anew when people came."""
        if len(self._unions) != len(self.externals):
            self._unions = {one.unionid or one.external_userid: one.external_userid for one in self.externals.values()}
        found = self.externals.get(self._unions.get(unionid, ""))
        if found and found.unionid == unionid:
            return found
        return next((one for one in self.externals.values() if unionid and one.unionid == unionid), None)

    def count(self, userid: str, day: str, **facts: int) -> None:
        """Note what a member did with clients on a day, for the statistics."""
        row = self.behaviour.setdefault(f"{userid}/{day}", {})
        for name, number in facts.items():
            row[name] = row.get(name, 0) + number
