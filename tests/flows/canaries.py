"""Made-up people whose every word is unmistakable: wherever one turns up, it came from them."""

from __future__ import annotations

import base64
import binascii
import contextlib
import gzip
import io
import random
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫"
RARE = [chr(code) for code in range(0x8C00, 0x9F00)]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
DIGITS = r"(?<!\d)(?:86)?(\d{11}|\d{16}|\d{17}[\dXx])(?![\dXx])"
WORDS = r"(KH[A-Z0-9]{10}|zq[0-9a-f]{12})"
# looked for ahead: one name may begin inside another
NAMES = f"(?=([{SURNAMES}][{RARE[0]}-{RARE[-1]}]{{2}}))"
IN_TEXT = tuple(re.compile(pattern, re.ASCII) for pattern in (DIGITS, WORDS, NAMES))
# the same in bytes: every one of these characters has three of them in UTF-8
RARE_BYTES = rb"[\xe8\xe9][\x80-\xbf][\x80-\xbf]"
NAMES_BYTES = b"(?=((?:%s)(?:%s){2}))" % (b"|".join(one.encode() for one in SURNAMES), RARE_BYTES)
IN_BYTES = tuple(re.compile(pattern) for pattern in (DIGITS.encode(), WORDS.encode(), NAMES_BYTES))
SMALL = 1 << 20
# whoever quotes a quoted text doubles the backslash
ESCAPED = re.compile(r"\\+u([0-9a-fA-F]{4})")
BYTES = re.compile(r"(?:\\+x[0-9a-fA-F]{2})+")
HEX = re.compile(r"\\x((?:[0-9a-fA-F]{2}){5,})")
PAIR = re.compile(r"\\+x")
LINK = re.compile(r'href="(/[^"#]*)"')
# apart, because a slash is a letter of the one and between the parts of an address
BASE64 = (re.compile(r"[A-Za-z0-9+/]{12,}={0,2}"), re.compile(r"[A-Za-z0-9_-]{12,}={0,2}"))


@dataclass(frozen=True)
class Canary:
    """One person who does not exist."""

    name: str
    phone: str
    id_number: str
    account: str
    bank_number: str
    token: str

    def needles(self) -> tuple[str, ...]:
        """Everything that must not turn up."""
        return (self.name, self.phone, self.id_number, self.account, self.bank_number, self.token)


class Flock:
    """Many of them, the same for the same seed."""

    def __init__(self, count: int, seed: int = 16) -> None:
        dice = random.Random(seed)
        names: dict[str, None] = {}
        while len(names) < count:
            names[dice.choice(SURNAMES) + dice.choice(RARE) + dice.choice(RARE)] = None
        numbers: dict[str, None] = {}
        while len(numbers) < count:
            numbers[_id_number(dice)] = None
        self.all = [
            Canary(
                name,
                f"1{dice.choice('3589')}{place:05}{dice.randrange(10000):04}",
                number,
                f"6222{dice.randrange(10**7):07}{place:05}",
                "KH" + "".join(dice.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(10)),
                f"zq{dice.randrange(16**12):012x}",
            )
            for place, (name, number) in enumerate(zip(names, numbers, strict=True))
        ]
        self._needles = {needle: one for one in self.all for needle in one.needles()}
        assert len(self._needles) == 6 * count

    def seen_in(self, text: str) -> set[str]:
        """Which of their words stand in the text, also escaped for JSON or an address, or in base64."""
        found: set[str] = set()
        for form in _forms(text):
            found |= set(self._plain(form))
        return found

    def seen_in_bytes(self, data: bytes) -> set[str]:
        """The same for a file, whatever it holds besides text; what is packed in it is looked at too."""
        found = {word for word in _words(IN_BYTES, data) if word in self._needles}
        if len(data) < SMALL:
            found |= self.seen_in(data.decode("utf-8", "replace")) | set(self._plain(data.decode("gb18030", "replace")))
        if data.startswith(b"PK\x03\x04") and zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                found = found.union(*(self.seen_in_bytes(packed.read(name)) for name in packed.namelist()))
        if data.startswith(b"\x1f\x8b"):
            with contextlib.suppress(OSError, EOFError, zlib.error):
                found |= self.seen_in_bytes(gzip.decompress(data))
        return found

    def _plain(self, text: str) -> Iterator[str]:
        return (word for word in _words(IN_TEXT, text) if word in self._needles)


def _words(patterns: Iterable[re.Pattern[Any]], data: Any) -> Iterator[str]:
    for pattern in patterns:
        for match in pattern.finditer(data):
            word = match[1].decode("utf-8", "replace") if isinstance(data, bytes) else match[1]
            yield word.upper() if word[0].isdigit() else word


def links(page: str) -> list[str]:
    """The addresses of our own that a page links to."""
    return [path for path in LINK.findall(page) if not path.startswith(("/static", "/logout"))]


def _forms(text: str) -> Iterable[str]:
    yield text
    if "\\u" in text:
        yield _unescaped(text)
    outer = text
    # an address within an address is quoted once more
    while "%" in outer and (inner := unquote(outer)) != outer:
        outer = inner
        yield inner
    if "\\x" in text:
        yield BYTES.sub(lambda match: bytes.fromhex(PAIR.sub("", match[0])).decode("utf-8", "replace"), text)
        for match in HEX.finditer(text):
            yield from _both(bytes.fromhex(match[1]).decode("utf-8", "replace"))
    for match in (found for alphabet in BASE64 for found in alphabet.finditer(text)):
        packed = match[0].rstrip("=").replace("-", "+").replace("_", "/")
        with contextlib.suppress(binascii.Error, ValueError, zlib.error):
            data = base64.b64decode(packed + "=" * (-len(packed) % 4))
            # signed texts are packed when that makes them shorter
            yield from _both((zlib.decompress(data) if data.startswith(b"x") else data).decode("utf-8"))


def _both(text: str) -> Iterable[str]:
    yield text
    if "\\u" in text:
        yield _unescaped(text)


def _unescaped(text: str) -> str:
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _id_number(dice: random.Random) -> str:
    born = f"{dice.randrange(1950, 2005)}{dice.randrange(1, 13):02}{dice.randrange(1, 29):02}"
    first = f"330106{born}{dice.randrange(1000):03}"
    total = sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True))
    return first + "10X98765432"[total % 11]
