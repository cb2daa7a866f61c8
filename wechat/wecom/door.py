"""The real WeCom: all its subjects on one transport, with one token and two page tickets for all processes."""

from __future__ import annotations

from wechat.tokens import Tokens
from wechat.transport import Transport
from wechat.wecom.acquisition import Acquisition
from wechat.wecom.contacts import Contacts
from wechat.wecom.figures import Figures
from wechat.wecom.group_messages import GroupMessages
from wechat.wecom.groups import Groups
from wechat.wecom.livestreams import Livestreams
from wechat.wecom.media import Media
from wechat.wecom.moments import Moments
from wechat.wecom.staff import StaffDirectory
from wechat.wecom.staff_messages import StaffMessages
from wechat.wecom.tags import Tags
from wechat.wecom.transfers import Transfers
from wechat.wecom.upkeep import Upkeep
from wechat.wecom.ways import Ways


class RealWeCom(
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
):
    """Speaks to qyapi.weixin.qq.com, or to whatever stands at that address in the host map."""

    def __init__(
        self, transport: Transport, *, corpid: str, agentid: int, secret: str, page_url: str, scan_url: str
    ) -> None:
        self._transport = transport
        self._corpid = corpid
        self._agentid = agentid
        self._secret = secret
        self._page_url = page_url
        self._scan_url = scan_url
        name = f"wecom:{corpid}:{agentid}"
        transport.use_tokens(Tokens(name, self._fetch_token))
        self._corp_ticket = Tokens(f"{name}:jsapi", self._fetch_corp_ticket)
        self._app_ticket = Tokens(f"{name}:agent_config", self._fetch_app_ticket)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def _fetch_token(self) -> tuple[str, int]:
        params = {"corpid": self._corpid, "corpsecret": self._secret}
        answer = await self._transport.call("GET", "/cgi-bin/gettoken", params=params, signed=False)
        return str(answer["access_token"]), int(answer["expires_in"])
