"""The official account in our words.

Every verb raises `wechat.faults.WeChatFault`: Later (and NotSent, certainly not sent), Never (this person or content),
Blocked (hold the account), Done (it was done before), Unknown (a send left and no clear answer came).
"""

from __future__ import annotations

from typing import Protocol

from wechat.gateway.account.articles import Articles
from wechat.gateway.account.fan_tags import FanTags
from wechat.gateway.account.fans import Fans
from wechat.gateway.account.figures import Figures
from wechat.gateway.account.mass_messages import MassMessages
from wechat.gateway.account.media import Media
from wechat.gateway.account.menus import Menus
from wechat.gateway.account.notices import Notices
from wechat.gateway.account.pages import Pages
from wechat.gateway.account.service_messages import ServiceMessages
from wechat.gateway.account.service_staff import ServiceStaffAccounts
from wechat.gateway.account.upkeep import Upkeep


class OfficialAccount(
    Fans,
    FanTags,
    ServiceMessages,
    MassMessages,
    Notices,
    Media,
    Articles,
    Menus,
    Pages,
    ServiceStaffAccounts,
    Figures,
    Upkeep,
    Protocol,
):
    """The bank's service account (公众号)."""

    async def close(self) -> None:
        """Close the connections."""
