"""What we ourselves write on contacts in WeCom: it tells nobody of that, so that it is written here in the same act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from community.clients import contact_tags, library, remarks
from kernel import clock, database
from kernel.errors import NotFound, Refused
from staff import audit
from staff.models import Staff
from wechat import doors
from wechat.faults import Done

REMARK_CHARS = 20


@dataclass(frozen=True)
class _Pair:
    corpid: str
    userid: str
    external_userid: str


async def tag(contact_id: int, *, add: Sequence[str] = (), remove: Sequence[str] = (), by: Staff) -> None:
    """Put corp tags (by WeCom's id) on one contact and take others off; the caller has checked the person's scope.

    When this dies between WeCom's answer and our commit, the next full pass finds the difference.
    """
    pair = await _pair(contact_id)
    await doors.wecom(pair.corpid).mark_tags(pair.userid, pair.external_userid, add, remove)
    async with database.transaction():
        await contact_tags.change(contact_id, pair.corpid, add, remove)
        await audit.record(by, "contact.tagged", "contact", contact_id, added=len(add), removed=len(remove))


async def remark(contact_id: int, text: str, *, by: Staff) -> None:
    """Overwrite what the member calls the client, up to 20 characters; the caller has checked the person's scope."""
    text = text.strip()
    if len(text) > REMARK_CHARS:
        raise Refused("备注最多 20 个字", code="contact.remark")
    pair = await _pair(contact_id)
    await doors.wecom(pair.corpid).remark(pair.userid, pair.external_userid, remark=text)
    async with database.transaction():
        await remarks.keep({contact_id: text})
        await audit.record(by, "contact.remarked", "contact", contact_id)


async def add_tags(corpid: str, names: Sequence[str], group: str, *, by: Staff) -> None:
    """New tags in the corp's library; a name that is there already is taken as it is."""
    try:
        await doors.wecom(corpid).add_corp_tags(names, group=group)
    except Done:
        pass
    async with database.transaction():
        await audit.record(by, "corp_tag.added", "corp_tag", None, tags=len(names))
    # the answer names only this group's new tags: the whole library is one call
    await library.read_tags(corpid)


async def rename_tag(corpid: str, wecom_id: str, name: str, *, by: Staff) -> None:
    """Another name for a tag of the corp's library."""
    await doors.wecom(corpid).rename_corp_tag(wecom_id, name)
    async with database.transaction():
        await audit.record(by, "corp_tag.renamed", "corp_tag", None)
    await library.read_tags(corpid)


async def delete_tags(corpid: str, wecom_ids: Sequence[str], *, by: Staff) -> None:
    """Delete tags of the corp's library: they go from every contact."""
    await doors.wecom(corpid).delete_corp_tags(wecom_ids)
    async with database.transaction():
        gone = await library.delete(corpid, wecom_ids, clock.now(), "told")
        await audit.record(by, "corp_tag.deleted", "corp_tag", None, tags=len(gone))


async def _pair(contact_id: int) -> _Pair:
    sql = "SELECT corpid, userid, external_userid FROM contact WHERE id = $1 AND ended_at IS NULL"
    row = await database.fetch_one(sql, contact_id)
    if row is None:
        raise NotFound
    return _Pair(**row)
