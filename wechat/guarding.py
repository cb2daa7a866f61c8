"""What stands around every call of one app: the breaker, the pace, the crowd, and the count of what came of it."""

from __future__ import annotations

import time

from wechat import measuring
from wechat.breaking import Breaker
from wechat.crowding import Crowd
from wechat.events import Side
from wechat.faults import NotSent, WeChatFault
from wechat.handling import CROWDED
from wechat.rates import Pacer


class Guard:
    """The guard of one app in this process. `app` is side:account or side:corp:agent, as the tokens are named."""

    def __init__(self, side: Side, app: str) -> None:
        self._side: Side = side
        self.app = app
        self.breaker = Breaker(side, app)
        # the apps of a corp share its limits
        self._pacer = Pacer(side, app.split(":")[1] if ":" in app else app)
        self.crowd = Crowd()

    async def enter(self, api: str) -> float:
        """Let one call begin; when it did. Blocked or NotSent when it may not; `leave` must follow."""
        await self.breaker.admit(api)
        wait = await self._pacer.take(api, self.breaker.share(api))
        if wait:
            raise NotSent(side=self._side, api=api, reason="paced", message=PACED, after=wait)
        await self.crowd.enter(api)
        return time.perf_counter()

    async def leave(self, api: str, began: float, fault: WeChatFault | None) -> None:
        """The call ended: count it, and act on what came of it."""
        self.crowd.leave(api)
        self.count(api, began, fault)
        if fault is None:
            self.crowd.praise(api)
            await self.breaker.answered(api)
            return
        if fault.errcode == CROWDED:
            self.crowd.complain(api)
        await self.breaker.failed(api, fault)

    def count(self, api: str, began: float, fault: WeChatFault | None) -> None:
        """Count a call that the guard doesn't hold: a token's fetch, a sign-in."""
        outcome = "0" if fault is None else str(fault.errcode) if fault.errcode is not None else fault.reason
        measuring.count(self.app, api, outcome, time.perf_counter() - began)

    async def close(self) -> None:
        """Write down what was counted and end what is under way."""
        await self.breaker.close()
        await measuring.flush()


PACED = "已达到微信接口的频率上限，稍后自动继续"
