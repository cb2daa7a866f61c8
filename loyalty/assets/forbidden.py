"""What this product never takes in: passwords, security codes, track data, pictures of documents, biometrics.

(Class C3 of JR/T 0171-2020.) A file with such a column is refused whole; the reason names the column, never a value.
Certain signs count wherever they stand; for codes of a few digits the first rows of a column are looked at together,
and only where the file holds card numbers and our mapping does not need the column.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from kernel.errors import Refused

SAMPLE_ROWS = 2000
ENOUGH = 30
"""A column says something by its values from so many of them on."""

_HEADERS = {
    "密码": (
        "password", "passwd", "passphrase", r"(?<![a-z])(?:pwd|pin|pass|mima)(?![a-z])", "密码", "口令", "密碼",
    ),
    "安全码": (
        "cvv", "cvc2?(?![a-z])", "cvn", r"(?<![a-z])cid(?![a-z])", r"(?<![a-z])otp(?![a-z])", "security.?code",
        "安全码", "校验码", "验证码", "动态码", "后三码", "背面三位",
    ),
    "卡有效期": ("卡.{0,4}有效期", "card.{0,6}(?:expir|valid)", "(?<![a-z])exp.?(?:mm|yy)"),
    "磁道信息": (
        "track.?(?:data|[123])", "(?<![a-z])mag.?stripe", "magnetic", "emv.?data",
        "磁道", "磁条", "二磁", "三磁", "芯片数据",
    ),
    "证件照片": (
        "照片", "影像", "人像", "头像", "正面照", "反面照", "身份证(?:正|反)面", "证件(?:正|反)面", "扫描件", "复印件",
        "photo", "portrait", "id.?card.?(?:image|scan|pic)", "(?<![a-z])(?:image|scan|selfie)(?![a-z])",
    ),
    "生物特征": (
        "指纹", "人脸", "声纹", "虹膜", "掌纹", "指静脉", "生物特征", "生物识别", "biometric", "finger.?print",
        r"(?<![a-z])face(?:id|_|\b)", "iris(?![a-z])", "voice.?print",
    ),
}  # fmt: skip
HEADERS = {what: re.compile("|".join(words), re.IGNORECASE) for what, words in _HEADERS.items()}

_VALUES = {
    "磁道信息": (r"%?B\d{12,19}\^[^^]{2,26}\^\d{4}", r"\d{12,19}=\d\d(?:0[1-9]|1[0-2])[0-7]\d\d"),
    "证件照片": (
        "data:image/", "/9j/4[A-Za-z0-9+/]{60}", "iVBORw0KGgo[A-Za-z0-9+/]{40}", "R0lGOD[A-Za-z0-9+/]{60}",
    ),
    "密码": (r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}", r"\$argon2(?:id|i|d)\$", r"\{SSHA\}", "pbkdf2[_:$]sha"),
}  # fmt: skip
VALUES = {what: re.compile("|".join(words)) for what, words in _VALUES.items()}
MARKS = ("^", "=", "data:image/", "/9j/4", "iVBORw0KGgo", "R0lGOD", "$2", "$argon2", "{SSHA}", "pbkdf2")
"""Every such value holds one of them: a row without is passed by at the cost of looking for ten short texts."""

PICTURE = re.compile(r"\.(?:jpe?g|png|bmp|gif|tiff?|heic|webp)$", re.IGNORECASE)
CARD = re.compile(r"[3-6]\d{12,18}")
THREE_DIGITS = re.compile(r"\d{3}")
EXPIRY = re.compile(r"(?:0[1-9]|1[0-2])/?(?:2\d|3\d)")
ENCODED = re.compile(r"[A-Za-z0-9+/=]{400,}")
INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff_\-./()（）]+")
SEPARATOR = "\x1f"


def refuse_headers(headers: Sequence[str]) -> None:
    """Refused when a column's name says that it holds what we never take."""
    for header in headers:
        plain = unicodedata.normalize("NFKC", header)
        for what, pattern in HEADERS.items():
            # also with the gaps closed: "C V V", "密 码"
            if pattern.search(plain) or pattern.search(INVISIBLE.sub("", plain)):
                raise _refusal(header, what)


@dataclass
class Watch:
    """Looks at the rows that go by; `needed`: the columns our mapping reads, which are judged row by row anyway."""

    headers: Sequence[str]
    needed: frozenset[str]
    _seen: int = 0
    _samples: dict[str, list[str]] = field(default_factory=dict)

    def look(self, cells: Sequence[str]) -> None:
        """Look at one row. Refused when it holds what we never take, or when the first rows of a column do together."""
        line = SEPARATOR.join(cells)
        if any(mark in line for mark in MARKS):
            self._refuse_value(cells)
        if self._seen < SAMPLE_ROWS:
            self._keep(cells)
            if self._seen == SAMPLE_ROWS:
                self._judge()

    def end(self) -> None:
        """There are no more rows: a short file is judged now."""
        if self._seen < SAMPLE_ROWS:
            self._judge()

    def _refuse_value(self, cells: Sequence[str]) -> None:
        for place, cell in enumerate(cells):
            for what, pattern in VALUES.items():
                if pattern.search(cell):
                    raise _refusal(self._name(place), what)

    def _keep(self, cells: Sequence[str]) -> None:
        self._seen += 1
        for place, cell in enumerate(cells):
            if cell:
                self._samples.setdefault(self._name(place), []).append(cell)

    def _judge(self) -> None:
        has_cards = any(_share(CARD, values) > 0.8 and _luhn(values) for values in self._samples.values())
        for header, values in self._samples.items():
            if _share(PICTURE, values, whole=False) > 0.5:
                raise _refusal(header, "证件照片")
            if header in self.needed:
                continue
            if _share(ENCODED, values) > 0.5:
                raise _refusal(header, "图片或生物特征")
            if len(values) < ENOUGH:
                continue
            many = len(set(values)) >= len(values[:500]) * 0.3
            if has_cards and _share(EXPIRY, values) > 0.9:
                raise _refusal(header, "卡有效期")
            if has_cards and many and _share(THREE_DIGITS, values) > 0.9:
                raise _refusal(header, "安全码")
        self._samples.clear()

    def _name(self, place: int) -> str:
        return self.headers[place] if place < len(self.headers) and self.headers[place] else f"第 {place + 1} 列"


def _share(pattern: re.Pattern[str], values: Sequence[str], *, whole: bool = True) -> float:
    match = pattern.fullmatch if whole else pattern.search
    return sum(1 for value in values if match(value)) / len(values)


def _luhn(values: Sequence[str]) -> bool:
    """Whether most of the numbers carry a card's check digit; one in ten of other numbers does by chance."""
    numbers = [value for value in values if CARD.fullmatch(value)][:200]
    right = sum(1 for number in numbers if _checks(number))
    return bool(numbers) and right / len(numbers) > 0.5


def _checks(number: str) -> bool:
    digits = [int(letter) for letter in reversed(number)]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _refusal(header: str, what: str) -> Refused:
    return Refused(
        f"列“{header[:40]}”像是{what}。本系统不接收密码、安全码、磁道信息、证件照片和生物特征，请删除该列后重新导出",
        code="import.secret_column",
    )
