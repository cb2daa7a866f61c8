"""What an official account keeps: files, drafts, published articles, customer-service accounts and their sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

FOREVER = float("inf")


@dataclass(slots=True)
class Media:
    """A file: temporary for three days, or material without an end."""

    media_id: str
    kind: str
    data: bytes
    sha256: str
    name: str
    content_type: str
    created: int
    expires: float = FOREVER
    title: str = ""
    introduction: str = ""
    tags: list[str] = field(default_factory=list)

    @property
    def lasting(self) -> bool:
        """Whether this is material, which is kept until it is deleted."""
        return self.expires == FOREVER


@dataclass(slots=True)
class Draft:
    """Articles that are not published yet."""

    media_id: str
    articles: list[dict[str, Any]]
    created: int
    updated: int


@dataclass(slots=True)
class Publication:
    """Articles on their way to the account's page, or there: 0 published, 1 publishing, 5 deleted by the user."""

    publish_id: str
    article_id: str
    articles: list[dict[str, Any]]
    created: int
    status: int = 1
    updated: int = 0
    deleted: list[int] = field(default_factory=list)
    msg_data_id: int = 0


@dataclass(slots=True)
class KfAccount:
    """A customer-service person of the account."""

    kf_account: str
    kf_id: int
    nick: str = ""
    wx: str = ""
    invited: str = ""
    invite_expires: int = 0
    online: bool = False
    headimg: str = ""


@dataclass(slots=True)
class KfSession:
    """A fan's talk with customer service; without a kf_account it waits for one."""

    openid: str
    kf_account: str
    created: int
    closed: int = 0
