"""Where a request comes from: the caller's own address, also when it passed through proxies of the bank."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Sequence

from starlette.requests import HTTPConnection

from kernel import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
IPV6_SITE = 64
"""One subscriber holds a whole /64: counting its single addresses would count nothing."""


def of(request: HTTPConnection) -> str:
    """The caller's address; X-Forwarded-For counts as far as our own proxies (trusted_proxies) wrote it."""
    peer = request.client.host if request.client else ""
    found = _parse(peer)
    proxies = _networks(settings.get().trusted_proxies)
    if found is None or not _is_one_of(found, proxies):
        return str(found or peer)[:64]
    hops = [part for line in request.headers.getlist("x-forwarded-for") for part in line.split(",")]
    for hop in reversed(hops):
        # from the nearest backwards: the first that is not a proxy of ours is the caller, what stands before is hearsay
        address = _parse(hop.strip())
        if address is None:
            break
        found = address
        if not _is_one_of(address, proxies):
            break
    return str(found)


def group(address: str) -> str:
    """What counts as one caller: an IPv4 address, or the /64 of an IPv6 address."""
    found = _parse(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, IPV6_SITE), strict=False))
    return str(found or address)


def networks(listed: str) -> tuple[Network, ...]:
    """Addresses and networks from a comma-separated list; ValueError for what is neither."""
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in listed.split(",") if part.strip())


_networks = functools.lru_cache(maxsize=8)(networks)


def _is_one_of(address: Address, proxies: Sequence[Network]) -> bool:
    return any(address in network for network in proxies)


def _parse(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    # a dual-stack socket shows IPv4 callers in IPv6 clothes
    return getattr(found, "ipv4_mapped", None) or found
