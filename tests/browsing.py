"""A browser of few words: asks the ASGI application directly, keeps cookies, reads the form token from the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode

from starlette.applications import Starlette
from starlette.types import Message

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Answer:
    """Status, headers and text of one answer."""

    def __init__(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.cookies = [value for name, value in headers if name.lower() == "set-cookie"]
        self.body = body

    @property
    def text(self) -> str:
        return self.body.decode()


class Browser:
    """One person's browser: `sec-fetch-site: same-origin` on changes, unless `headers` says otherwise."""

    def __init__(self, app: Starlette) -> None:
        self.app = app
        self.cookies: dict[str, str] = {}
        self.token = ""

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return await self.ask("GET", path, headers or {})

    async def post(
        self,
        path: str,
        form: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        token: bool = True,
    ) -> Answer:
        fields = dict(form or {})
        if token and self.token:
            fields.setdefault("csrf_token", self.token)
        body = urlencode(fields, doseq=True).encode()
        given = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"} | dict(
            headers or {}
        )
        return await self.ask("POST", path, given, body)

    async def upload(self, path: str, form: Mapping[str, str], name: str, filename: str, content: bytes) -> Answer:
        """POST a multipart form with one file in the field `name`."""
        edge = "----tests-edge"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in {"csrf_token": self.token, **form}.items()
        ]
        opening = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        parts += [
            opening.encode(),
            b"Content-Type: application/octet-stream\r\n\r\n",
            content,
            f"\r\n--{edge}--\r\n".encode(),
        ]
        headers = {"content-type": f"multipart/form-data; boundary={edge}", "sec-fetch-site": "same-origin"}
        return await self.ask("POST", path, headers, b"".join(parts))

    async def sign_in(self, login: str, password: str) -> Answer:
        answer = await self.post("/login", {"login": login, "password": password})
        if answer.status == 303:
            found = TOKEN.search((await self.get("/")).text)
            self.token = found[1] if found else ""
        return answer

    async def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        where, _, query = path.partition("?")
        sent = {"host": "127.0.0.1:8600", **headers}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": where,
            "raw_path": where.encode(),
            "query_string": quote(query, safe="=&%+;[]").encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8600),
        }
        answer = await _call(self.app, scope, body)
        for line in answer.cookies:
            self._keep(line)
        return answer

    def _keep(self, line: str) -> None:
        for name, morsel in SimpleCookie(line).items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value


async def _call(app: Starlette, scope: dict[str, Any], body: bytes) -> Answer:
    messages: list[Message] = []
    asked = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return asked.pop(0) if asked else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, send)
    start = next(message for message in messages if message["type"] == "http.response.start")
    headers = [(name.decode(), value.decode()) for name, value in start["headers"]]
    content = b"".join(message.get("body", b"") for message in messages if message["type"] == "http.response.body")
    return Answer(start["status"], headers, content)
