"""Two Python clients of the official account, written by others, with nothing changed but the host."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient
from werobot.client import Client

APPID, SECRET = "wxbank0000000001", "oa-secret"


class ToSandbox(HTTPAdapter):
    """Carries every request for WeChat's hosts to the sandbox."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.hosts = {"https://api.weixin.qq.com/": f"{url}/oa/", "https://mp.weixin.qq.com/": f"{url}/mp/"}

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Send the request to the host that stands in."""
        for host, place in self.hosts.items():
            request.url = (request.url or "").replace(host, place)
        return super().send(request, *args, **kwargs)


def wechatpy(url: str) -> WeChatClient:
    """wechatpy with its own transport."""
    client = WeChatClient(APPID, SECRET)
    client._http.mount("https://", ToSandbox(url))
    return client


@contextlib.contextmanager
def werobot(url: str) -> Iterator[Client]:
    """WeRoBot's client: its hosts stand in its text, so the `requests` it uses becomes a session that maps them."""
    with requests.Session() as session, pytest.MonkeyPatch.context() as patch:
        session.mount("https://", ToSandbox(url))
        patch.setattr("werobot.client.requests", session)
        yield Client({"APP_ID": APPID, "APP_SECRET": SECRET})
