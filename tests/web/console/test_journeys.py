"""Journeys on their pages: begun from a template, built by small buttons, approved by another, and stopped."""

from __future__ import annotations

from campaigns.journeys import definition
from campaigns.journeys.models import Journey, StaffTask
from kernel import clock
from staff.models import Approval, Staff
from tests.web.console import bank


async def test_a_journey_is_begun_built_and_approved_by_another(signed_in, people):
    marketing = await signed_in("marketing")
    assert "还没有旅程" in (await marketing.get("/journeys")).text
    begun = await marketing.post("/journeys/new", {"name": "新客欢迎", "preset": "welcome"})
    assert begun.status == 303
    journey = await Journey.get(name="新客欢迎")
    path = f"/journeys/{journey.id}"
    page = await marketing.get(f"{path}/edit")
    assert "检查全部通过" in page.text
    typed = {"version": "1", "name": "新客欢迎", "trigger.kind": "event", "trigger.event": "fan.followed"}
    added = await marketing.post(f"{path}/edit", typed | {"s1.text": "您好，欢迎。", "act": "add.tag.after.s1"})
    assert added.status == 303
    journey = await Journey.get(id=journey.id)
    assert (journey.draft["trigger"]["event"], journey.draft["steps"][1]["kind"]) == ("fan.followed", "tag")
    assert "没有填写标签" in (await marketing.get(f"{path}/edit")).text
    stale = await marketing.post(f"{path}/edit", typed)
    assert stale.status == 409
    assert "另一位同事刚修改过" in stale.text
    again = typed | {"version": "2", "s6.act": "add", "s6.tag": "公众号新客"}
    submitted = await marketing.post(f"{path}/submission", again)
    assert submitted.status == 303, submitted.text
    asked = await Approval.get(subject="journey", state="waiting")
    reviewer = await signed_in("reviewer")
    shown = await reviewer.get(f"/approvals/{asked.id}")
    assert "打上标签“公众号新客”" in shown.text
    word = {"word": "approve", "seen_hash": asked.content_hash}
    assert (await reviewer.post(f"/approvals/{asked.id}/decision", word)).status == 303
    # it sends, and nobody knows to how many: one yes is not enough
    assert (await Journey.get(id=journey.id)).state == "draft"
    people["second"] = await Staff.create(login="second", name="第二位", role="reviewer", reach="bank")
    second = await signed_in("second")
    assert (await second.post(f"/approvals/{asked.id}/decision", word)).status == 303
    assert (await Journey.get(id=journey.id)).state == "running"
    shown = (await marketing.get(path)).text
    for part in ("第 1 版", "停在这里", "运行中", "没有对照组，不能说明效果"):
        assert part in shown
    assert (await marketing.get(f"{path}?version=9")).status == 404


async def test_forbidden_words_are_shown_at_their_step_and_mended_by_one_press(signed_in, people):
    marketing = await signed_in("marketing")
    await marketing.post("/journeys/new", {"name": "欢迎"})
    journey = await Journey.get(name="欢迎")
    path = f"/journeys/{journey.id}/edit"
    await marketing.post(path, {"version": "1", "name": "欢迎", "act": "add.send.top"})
    await marketing.post(
        path, {"version": "2", "name": "欢迎", "s1.text": "本产品稳赚不赔", "s1.channel": "oa_service"}
    )
    assert "稳赚不赔" in (await marketing.get(path)).text
    await marketing.post(path, {"version": "3", "name": "欢迎", "s1.text": "本产品稳赚不赔", "act": "fix.s1.1"})
    step = definition.find((await Journey.get(id=journey.id)).draft, "s1").step
    assert "稳赚不赔" not in step["params"]["text"]
    wrong = await marketing.post(path, {"version": "4", "name": "", "act": "save"})
    assert wrong.status == 422
    assert "请填写旅程名称" in wrong.text
    gone = await marketing.post(path, {"version": "4", "name": "欢迎", "act": "remove.s77"})
    assert gone.status == 422


async def test_a_running_journey_is_paused_resumed_closed_and_ended(signed_in, people):
    journey = await Journey.create(
        name="旅程",
        state="running",
        draft=definition.empty(),
        salt="s",
        branch_id=people["marketing"].branch_id,
        author_id=people["marketing"].id,
        last_editor_id=people["marketing"].id,
    )
    marketing = await signed_in("marketing")
    states = []
    for act in ("pause", "resumption", "closing", "reopening", "ending"):
        assert (await marketing.post(f"/journeys/{journey.id}/{act}", {"reason": "核对"})).status == 303
        states.append((await Journey.get(id=journey.id)).state)
    assert states == ["paused", "running", "closing", "running", "ended"]
    assert (await marketing.post(f"/journeys/{journey.id}/pause", {})).status == 409


async def test_a_director_sees_the_own_tasks_and_closes_one(signed_in, people):
    clients = await bank.make_clients(people, 2)
    for client_id in clients:
        await StaffTask.create(
            key=f"t{client_id}",
            client_id=client_id,
            staff_id=people["director"].id,
            title="电话回访",
            due_on=clock.today(),
        )
    director = await signed_in("director")
    page = await director.get("/follow-ups")
    assert page.text.count("电话回访") == 2
    task = await StaffTask.first()
    assert task is not None
    assert (await director.post(f"/follow-ups/{task.id}/outcome", {"outcome": "reached"})).status == 303
    assert (await director.get("/follow-ups")).text.count("电话回访") == 1
