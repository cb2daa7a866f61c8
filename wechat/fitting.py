"""Sizes that the platform takes, looked at before the call: in bytes where it counts bytes, else characters.

What a person can mend (a text too long, a file too large) is a Never with a sentence for them; a list that our own
code should have cut is a ValueError.
"""

from __future__ import annotations

from collections.abc import Sized

from wechat.events import Side
from wechat.faults import Never

MB = 1 << 20


class Fit:
    """The measures of one call."""

    def __init__(self, side: Side, api: str) -> None:
        self._side: Side = side
        self._api = api

    def text(self, what: str, text: str, *, most_bytes: int = 0, most: int = 0, least: int = 0) -> None:
        """A text of at most so many bytes in UTF-8, or characters. what: its name in Chinese."""
        if most_bytes and (size := len(text.encode())) > most_bytes:
            about = f"最多 {most_bytes} 字节（约 {most_bytes // 3} 个汉字）"
            raise self._never("text_too_long", f"{what}过长：{about}，现为 {size} 字节")
        if most and len(text) > most:
            raise self._never("text_too_long", f"{what}过长：最多 {most} 个字，现为 {len(text)} 个字")
        if len(text) < least:
            raise self._never("text_missing", f"请填写{what}")

    def file(self, data: bytes, most_bytes: int) -> None:
        """A file that is not empty and not too large."""
        if not data:
            raise self._never("file_empty", "文件是空的")
        if len(data) > most_bytes:
            shown = f"{most_bytes // MB} MB" if most_bytes >= MB else f"{most_bytes // 1024} KB"
            raise self._never("file_too_large", f"文件过大：最多 {shown}")

    def some(self, what: str, items: Sized, most: int, least: int = 1) -> None:
        """A list within the platform's bounds; ValueError, because lists are cut by our own code."""
        if not least <= len(items) <= most:
            raise ValueError(f"{self._api}: {least} to {most} {what} a call, not {len(items)}")

    def _never(self, reason: str, message: str) -> Never:
        return Never(side=self._side, api=self._api, reason=reason, message=message)
