"""What an official account holds: fans, tags, templates, QR tickets and mass sends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

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


@dataclass(slots=True)
class MassJob:
    """One mass send: who it went to and how far it is."""

    msg_id: int
    clientmsgid: str
    created: float
    openids: list[str]
    text: str
    status: str = "SENDING"


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

    @property
    def appid(self) -> str:
        """The account's appid."""
        return self.config.appid
