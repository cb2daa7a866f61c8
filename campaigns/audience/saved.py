"""Segments under a name: each save is a new version, and what names a version goes on meaning what it meant."""

from __future__ import annotations

from campaigns.audience import conditions, including
from campaigns.audience.conditions import Tree
from campaigns.audience.models import Segment, SegmentVersion
from kernel import clock, database
from kernel.errors import NotFound, Refused
from staff import audit, permissions
from staff.models import Staff

PERMISSION = "segments.edit"
LONGEST_NAME = 80


async def lines(by: Staff, *, with_retired: bool = False) -> list[Segment]:
    """All segments, the newest change first; they hold conditions and no client, so the whole bank shares them."""
    permissions.require(by, PERMISSION)
    found = Segment.all() if with_retired else Segment.filter(retired_at__isnull=True)
    return await found.prefetch_related("by").order_by("-saved_at", "-id")


async def get(segment_id: int, by: Staff) -> Segment:
    """One segment. NotFound: there is none."""
    permissions.require(by, PERMISSION)
    found = await Segment.get_or_none(id=segment_id).prefetch_related("by")
    if found is None:
        raise NotFound()
    return found


async def versions(segment_id: int, by: Staff) -> list[SegmentVersion]:
    """What a segment meant over time, the newest first."""
    permissions.require(by, PERMISSION)
    return await SegmentVersion.filter(segment_id=segment_id).prefetch_related("by").order_by("-version")


async def choices() -> list[tuple[str, str]]:
    """The segments in use in their newest version, as pairs of reference and label."""
    found = await Segment.filter(retired_at__isnull=True).order_by("name")
    return [(f"{one.id}.{one.version}", f"{one.name}（第 {one.version} 版）") for one in found]


async def labels() -> dict[str, str]:
    """Every version of every segment by its reference, for rows that name an older one."""
    rows = await SegmentVersion.all().order_by("segment_id", "version").values("segment_id", "version", "segment__name")
    return {
        f"{row['segment_id']}.{row['version']}": f"{row['segment__name']}（第 {row['version']} 版）" for row in rows
    }


async def outdated(tree: Tree) -> list[str]:
    """What a tree names in an older version than the newest: "高净值：第 1 版，最新第 3 版"."""
    named = [tuple(int(part) for part in one.split(".")) for one in conditions.references(tree)]
    found = {one.id: one for one in await Segment.filter(id__in=[segment for segment, _ in named])} if named else {}
    return [
        f"{found[segment].name}：第 {version} 版，最新第 {found[segment].version} 版"
        for segment, version in named
        if segment in found and found[segment].version > version
    ]


async def save(name: str, tree: Tree, by: Staff, segment_id: int | None = None, seen: int | None = None) -> Segment:
    """Keep conditions under a name, or as the next version of a kept one; a new name alone makes no version.

    seen: the version that was on the screen. Refused: not well formed, no name, name taken, changed by another.
    """
    permissions.require(by, PERMISSION)
    await including.check(tree)
    title = name.strip()
    if not title or len(title) > LONGEST_NAME:
        raise Refused("请给分群起一个名字，最多 80 个字", code="segment.name_missing")
    async with database.transaction():
        if await Segment.filter(name=title).exclude(id=segment_id or 0).exists():
            raise Refused("已有同名的分群", code="segment.name_taken")
        segment = await _locked(segment_id) if segment_id else Segment(version=0)
        if seen is not None and segment.version != seen:
            raise Refused("这个分群刚被别人修改过，请刷新后再改", code="segment.changed")
        is_new = not segment.version or segment.conditions != tree
        segment.name, segment.conditions, segment.by_id, segment.saved_at = title, tree, by.id, clock.now()
        segment.version += is_new
        await segment.save()
        if is_new:
            await SegmentVersion.create(segment=segment, version=segment.version, conditions=tree, by=by)
        await audit.record(by, "segment.saved", "segment", segment.id, version=segment.version)
    return segment


async def retire(segment_id: int, by: Staff, *, back: bool = False) -> Segment:
    """Offer a segment no longer (or again); what uses it already goes on."""
    permissions.require(by, PERMISSION)
    async with database.transaction():
        segment = await _locked(segment_id)
        segment.retired_at = None if back else clock.now()
        await segment.save(update_fields=["retired_at"])
        await audit.record(by, "segment.brought_back" if back else "segment.retired", "segment", segment.id)
    return segment


async def _locked(segment_id: int) -> Segment:
    segment = await Segment.select_for_update().get_or_none(id=segment_id)
    if segment is None:
        raise NotFound()
    return segment
