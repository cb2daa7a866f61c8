"""Maker and checker of a journey: a version is put to other people as it stands, and with their yes it is live."""

from __future__ import annotations

from campaigns.content import findings
from campaigns.journeys import checking, definition, describing, drafting, listing, sizing, versions
from campaigns.journeys.models import Journey, JourneyVersion
from community.suitability.models import Product
from kernel import database, signing
from kernel.errors import Refused
from staff import approval_kinds, approvals, audit, permissions
from staff.approval_kinds import Kind
from staff.models import Approval, Staff

SUBJECT = drafting.SUBJECT


async def submit(journey_id: int, by: Staff, seen_version: int | None = None) -> Approval:
    """Ask for approval of the draft as it stands. Refused: blocking findings, changed since seen, nothing new."""
    permissions.require(by, "campaigns.edit")
    async with database.transaction():
        journey = await listing.lock(journey_id, by)
        if seen_version is not None and journey.version != seen_version:
            raise Refused("另一位同事刚修改过这条旅程，请刷新后再提交", code="journey.version", status=409)
        if journey.state == "ended" or journey.review == "submitted":
            raise Refused("这条旅程已提交或已结束", code="journey.illegal_move", status=409)
        if stopping := findings.blocking(await checking.check(journey)):
            message = "；".join(finding.message for finding in stopping)
            raise Refused(f"还不能提交：{message}", code="journey.preflight")
        contents = await versions.contents(journey)
        digest = signing.content_hash(contents)
        live = await versions.live(journey.id)
        if live is not None and live.content_hash == digest:
            raise Refused("内容与正在运行的版本相同，没有需要审批的改动", code="journey.unchanged", status=409)
        version = await JourneyVersion.create(journey_id=journey.id, contents=contents, content_hash=digest)
        people = await sizing.people(journey)
        needs = await sizing.needs(journey.draft, people)
        shown = await _summary(journey, live, by, people, needs)
        asked = await approvals.ask(
            SUBJECT, version.id, digest, shown, by, size=people or 0, needs=needs, touches=await _refs(journey)
        )
        journey.review = "submitted"
        await journey.save(update_fields=["review"])
        await audit.record(by, "journey.submitted", SUBJECT, journey.id, hash=digest)
    return asked


async def question(journey: Journey) -> Approval | None:
    """The question about the draft that waits for an answer."""
    ids = await JourneyVersion.filter(journey_id=journey.id, approved_at=None).values_list("id", flat=True)
    return await Approval.filter(subject=SUBJECT, subject_id__in=list(ids), state="waiting").order_by("-id").first()


async def _summary(
    journey: Journey, live: JourneyVersion | None, by: Staff, people: int | None, needs: int
) -> dict[str, object]:
    lines = [["旅程编号", str(journey.id)]]
    if live is not None:
        lines.append(["与运行中的比", f"第 {live.number} 版之后的改动；批准后只对新进入的客户生效"])
    if people is not None:
        lines.append(["现在满足条件", f"{people:,} 人"])
    elif needs > 1:
        lines.append(["现在满足条件", "逐个进入，人数事先不定，须两位同事批准"])
    return {
        "title": f"旅程：{journey.name}",
        "lines": lines + await _compared(journey, live),
        "branch_id": journey.branch_id,
        "journey_id": journey.id,
        "maker_ids": sorted({journey.author_id, journey.last_editor_id, by.id}),
    }


async def _compared(journey: Journey, live: JourneyVersion | None) -> list[list[str]]:
    """The lines of the draft; those that differ from what runs say what stood there."""
    lines = await describing.lines(journey.draft)
    if live is None:
        return lines
    before = dict(await describing.lines(live.contents["definition"]))
    told = [
        [label, said if before.get(label) == said else f"{said}（原：{before.get(label, '没有这一项')}）"]
        for label, said in lines
    ]
    known = {label for label, _ in lines}
    return told + [[label, f"删去（原：{said}）"] for label, said in before.items() if label not in known]


async def _refs(journey: Journey) -> list[str]:
    codes = list(journey.draft["products"])
    issuers = await Product.filter(code__in=codes).values_list("issuer", flat=True) if codes else []
    refs = [*(f"product:{code}" for code in codes), *(f"company:{issuer}" for issuer in issuers if issuer)]
    for placed in definition.steps_of(journey.draft):
        if placed.step["kind"] == "benefit":
            refs.append(f"benefit:{placed.step['params']['benefit']}")
    return sorted(set(refs))


async def _hash(version_id: int) -> str | None:
    version = await JourneyVersion.get_or_none(id=version_id).select_related("journey")
    return await versions.of(version.journey) if version is not None else None


async def _touches(version_id: int) -> list[str]:
    version = await JourneyVersion.get_or_none(id=version_id).select_related("journey")
    return await _refs(version.journey) if version is not None else []


async def _lock(version_id: int) -> None:
    version = await JourneyVersion.get_or_none(id=version_id)
    if version is not None:
        await listing.lock(version.journey_id, None)


async def _apply(asked: Approval, by: Staff) -> None:
    """What the last yes does, with the journey's row locked and its content just compared."""
    version = await JourneyVersion.get(id=asked.subject_id)
    journey = await Journey.get(id=version.journey_id)
    if checking.is_past(journey.draft["trigger"]):
        raise Refused("进入的日期已经过去，请退回给制作人改期", code="journey.day_passed")
    # what was fine when it was submitted may be gone since: a retired benefit, a condition that nobody knows any more
    if stopping := findings.blocking(await checking.check(journey)):
        message = "；".join(finding.message for finding in stopping)
        raise Refused(f"还不能批准：{message}", code="journey.preflight")
    if journey.state == "ended":
        raise Refused("旅程已结束", code="journey.illegal_move", status=409)
    await versions.publish(journey, version)
    await audit.record(by, "journey.approved", SUBJECT, journey.id, hash=asked.content_hash, version=version.number)


async def _reopen(asked: Approval, _by: Staff | None = None) -> None:
    """A draft again: nobody said yes, so that its maker can change it and ask anew. What runs goes on."""
    version = await JourneyVersion.get(id=asked.subject_id)
    journey = await Journey.get(id=version.journey_id)
    if journey.review == "submitted":
        journey.review = ""
        await journey.save(update_fields=["review"])


KIND = approval_kinds.register(
    Kind(
        SUBJECT,
        "旅程",
        see="campaigns.see",
        content_hash=_hash,
        apply=_apply,
        give_back=_reopen,
        lapse=_reopen,
        lock=_lock,
        touches=_touches,
    )
)
