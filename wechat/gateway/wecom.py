"""WeCom in our words; faults as in `wechat.gateway.official_account`."""

from __future__ import annotations

from typing import Protocol

from wechat.gateway.corp.acquisition import Acquisition
from wechat.gateway.corp.contacts import Contacts
from wechat.gateway.corp.figures import Figures
from wechat.gateway.corp.group_messages import GroupMessages
from wechat.gateway.corp.groups import Groups
from wechat.gateway.corp.livestreams import Livestreams
from wechat.gateway.corp.media import Media
from wechat.gateway.corp.moments import Moments
from wechat.gateway.corp.staff import StaffDirectory
from wechat.gateway.corp.staff_messages import StaffMessages
from wechat.gateway.corp.tags import Tags
from wechat.gateway.corp.transfers import Transfers
from wechat.gateway.corp.upkeep import Upkeep
from wechat.gateway.corp.ways import Ways


class WeCom(
    StaffDirectory,
    Contacts,
    Tags,
    Ways,
    Transfers,
    Groups,
    GroupMessages,
    Moments,
    StaffMessages,
    Media,
    Livestreams,
    Figures,
    Acquisition,
    Upkeep,
    Protocol,
):
    """The bank's corp (企业微信), through the app that may call the customer APIs."""

    async def close(self) -> None:
        """Close the connections."""
