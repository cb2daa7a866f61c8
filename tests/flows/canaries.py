"""Made-up people whose every word is unmistakable: wherever one turns up, it came from them."""

from __future__ import annotations

import base64
import binascii
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫"
RARE = [chr(code) for code in range(0x8C00, 0x9F00)]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
DIGITS = re.compile(r"(?<!\d)(?:86)?(\d{11}|\d{16}|\d{17}[\dXx])(?![\dXx])")
WORDS = re.compile(r"KH[A-Z0-9]{10}|zq[0-9a-f]{12}")
CHINESE = re.compile(r"[\u4e00-\u9fff]{3,}")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
BYTES = re.compile(r"(?:\\x[0-9a-fA-F]{2})+")
LINK = re.compile(r'href="(/[^"#]*)"')
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")


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
        """The same for a file, whatever it holds besides text."""
        return set(self._plain(data.decode("utf-8", "replace"))) | set(self._plain(data.decode("latin-1")))

    def _plain(self, text: str) -> Iterator[str]:
        for match in DIGITS.finditer(text):
            if match[1].upper() in self._needles:
                yield match[1].upper()
        for match in WORDS.finditer(text):
            if match[0] in self._needles:
                yield match[0]
        for match in CHINESE.finditer(text):
            run = match[0]
            yield from (run[at : at + 3] for at in range(len(run) - 2) if run[at : at + 3] in self._needles)


def links(page: str) -> list[str]:
    """The addresses of our own that a page links to."""
    return [path for path in LINK.findall(page) if not path.startswith(("/static", "/logout"))]


def _forms(text: str) -> Iterable[str]:
    yield text
    if "\\u" in text:
        yield ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    if "%" in text:
        yield unquote(text)
    if "\\x" in text:
        yield BYTES.sub(lambda match: bytes.fromhex(match[0].replace("\\x", "")).decode("utf-8", "replace"), text)
    for match in BASE64.finditer(text):
        packed = match[0].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            inner = base64.b64decode(packed + "=" * (-len(packed) % 4)).decode("utf-8")
        except (binascii.Error, ValueError):
            continue
        yield inner
        yield ESCAPED.sub(lambda found: chr(int(found[1], 16)), inner)


def _id_number(dice: random.Random) -> str:
    born = f"{dice.randrange(1950, 2005)}{dice.randrange(1, 13):02}{dice.randrange(1, 29):02}"
    first = f"330106{born}{dice.randrange(1000):03}"
    total = sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True))
    return first + "10X98765432"[total % 11]
