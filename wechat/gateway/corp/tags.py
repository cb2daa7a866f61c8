"""The corp's tags: 3 000, names of up to 30 characters; an app changes only those that it made itself.

strategy: the number of a rule group, for tags that only its members use; 0 is the corp's own library.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wechat.shapes import CorpTag
from wechat.wecom.shapes import TagGroup


class Tags(Protocol):
    """The library, and tags on relations."""

    async def corp_tags(self) -> list[CorpTag]:
        """The whole tag library."""

    async def strategy_tags(self, strategy: int) -> list[TagGroup]:
        """The tag groups of one rule group."""

    async def add_corp_tags(
        self, names: Sequence[str], *, group: str = "", group_id: str = "", strategy: int = 0
    ) -> TagGroup:
        """New tags in a group of this name (made when it is new) or number; Done (40071) when a name is there."""

    async def rename_corp_tag(self, tag_id: str, name: str, *, order: int | None = None, strategy: int = 0) -> None:
        """Another name for a tag or tag group; a greater order stands earlier."""

    async def delete_corp_tags(
        self, tag_ids: Sequence[str] = (), group_ids: Sequence[str] = (), *, strategy: int = 0
    ) -> None:
        """Delete tags and whole groups; a group goes with its last tag."""

    async def mark_tags(
        self, userid: str, external_userid: str, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> None:
        """Change the corp tags on one relation; no callback follows."""
