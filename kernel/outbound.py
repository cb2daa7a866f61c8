"""The one way out over HTTP: hosts that the settings name, checked addresses, no redirects, limits on time and size."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from kernel import settings

CONNECT_S = 3.0
TOTAL_S = 8.0
ANSWER_BYTES = 16 << 20
CONNECTIONS = 256
PINNED_S = 300
"""A name keeps the addresses that were checked for so long: it can't be turned to another place between two calls."""
PATH = re.compile(r"(?:/[A-Za-z0-9._-]+)*/?")
_DOTS = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")


class NotAllowed(OSError):
    """The address is not one we may call: another host, plain HTTP, or a name that leads into the inner network."""


class NotSent(Exception):
    """Nothing left: there was no connection."""


class Unclear(Exception):
    """The call left, and no whole answer came back."""

    def __init__(self, timed_out: bool) -> None:
        super().__init__("timeout" if timed_out else "cut")
        self.timed_out = timed_out


@dataclass(frozen=True, slots=True)
class File:
    """A file part, kept as bytes so that a second attempt sends all of it again."""

    data: bytes
    name: str
    field: str = "media"
    beside: tuple[tuple[str, str], ...] = ()
    """Other fields of the form."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    body: bytes
    date: str = ""
    """The Date header: what time it is over there."""


class Client:
    """Calls below one base address, which must stand in the settings' host map (loopback is free in demo mode)."""

    def __init__(self, base_url: str, *, total_s: float = TOTAL_S) -> None:
        self._base = URL(base_url.rstrip("/"))
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=total_s, connect=CONNECT_S, sock_connect=CONNECT_S),
            connector=aiohttp.TCPConnector(limit=CONNECTIONS, ttl_dns_cache=PINNED_S, resolver=_Resolver()),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "huiliu"},
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    def address(self, path: str) -> URL:
        """Where a path leads. NotAllowed when the base is not ours or the path is not a plain one below it."""
        if not is_allowed(self._base) or not PATH.fullmatch(path) or _DOTS.search(path):
            raise NotAllowed("address")
        return self._base.with_path(self._base.path.rstrip("/") + path)

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = "application/json; charset=utf-8",
        file: File | None = None,
    ) -> Reply:
        """One exchange. NotAllowed, NotSent or Unclear when there is no whole answer."""
        outcome = await self._try(method, self.address(path), params, body, content_type, file)
        # raised here, outside of any except block, so that no library error with the address in it hangs on
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def _try(
        self,
        method: str,
        url: URL,
        params: Mapping[str, str] | None,
        body: bytes | None,
        content_type: str,
        file: File | None,
    ) -> Reply | Exception:
        headers = {"Content-Type": content_type} if body is not None else {}
        data = _form(file) if file is not None else body
        try:
            async with self._session.request(
                method, url, params=params, data=data, headers=headers, allow_redirects=False
            ) as response:
                return Reply(response.status, await _read(response), response.headers.get("Date", ""))
        except aiohttp.ClientConnectorError as error:
            return NotAllowed("resolved") if isinstance(error.os_error, NotAllowed) else NotSent()
        except (aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL):
            return NotSent()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Unclear(isinstance(error, (TimeoutError, asyncio.TimeoutError)))


def is_allowed(base: URL) -> bool:
    """Whether the settings let us call this address: its origin stands in the host map; plain HTTP is for loopback."""
    if base.user or base.query_string or base.fragment or not base.host or base.scheme not in ("http", "https"):
        return False
    now = settings.get()
    if base.origin() == URL(f"http://{now.web_host}:{now.web_port}"):
        return True  # the doctor asks our own web process how it is
    if _is_loopback(base.host):
        return now.demo or base.origin() in _host_map(now)
    if _is_literal(base.host) and not _may_reach(base.host, base.host):
        return False
    return base.origin() in _host_map(now) and base.scheme == "https"


def _host_map(now: settings.Settings) -> set[URL]:
    named = (now.oa_api_url, now.wecom_api_url, now.oa_page_url, now.sandbox_url, now.public_url)
    return {URL(address).origin() for address in named if address}


class _Resolver(AbstractResolver):
    """Names to addresses, refusing those of the inner network: a public name must not lead there."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Every address of the name, all of them checked."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        numbers = [str(where[0]) for *_, where in found]
        if not all(_may_reach(host, number) for number in numbers):
            raise NotAllowed("inner network")
        return [
            ResolveResult(
                hostname=host, host=str(where[0]), port=port, family=kind, proto=proto, flags=socket.AI_NUMERICHOST
            )
            for kind, _, proto, _, where in found
        ]

    async def close(self) -> None:
        """Nothing is kept open."""


def _may_reach(host: str, number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    if _is_loopback(host):
        return address.is_loopback
    if address.is_global and not address.is_multicast:
        return True
    # a bank's own gateway to WeChat may stand in its network, if the settings say so
    inner = {name.strip().lower() for name in settings.get().private_hosts.split(",")}
    return address.is_private and not address.is_loopback and not address.is_link_local and host.lower() in inner


def _is_loopback(host: str) -> bool:
    return ipaddress.ip_address(host).is_loopback if _is_literal(host) else host == "localhost"


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _form(file: File) -> aiohttp.FormData:
    # names go out as plain UTF-8: WeCom does not read the filename* form
    form = aiohttp.FormData(quote_fields=False)
    name = re.sub(r"[^\w.() -]", "_", file.name) or "file"
    form.add_field(file.field, file.data, filename=name, content_type="application/octet-stream")
    for field, value in file.beside:
        form.add_field(field, value)
    return form


async def _read(response: aiohttp.ClientResponse) -> bytes:
    parts, total = [], 0
    async for part in response.content.iter_chunked(1 << 16):
        total += len(part)
        if total > ANSWER_BYTES:
            raise aiohttp.ClientPayloadError("answer too large")
        parts.append(part)
    return b"".join(parts)
