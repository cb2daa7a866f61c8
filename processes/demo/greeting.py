"""What the console says when the demo is ready: where to go and how to sign in."""

from __future__ import annotations

import unicodedata

from kernel.settings import Settings
from processes.demo import cast
from staff.permissions import ROLE_NAMES

SHOWN = ("lin.yue", "zhao.heng", "song.yu", "chen.xi", "sun.bo", "admin", "shen.qiu")


def text(now: Settings) -> str:
    """A framed box of lines."""
    lines = [
        f"回流 · {now.bank_name} 演示环境已就绪",
        "",
        f"控制台   {now.public_url}",
        f"沙箱     {now.sandbox_url}/play",
        "",
    ]
    for person in cast.STAFF:
        if person.login in SHOWN:
            role, word = ROLE_NAMES[person.role], cast.password(person, now.secret_key)
            lines.append(f"{_padded(role, 12)}{_padded(person.name, 8)}{_padded(person.login, 12)}{word}")
    lines += ["", "按 Ctrl-C 停止；数据保留在 " + now.data_dir]
    width = max(_width(line) for line in lines)
    body = [f"│ {_padded(line, width)} │" for line in lines]
    edge = "─" * (width + 2)
    return "\n".join([f"┌{edge}┐", *body, f"└{edge}┘"])


def _padded(text: str, width: int) -> str:
    return text + " " * max(0, width - _width(text))


def _width(text: str) -> int:
    # Chinese characters take two columns of a console
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
