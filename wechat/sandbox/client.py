"""A small client of the control plane for tests, seeding and trials: `await sandbox.act("fan.message", openid=...)`."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Any

import aiohttp

Told = dict[str, Any]


class Refusal(Exception):
    """The control plane said no; the text is its reason."""


class Sandbox:
    """One sandbox, named by its control address (`http://127.0.0.1:9000/_ctl`). Use `async with`, or close it."""

    def __init__(self, control_url: str, timeout_s: float = 120) -> None:
        self._url = control_url.rstrip("/")
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Sandbox:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let the connection go."""
        if self._session:
            await self._session.close()
            self._session = None

    async def act(self, name: str, /, **args: Any) -> Told:
        """One act; its answer holds the ids of the callbacks it caused."""
        return await self._ask("POST", f"/act/{name}", body=args)

    async def acts(self, batch: Iterable[dict[str, Any]], strict: bool = True) -> list[Told]:
        """Many acts in order, each `{"act": name, ...}`; Refusal when one failed, unless `strict` is False."""
        told = await self._ask("POST", "/act", body=list(batch))
        if strict and told["failed"]:
            raise Refusal(f"{told['failed']} acts failed, first: {next(r for r in told['results'] if 'error' in r)}")
        results: list[Told] = told["results"]
        return results

    async def config(self, **changes: Any) -> Told:
        """Show the settings, or put official_accounts, corps, callback_urls, switches; `check=False` trusts URLs."""
        return await self._ask("POST", "/config", body=changes) if changes else await self._ask("GET", "/config")

    async def seed(self, kind: str = "small", **fields: Any) -> Told:
        """Plant a seed: small, bank-demo (staff=, clients=, groups=), bulk (fans=, clients=, members=)."""
        return await self._ask("POST", "/seed", body={"kind": kind, **fields})

    async def people(self, *only: str) -> Told:
        """The true state of everybody, or only of the named parts."""
        return await self._ask("GET", "/people", query={"only": ",".join(only)} if only else {})

    async def reached(self, log: bool = False, **filters: Any) -> Told:
        """How many messages reached whom (kind, msgid, text, to); with `log` the newest messages too (limit)."""
        return await self._ask("GET", "/reached", query={**filters, **({"log": "1"} if log else {})})

    async def requests(self, path: str = "", **filters: Any) -> list[Told]:
        """The newest API requests that match a path glob (since, limit)."""
        told = await self._ask("GET", "/requests", query={"path": path, **filters})
        rows: list[Told] = told["requests"]
        return rows

    async def request_counts(self) -> dict[str, int]:
        """How often each path was called since the start."""
        told = await self._ask("GET", "/requests", query={"limit": 0})
        counts: dict[str, int] = told["counts"]
        return counts

    async def callbacks(self, **filters: Any) -> list[Told]:
        """The newest callbacks (event glob, outcome, app, since, limit) with every attempt."""
        told = await self._ask("GET", "/callbacks", query=filters)
        rows: list[Told] = told["callbacks"]
        return rows

    async def replay(self, callback_id: int, times: int = 1) -> list[int]:
        """The same callback again, `times` over in parallel; the new ids."""
        told = await self._ask("POST", f"/callbacks/{callback_id}/replay", body={"times": times})
        ids: list[int] = told["callbacks"]
        return ids

    async def send_raw(self, plaintext: str, app: str = "", openid: str = "") -> list[int]:
        """Any plaintext, sealed and signed, to an app's callback address."""
        told = await self._ask(
            "POST", "/callbacks/send_raw", body={"app": app, "plaintext": plaintext, "openid": openid}
        )
        ids: list[int] = told["callbacks"]
        return ids

    async def burst(self, event: Told, count: int, within_s: float = 1, app: str = "", openid: str = "") -> list[int]:
        """One event many times over within a moment, `{n}` in its texts and in the openid counting up."""
        body = {"event": event, "count": count, "within_s": within_s, "app": app, "openid": openid}
        ids: list[int] = (await self._ask("POST", "/callbacks/burst", body=body))["callbacks"]
        return ids

    async def wrap(self, plaintext: str, app: str = "", openid: str = "", **flaws: bool) -> Told:
        """The `{url, query, body}` of a callback to post oneself; flaws are signature, timestamp, receiver."""
        fields = {"app": app, "plaintext": plaintext, "openid": openid, "flaws": flaws}
        return await self._ask("POST", "/callbacks/wrap", body=fields)

    async def clock(self, **change: Any) -> Told:
        """Show the clock, or set=, advance=, freeze=, speed=."""
        return await self._ask("POST", "/clock", body=change) if change else await self._ask("GET", "/clock")

    async def faults(self, *rules: dict[str, Any]) -> Told:
        """Show the faults, or add rules: {"path": "*custom/send", "kind": "errcode", "errcode": -1, "times": 2}."""
        return await self._ask("POST", "/faults", body=list(rules)) if rules else await self._ask("GET", "/faults")

    async def clear_faults(self) -> Told:
        """No faults any more."""
        return await self._ask("DELETE", "/faults")

    async def revoke_tokens(self, app: str = "") -> Told:
        """Void every token of one app, or of all."""
        return await self._ask("POST", "/tokens/revoke", body={"app": app})

    async def switches(self, **change: Any) -> Told:
        """Show the switches, or change the named ones."""
        return await self._ask("POST", "/switches", body=change) if change else await self._ask("GET", "/switches")

    async def disorder(self, **change: Any) -> Told:
        """Show the disorder of callbacks, or change the named kinds."""
        return await self._ask("POST", "/disorder", body=change) if change else await self._ask("GET", "/disorder")

    async def calm(self) -> Told:
        """No disorder any more."""
        return await self._ask("DELETE", "/disorder")

    async def population(self, action: str = "status", **fields: Any) -> Told:
        """`start` (rates=, only=, confirm_share=, night=), `stop` or `status`."""
        method = {"start": "POST", "stop": "DELETE", "status": "GET"}[action]
        return await self._ask(method, "/population", body=fields or None)

    async def settle(self, timeout: float = 10) -> bool:
        """Wait until nothing is pending; False when something still was after `timeout` seconds."""
        return bool((await self._ask("POST", "/settle", body={"timeout": timeout}, waits_s=timeout))["settled"])

    async def reset(self) -> Told:
        """A new world with the same accounts and corps, without people."""
        return await self._ask("POST", "/reset")

    async def _ask(
        self, method: str, path: str, body: Any = None, query: dict[str, Any] | None = None, waits_s: float = 0
    ) -> Told:
        if self._session is None:
            # let go before the server does, which may end a quiet connection just when it is used again
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(keepalive_timeout=2))
        asked = {name: str(value) for name, value in (query or {}).items()}
        # what is asked to wait answers that much later
        limit = aiohttp.ClientTimeout(total=self._timeout_s + waits_s)
        async with self._session.request(method, self._url + path, json=body, params=asked, timeout=limit) as answer:
            told: Told = await answer.json(content_type=None)
            if answer.status != 200:
                raise Refusal(str(told.get("error", answer.status)))
            return told
