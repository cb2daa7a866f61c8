"""The corp's tags: 3 000, names of up to 30 characters; an app changes only those that it made itself.

strategy: the number of a rule group, for tags that only its members use; 0 is the corp's own library.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wechat.shapes import CorpTag
from wechat.wecom import answers
from wechat.wecom.shapes import TagGroup
from wechat.wecom.speaking import Row, Speaking, given

NAME = 30


class Tags(Speaking):
    """The library, and tags on relations."""

    async def corp_tags(self) -> list[CorpTag]:
        """The whole tag library."""
        return answers.tags(await self._post("externalcontact/get_corp_tag_list"))

    async def strategy_tags(self, strategy: int) -> list[TagGroup]:
        """The tag groups of one rule group."""
        answer = await self._post("externalcontact/get_strategy_tag_list", strategy_id=strategy)
        return [_group(row, strategy) for row in answer.get("tag_group", ())]

    async def add_corp_tags(
        self, names: Sequence[str], *, group: str = "", group_id: str = "", strategy: int = 0
    ) -> TagGroup:
        """New tags in a group of this name (made when it is new) or number; Done (40071) when a name is there."""
        path = "externalcontact/add_strategy_tag" if strategy else "externalcontact/add_corp_tag"
        fit = self._fit(path)
        fit.some("names", names, 3000)
        fit.text("标签组名", group, most=NAME, least=0 if group_id else 1)
        for name in names:
            fit.text("标签名", name, most=NAME, least=1)
        body: dict[str, Any] = {"tag": [{"name": name} for name in names]}
        body |= {"group_id": group_id} if group_id else {"group_name": group}
        answer = await self._post(path, **body, **self._app(strategy))
        return _group(answer["tag_group"], strategy)

    async def rename_corp_tag(self, tag_id: str, name: str, *, order: int | None = None, strategy: int = 0) -> None:
        """Another name for a tag or tag group; a greater order stands earlier."""
        path = "externalcontact/edit_strategy_tag" if strategy else "externalcontact/edit_corp_tag"
        self._fit(path).text("标签名", name, most=NAME, least=1)
        app = {} if strategy else self._app(0)
        await self._post(path, id=tag_id, name=name, **given(order=order), **app)

    async def delete_corp_tags(
        self, tag_ids: Sequence[str] = (), group_ids: Sequence[str] = (), *, strategy: int = 0
    ) -> None:
        """Delete tags and whole groups; a group goes with its last tag."""
        path = "externalcontact/del_strategy_tag" if strategy else "externalcontact/del_corp_tag"
        app = {} if strategy else self._app(0)
        await self._post(path, tag_id=list(tag_ids), group_id=list(group_ids), **app)

    async def mark_tags(
        self, userid: str, external_userid: str, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> None:
        """Change the corp tags on one relation; no callback follows."""
        if add or remove:
            body = {"userid": userid, "external_userid": external_userid}
            lists = {name: list(ids) for name, ids in (("add_tag", add), ("remove_tag", remove)) if ids}
            await self._post("externalcontact/mark_tag", **body, **lists)

    def _app(self, strategy: int) -> dict[str, int]:
        return {"strategy_id": strategy} if strategy else {"agentid": self._agentid} if self._agentid else {}


def _group(row: Row, strategy: int) -> TagGroup:
    tags = tuple((str(tag["id"]), str(tag.get("name", ""))) for tag in row.get("tag", ()))
    return TagGroup(str(row["group_id"]), str(row.get("group_name", "")), tags, int(row.get("strategy_id", strategy)))
