"""Callers who can change only the host: a path without /oa, /wx or /mp finds its side by host, table or token."""

from __future__ import annotations

import re

from wechat.sandbox.endpoints import ENDPOINTS
from wechat.sandbox.world import World

SIDES = ("/oa", "/wx", "/mp")
HOSTS = {
    "api.weixin.qq.com": "/oa",
    "api2.weixin.qq.com": "/oa",
    "sh.api.weixin.qq.com": "/oa",
    "sz.api.weixin.qq.com": "/oa",
    "hk.api.weixin.qq.com": "/oa",
    "file.api.weixin.qq.com": "/oa",
    "qyapi.weixin.qq.com": "/wx",
    "mp.weixin.qq.com": "/mp",
    "open.weixin.qq.com": "/mp",
    "login.work.weixin.qq.com": "/mp",
    "open.work.weixin.qq.com": "/mp",
}
"""WeChat's hosts, for callers that reach the sandbox by a proxy or by names of their own."""

SLASHES = re.compile(r"/{2,}")


def path_of(world: World, host: str, path: str, token: str) -> str:
    """The path as the sandbox's table knows it."""
    path = SLASHES.sub("/", path)
    if path in ENDPOINTS or path.startswith(tuple(f"{side}/" for side in SIDES)):
        return path
    if side := HOSTS.get(host.partition(":")[0].lower()):
        return side + path
    there = [side for side in SIDES if side + path in ENDPOINTS]
    if len(there) > 1 and (known := world.tokens.all.get(token)):
        own = f"/{known.app.partition(':')[0]}"
        there = [side for side in there if side == own] or there
    return there[0] + path if there else path
