"""The whole state of one sandbox, and the two ways in which something that happened reaches the product."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from typing import Any

from wechat.sandbox.accounts import STANDARD_TEMPLATES, Account
from wechat.sandbox.audit import Audit
from wechat.sandbox.callbacks import bodies, wrapping
from wechat.sandbox.callbacks.answers import PassiveReply
from wechat.sandbox.callbacks.sender import Callback, Sender
from wechat.sandbox.config import AccountConfig, Config, CorpConfig, Switches
from wechat.sandbox.corps import Corp
from wechat.sandbox.faults import Faults
from wechat.sandbox.ids import Ids
from wechat.sandbox.reached import Delivery, Reached
from wechat.sandbox.tokens import Tokens
from wechat.sandbox.virtual_clock import VirtualClock
from wechat.sandbox.visibility import hears
from wechat.sandbox.wecom.brakes import Brakes


class World:
    """Accounts, corps, people, tokens, faults, logs; everything lives in memory."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.clock = VirtualClock()
        self.switches = Switches()
        self.switches.change(config.switches)
        self.ids = Ids(config.random_seed)
        self.rng = random.Random(config.random_seed)
        self.tokens = Tokens(self.ids)
        self.faults = Faults()
        self.brakes = Brakes()
        self.audit = Audit()
        self.reached = Reached()
        self.accounts: dict[str, Account] = {}
        self.corps: dict[str, Corp] = {}
        self.login_codes: dict[str, dict[str, Any]] = {}
        self.web_tokens: dict[str, dict[str, Any]] = {}
        self.media: dict[str, dict[str, Any]] = {}
        self.muted = False
        self.timers: set[asyncio.TimerHandle] = set()
        self.sender = Sender(self.clock, self.switches, config.random_seed)
        self.sender.on_reply = self._note_reply
        for account in config.official_accounts:
            self.put_account(account)
        for corp in config.corps:
            self.put_corp(corp)

    def now(self) -> int:
        """The present second on the sandbox's clock."""
        return int(self.clock.now())

    def put_account(self, config: AccountConfig) -> None:
        """Add an official account, or change the settings of a known one."""
        account = self.accounts.setdefault(config.appid, Account(config, tags={2: "星标组"}))
        account.config = config
        account.templates |= {row["template_id"]: dict(row) for row in (*STANDARD_TEMPLATES, *config.templates)}

    def put_corp(self, config: CorpConfig) -> None:
        """Add a corp, or change the settings of a known one."""
        known = self.corps.get(config.corpid)
        if known:
            known.config = config
            return
        self.corps[config.corpid] = Corp(config)

    def account(self, appid: str = "") -> Account:
        """The named official account, or the only or first one; LookupError when there is none."""
        found = self.accounts.get(appid) if appid else next(iter(self.accounts.values()), None)
        if found is None:
            raise LookupError(f"no official account {appid}")
        return found

    def corp(self, corpid: str = "") -> Corp:
        """The named corp, or the only or first one; LookupError when there is none."""
        found = self.corps.get(corpid) if corpid else next(iter(self.corps.values()), None)
        if found is None:
            raise LookupError(f"no corp {corpid}")
        return found

    def tell_account(self, account: Account, openid: str, event: Mapping[str, Any]) -> list[int]:
        """Send an event of one fan to the account's callback address; the callback ids."""
        if self.muted:
            return []
        fields = bodies.oa_event(account.config.original_id, openid, self.now(), event)
        return [self.sender.tell(wrapping.for_account(account.config), fields, openid)]

    def tell_corp(
        self, corp: Corp, event: Mapping[str, Any], capability: str = "customer", agentid: int | None = None
    ) -> list[int]:
        """Send an event to every app of the corp that may hear it, or to one; the callback ids."""
        if self.muted:
            return []
        fields = bodies.wecom_event(corp.corpid, self.now(), event)
        return [
            self.sender.tell(wrapping.for_agent(corp.corpid, agent), fields)
            for agent in corp.config.agents
            if capability in agent.capabilities and agentid in (None, agent.agentid) and hears(corp, agent, event)
        ]

    def tell_app(self, corp: Corp, agentid: int, event: Mapping[str, Any]) -> list[int]:
        """Send what a member did inside an app to that app, whatever it may hear else; the callback ids."""
        if self.muted:
            return []
        kind = {} if "MsgType" in event else {"MsgType": "event"}
        head = {"ToUserName": corp.corpid, "FromUserName": "sys", "CreateTime": self.now(), **kind}
        agents = [one for one in corp.config.agents if one.agentid == agentid]
        return [self.sender.tell(wrapping.for_agent(corp.corpid, agent), {**head, **event}) for agent in agents]

    def deliver(
        self, kind: str, people: list[str], text: str, msgid: str = "", sender: str = "", via: str = ""
    ) -> None:
        """Note that a message really reached people."""
        self.reached.record(Delivery(kind, tuple(people), text, msgid, self.clock.now(), sender, via))

    def after(self, delay_s: float, act: Callable[[], None]) -> None:
        """Do something a moment later, in the background; `settle` waits for it."""

        def due() -> None:
            self.timers.discard(timer)
            act()

        timer = asyncio.get_running_loop().call_later(max(delay_s, 0), due)
        self.timers.add(timer)

    @property
    def busy(self) -> int:
        """Callbacks not yet delivered plus things still to happen."""
        return self.sender.pending + len(self.timers)

    async def close(self) -> None:
        """Forget what was still to happen and stop delivering callbacks."""
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()
        await self.sender.close()

    def _note_reply(self, callback: Callback, reply: PassiveReply | None) -> None:
        if callback.receiver.side != "oa" or not callback.openid:
            return
        account = self.accounts.get(callback.receiver.receive_id)
        fan = account.fans.get(callback.openid) if account else None
        if account is None or fan is None:
            return
        if reply is None:
            fan.unavailable_shown += 1
        elif reply.kind == "transfer_customer_service":
            if account.hand_over(fan.openid, reply.kf_account, self.now()):
                self.tell_account(account, fan.openid, {"Event": "kf_create_session", "KfAccount": reply.kf_account})
        else:
            self.deliver("reply", [fan.openid], reply.text, msgid=str(callback.id), via=callback.receiver.receive_id)
