"""What no module may do, whatever it is for: the rules of safety that can be read off the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import modules, name
from wechat import endpoints

HTTP = ("aiohttp", "requests", "httpx", "urllib.request", "urllib3", "http.client", "ftplib", "smtplib")
WAY_OUT = ("kernel/outbound.py", "wechat/sandbox/")


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_only_the_way_out_speaks_http():
    found = [
        f"{name(path)}: {imported}"
        for path in modules()
        if not name(path).startswith(WAY_OUT)
        for imported in _imports(path)
        if imported in HTTP or imported.startswith(tuple(f"{one}." for one in HTTP))
    ]
    assert found == []


def test_the_borrowed_api_classes_ride_on_our_transport():
    borrowed = endpoints.AccountEndpoints
    assert borrowed._request is endpoints.OnTransport._request
    assert borrowed.__init__ is endpoints.OnTransport.__init__
    # no session of the library's own is ever made
    assert not hasattr(borrowed(None), "_http") or borrowed(None)._http is None


def test_cookies_are_set_in_one_place():
    found = [
        name(path)
        for path in modules()
        if any(word in path.read_text() for word in (".set_cookie(", ".delete_cookie(", "request.cookies.get("))
    ]
    assert [path for path in found if path != "web/cookies.py" and not path.startswith("wechat/sandbox/")] == []
