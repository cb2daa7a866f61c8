"""The language of this request: zh-CN is written in the templates, others come from catalogues in web/locale."""

from __future__ import annotations

import contextvars
import functools
import gettext as _catalogues
from pathlib import Path

from starlette.requests import HTTPConnection
from starlette.responses import Response

from web import cookies

DEFAULT = "zh-CN"
NAMES = {"zh-CN": "中文", "en": "English"}
COOKIE = "huiliu_lang"
YEAR_S = 31_536_000
_FOLDER = Path(__file__).parent / "locale"
KNOWN = {
    code: name
    for code, name in NAMES.items()
    if code == DEFAULT or (_FOLDER / code / "LC_MESSAGES" / "messages.mo").is_file()
}
"""Languages that can be chosen: those with a catalogue, and the one that the templates are written in."""
_current: contextvars.ContextVar[str] = contextvars.ContextVar("language", default=DEFAULT)


def current() -> str:
    """Code of the language in use."""
    return _current.get()


def use(code: str) -> None:
    """Answer this request in `code`; an unknown one means Chinese."""
    _current.set(code if code in KNOWN else DEFAULT)


def of(connection: HTTPConnection) -> str:
    """The language a person chose; Chinese when none was."""
    chosen = cookies.read(connection, COOKIE)
    return chosen if chosen in KNOWN else DEFAULT


def keep(response: Response, code: str) -> None:
    """Answer this browser in `code` from now on."""
    cookies.put(response, COOKIE, code, YEAR_S)


def gettext(text: str) -> str:
    """The text in the language in use."""
    # the text "" of a catalogue is its header
    return _catalogue(current()).gettext(text) if text else text


def ngettext(one: str, many: str, count: int) -> str:
    """The text for a count in the language in use."""
    return _catalogue(current()).ngettext(one, many, count)


@functools.lru_cache(maxsize=len(KNOWN))
def _catalogue(code: str) -> _catalogues.NullTranslations:
    return _catalogues.translation("messages", _FOLDER, [code], fallback=True)
