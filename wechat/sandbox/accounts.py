"""What an official account holds: fans, tags, templates, QR tickets, mass sends, and what it wrote and counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wechat.sandbox.account_content import Draft, KfAccount, KfSession, Media, Publication
from wechat.sandbox.config import AccountConfig

ALLOWANCES = {"message": (5, 48 * 3600.0), "click": (3, 60.0), "subscribe": (3, 60.0), "scan": (3, 60.0)}
"""Customer-service messages that a fan's action allows: (count, seconds), since 2023-06-12."""

STANDARD_TEMPLATES: tuple[dict[str, str], ...] = (
    {
        "template_id": "sandbox-service-notice",
        "title": "服务进度通知",
        "primary_industry": "金融业",
        "deputy_industry": "银行",
        "content": "{{first.DATA}}\n业务名称：{{keyword1.DATA}}\n办理时间：{{keyword2.DATA}}\n{{remark.DATA}}",
        "example": "",
    },
    {
        "template_id": "sandbox-benefit-notice",
        "title": "权益到账通知",
        "primary_industry": "金融业",
        "deputy_industry": "银行",
        "content": "权益名称：{{thing1.DATA}}\n有效期至：{{time2.DATA}}",
        "example": "",
    },
)
"""Templates that every account has in use from the start."""


@dataclass(slots=True)
class Fan:
    """A WeChat user as one official account sees them; `subscribed` False means known but not following."""

    openid: str
    unionid: str = ""
    name: str = ""
    subscribed: bool = False
    subscribe_time: int = 0
    scene: str = "ADD_SCENE_SEARCH"
    qr_scene: str = ""
    remark: str = ""
    tagids: list[int] = field(default_factory=list)
    blacklisted: bool = False
    refuses: bool = False
    allowance_left: int = 0
    allowance_until: float = 0.0
    mass_received: dict[str, int] = field(default_factory=dict)
    unavailable_shown: int = 0
    blacklisted_at: int = 0
    credits: dict[str, int] = field(default_factory=dict)
    rejects: list[str] = field(default_factory=list)
    typing_until: float = 0.0

    def allow(self, action: str, now: float) -> None:
        """The newest action sets the customer-service allowance; it doesn't add up."""
        self.allowance_left, lasts = ALLOWANCES[action]
        self.allowance_until = now + lasts


@dataclass(slots=True)
class Ticket:
    """A QR code of an official account."""

    ticket: str
    scene: str
    url: str
    expires: float
    permanent: bool = False


@dataclass(slots=True)
class MassJob:
    """One mass send: who it goes to and how far it is; CONFIRMING waits for the admin, `print` tells repeats apart."""

    msg_id: int
    clientmsgid: str
    created: float
    openids: list[str]
    text: str
    status: str = "SENDING"
    print: str = ""
    to_all: bool = False
    kind: str = "text"
    titles: list[str] = field(default_factory=list)
    total: int = 0
    filtered: int = 0
    sent: int = 0
    deleted: list[int] = field(default_factory=list)
    msg_data_id: int = 0
    finished: int = 0


@dataclass
class Account:
    """The state of one official account."""

    config: AccountConfig
    fans: dict[str, Fan] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=dict)
    templates: dict[str, dict[str, Any]] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    mass_jobs: dict[int, MassJob] = field(default_factory=dict)
    sent_once: dict[str, tuple[float, int]] = field(default_factory=dict)
    next_tag: int = 100
    subscribe_templates: dict[str, dict[str, Any]] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    pictures: dict[str, Media] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    draft_switch: bool = True
    publications: dict[str, Publication] = field(default_factory=dict)
    menu: dict[str, Any] = field(default_factory=dict)
    conditional_menus: dict[str, dict[str, Any]] = field(default_factory=dict)
    kf_accounts: dict[str, KfAccount] = field(default_factory=dict)
    kf_sessions: list[KfSession] = field(default_factory=list)
    kf_records: list[dict[str, Any]] = field(default_factory=list)
    short_keys: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    industries: list[int] = field(default_factory=lambda: [7, 8])
    industry_changed: str = ""
    mass_speed: int = 0
    diary: dict[str, dict[str, int]] = field(default_factory=dict)
    counted_on: str = ""
    counted: dict[str, int] = field(default_factory=dict)
    minute: dict[str, tuple[int, int]] = field(default_factory=dict)
    cleared: dict[str, int] = field(default_factory=dict)

    @property
    def appid(self) -> str:
        """The account's appid."""
        return self.config.appid

    def note(self, day: str, what: str, count: int = 1) -> None:
        """Count something that happened on a day; the statistics are read from here."""
        page = self.diary.setdefault(day, {})
        page[what] = page.get(what, 0) + count

    def hand_over(self, openid: str, kf_account: str, now: int) -> bool:
        """Let customer service talk with a fan, or let the fan wait for anybody; True when somebody new took over."""
        present = next((one for one in reversed(self.kf_sessions) if one.openid == openid and not one.closed), None)
        if present is None:
            present = KfSession(openid, "", now)
            self.kf_sessions.append(present)
        if not kf_account or kf_account not in self.kf_accounts or present.kf_account == kf_account:
            return False
        present.kf_account = kf_account
        return True

    def holds(self, media_id: str, now: float, *kinds: str) -> Media | None:
        """A file by its media_id while it lasts, of one of these kinds (any when none is named)."""
        found = self.media.get(media_id)
        if found is None or now >= found.expires or (kinds and found.kind not in kinds):
            return None
        return found
