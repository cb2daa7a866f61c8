"""What was written while somebody was erased is erased as well, and so are the words of staff about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from community.clients import personal, timeline
from community.clients.models import Client, Contact, Identity, TimelineEntry
from community.conversations import inbound
from community.privacy import answering, erasing, erasures, requests, retained
from kernel import clock, database, settings
from loyalty.rewards import granting
from loyalty.rewards.models import Benefit, GrantOrder
from staff import approvals
from staff.exports.models import Export
from staff.models import Approval, AuditEntry, LineComment, Staff
from tests.flows import remembering, traces

pytestmark = pytest.mark.usefixtures("db")


async def write_late(client_id: int) -> None:
    """What a handler does that found the client and waited for their row until the erasure was committed."""
    appid, corpid = settings.get().oa_appid, settings.get().wecom_corpid
    await Identity.create(client_id=client_id, kind="openid", scope=appid, value="o甲-late")
    await Contact.create(client_id=client_id, corpid=corpid, userid="zhang.wei", external_userid="wm甲-ext0")
    await inbound.keep(client_id, "oa_service", "msg-o甲-late", "我是 王甲0", clock.now())
    await timeline.record(client_id, "message.received")
    await Client.filter(id=client_id).update(name_sealed=personal.seal_name(client_id, "王甲0"))


async def test_what_was_written_while_they_were_erased_goes_with_the_next_look(tmp_path: Path) -> None:
    people = await remembering.make(2, "甲")
    await erasing.erase(people.ids)
    erased_at = (await Client.get(id=people.ids[0])).erased_at
    assert await erasures.erase_late() == 0
    await write_late(people.ids[0])
    assert "contact.external_userid" in await traces.found(people, tmp_path)
    assert await erasures.erase_late() == 1
    assert await traces.found(people, tmp_path) == {}
    assert not await TimelineEntry.filter(client_id=people.ids[0]).exists()
    assert await AuditEntry.filter(action="privacy.erased_again", subject_id=people.ids[0]).count() == 1
    assert (await Client.get(id=people.ids[0])).erased_at == erased_at
    assert await erasures.erase_late() == 0, "done once"


async def test_a_late_send_or_place_goes_too_and_old_shells_are_left_alone(tmp_path: Path) -> None:
    people = await remembering.make(2, "甲")
    await erasing.erase(people.ids)
    await database.execute("UPDATE send SET recipient = 'o甲-open0' WHERE client_id = $1", people.ids[0])
    await database.execute("UPDATE membership SET client_id = $1", people.ids[1])
    assert await erasures.erase_late() == 2
    assert await traces.found(people, tmp_path) == {}
    await database.execute("UPDATE client SET erased_at = erased_at - interval '7 hours'")
    await write_late(people.ids[0])
    assert await erasures.erase_late() == 0


async def test_the_words_about_an_erased_client_go_and_the_votes_stay(tmp_path: Path) -> None:
    people, others = await remembering.make(1, "甲"), await remembering.make(1, "乙")
    maker = await Staff.create(login="m1", name="市场一", role="marketing", reach="bank")
    one = await Staff.create(login="h1", name="负责人", role="branch_head", reach="bank")
    benefit = await Benefit.create(code="x", name="贵宾", kind="lounge", tier="gold", period="year")
    both = await granting.propose(benefit.id, [*people.ids, *others.ids], "王甲0 生日", maker)
    theirs = await granting.propose(benefit.id, others.ids, "王乙0 生日", maker)
    comment = {"anchor": "text", "line": 1, "text": "王甲0 上次"}
    await LineComment.create(approval_id=both.id, staff_id=one.id, **comment)
    await Approval.filter(id=both.id).update(note="王甲0 值得")
    reviewer = await Staff.create(login="r1", name="复核一", role="reviewer", reach="bank")
    asked = await requests.ask(people.ids[0], "see", "letter", by=reviewer)
    copy = await Export.create(
        kind="privacy_pack", params={"request": asked.id}, reason="王甲0 来信", asked_by=reviewer
    )
    summary = {"title": "导出", "lines": [["用途", "王甲0 来信"]], "branch_id": None, "maker_ids": [reviewer.id]}
    question = await approvals.ask("export", copy.id, "h", summary, reviewer)
    erasure = await answering.ask_erasure((await requests.ask(people.ids[0], "erase", "letter")).id, reviewer)
    before = await Approval.get(id=both.id)
    touched = await erasing.erase(people.ids)
    assert (touched["approval"], touched["grant_order"]) == (3, 1)
    assert await traces.found(people, tmp_path) == {}
    after = await Approval.get(id=both.id)
    assert (after.content_hash, after.state, after.note) == (before.content_hash, "waiting", "")
    assert (after.summary["lines"], after.summary["branch_id"]) == ([], None)
    order = await GrantOrder.get(id=both.subject_id)
    assert (order.reason, order.clients) == ("", others.ids)
    assert (await Approval.get(id=theirs.id)).summary["lines"][-1] == ["原因", "王乙0 生日"]
    for emptied in (question, erasure):
        await emptied.refresh_from_db()
        assert "删除" in emptied.summary["title"]
    assert {"grant_order", "approval", "line_comment", "export"} <= {kept.table for kept in retained.RETAINED}
