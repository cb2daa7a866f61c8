"""A member of staff or a client at a real page: reads the form that stands there, fills it in and sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Any
from urllib.parse import urljoin

import aiohttp

Fields = list[tuple[str, str]]


@dataclass
class Form:
    """A form of a page: where it goes and what its fields hold; `buttons` are its named ones with their actions."""

    action: str
    method: str = "get"
    fields: Fields = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)

    def filled(self, changes: Mapping[str, Any]) -> Fields:
        """The fields with changes: a list value gives a name several times, None drops it."""
        kept = [(name, value) for name, value in self.fields if name not in changes]
        for name, value in changes.items():
            kept += [(name, str(one)) for one in (value if isinstance(value, list) else [value]) if one is not None]
        return kept


@dataclass
class Page:
    """One answer."""

    status: int
    url: str
    text: str
    forms: list[Form]

    def form(self, action: str) -> Form:
        """The form that posts to an address that ends so."""
        path = next((one for one in self.forms if one.action.split("?")[0].split("#")[0].endswith(action)), None)
        assert path is not None, f"no form to {action} on {self.url} (status {self.status}): {self.words()[:600]}"
        return path

    def words(self) -> str:
        """What can be read, without the markup."""
        reader = _Words()
        reader.feed(self.text)
        return " ".join(" ".join(reader.words).split())


class Visitor:
    """A browser without a window: cookies, forms, redirects."""

    def __init__(self, web: str) -> None:
        self.web = web
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Sec-Fetch-Site": "same-origin"}
        )

    async def __aenter__(self) -> Visitor:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def sign_in(self, login: str, password: str) -> Page:
        page = await self.open("/login")
        return await self.send(page, "/login", login=login, password=password)

    async def open(self, path: str) -> Page:
        async with self._session.get(urljoin(self.web, path)) as answer:
            return await _page(answer)

    async def send(self, page: Page, action: str, to: str = "", **changes: Any) -> Page:
        """Fill in a form of the page and send it; `to` sends it elsewhere, as a button with its own address does."""
        return await self.send_fields(page, action, changes, to)

    async def send_fields(self, page: Page, action: str, changes: Mapping[str, Any], to: str = "") -> Page:
        form = page.form(action)
        target = urljoin(page.url, to or form.action)
        async with self._session.post(target, data=form.filled(changes)) as answer:
            return await _page(answer)

    async def post(self, path: str, **fields: str) -> Page:
        """Send what no page offers."""
        async with self._session.post(urljoin(self.web, path), data=fields) as answer:
            return await _page(answer)

    async def download(self, page: Page, action: str) -> bytes:
        """Send a form of the page whose answer is a file."""
        form = page.form(action)
        async with self._session.post(urljoin(page.url, form.action), data=form.fields) as answer:
            assert answer.status == 200, answer.status
            return await answer.read()

    async def upload(self, page: Page, action: str, name: str, content: bytes, **changes: Any) -> Page:
        """Send a form with one file in its field `file`."""
        form = page.form(action)
        data = aiohttp.FormData()
        for key, value in form.filled(changes):
            data.add_field(key, value)
        data.add_field("file", content, filename=name, content_type="application/octet-stream")
        async with self._session.post(urljoin(page.url, form.action), data=data) as answer:
            return await _page(answer)


async def _page(answer: aiohttp.ClientResponse) -> Page:
    text = await answer.text()
    reader = _Forms(str(answer.url))
    reader.feed(text)
    return Page(answer.status, str(answer.url), text, reader.forms)


class _Forms(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.forms: list[Form] = []
        self._select = ""
        self._options: list[tuple[str, bool]] = []
        self._textarea: str | None = None
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = True
            self.forms.append(Form(given.get("action") or self.url, given.get("method", "get")))
        elif tag == "input" and self._inside and given.get("name"):
            kind = given.get("type", "text")
            if kind not in ("file", "submit") and (kind not in ("checkbox", "radio") or "checked" in given):
                self._add(given["name"], given.get("value", ""))
        elif tag == "button" and self._inside:
            self.forms[-1].buttons.append(given)
        elif tag == "select":
            self._select, self._options = given.get("name", ""), []
        elif tag == "option" and self._select:
            self._options.append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self._textarea, self._text = given.get("name", ""), ""

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select" and self._select:
            chosen = [value for value, is_selected in self._options if is_selected] or [v for v, _ in self._options[:1]]
            if chosen:
                self._add(self._select, chosen[0])
            self._select = ""
        elif tag == "textarea" and self._textarea is not None:
            # a browser drops the first line break of a text area
            self._add(self._textarea, self._text.removeprefix("\n"))
            self._textarea = None

    def _add(self, name: str, value: str) -> None:
        if self._inside and name:
            self.forms[-1].fields.append((name, value))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style", "svg")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style", "svg")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)
