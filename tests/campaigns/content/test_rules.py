"""The book of rules: what is shipped, what the bank changed from a day on, and who has to approve that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from campaigns.content import findings, library, notices, rules, rules_changes, wording, wording_links
from campaigns.content.models import WordingChange
from campaigns.content.rules import Change
from campaigns.delivery import planning_sends
from campaigns.planning import running
from campaigns.planning.models import Campaign, Step
from community.sending.models import Stream
from kernel import clock
from kernel.errors import Refused
from staff import approvals
from staff.models import Approval
from tests.campaigns.conftest import Cast, approved, make_clients

NEW = {
    "family": "pressure",
    "words": "冲量特供\n月底(冲刺|大冲刺)",
    "replacement": "",
    "unless": "",
    "is_blocking": True,
}


@pytest.fixture(autouse=True)
async def nothing_left(db: None) -> AsyncIterator[None]:
    yield
    rules._standing[0] = ()


async def put_in_force(cast: Cast, op: str, content: dict[str, object], on: date | None = None) -> Approval:
    asked = await rules_changes.propose(op, content, on or clock.today(), "合规要求", cast.li)
    return await approvals.approve(asked.id, asked.content_hash, cast.wang)


async def test_a_new_rule_holds_once_another_person_approved_it(cast: Cast) -> None:
    await rules_changes.propose("add", NEW, clock.today(), "合规要求", cast.li)
    assert wording.check("冲 量 特 供") == []
    asked = await Approval.get(subject=rules_changes.SUBJECT)
    with pytest.raises(Refused):
        await approvals.approve(asked.id, asked.content_hash, cast.li)
    await approvals.approve(asked.id, asked.content_hash, cast.wang)
    (found,) = wording.check("冲 量 特 供")
    assert found.is_blocking
    assert findings.blocking(wording.check("月底大冲刺"))
    made = await WordingChange.get()
    assert (made.approval_id, rules.standing().version) == (asked.id, f"{rules.EDITION}+1.{made.id}")


async def test_a_change_holds_from_its_day_and_not_before(cast: Cast) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    await put_in_force(cast, "add", NEW, tomorrow)
    assert wording.check("冲量特供") == []
    assert wording.check("冲量特供", book=rules.standing(tomorrow)) != []
    assert rules.standing().version == rules.EDITION


async def test_a_retired_rule_finds_nothing_until_it_is_restored(cast: Cast) -> None:
    await put_in_force(cast, "retire", {"code": "rates.figures"})
    assert wording.check("年化数据见公告") == []
    await put_in_force(cast, "restore", {"code": "rates.figures"})
    assert wording.check("年化数据见公告") != []


async def test_a_site_on_the_list_may_be_linked_to(cast: Cast) -> None:
    assert wording_links.findings("https://shop.icbank.cn/a")
    await put_in_force(cast, "host", {"host": "ICBank.cn"})
    assert wording_links.findings("https://shop.icbank.cn/a") == []
    assert wording_links.findings("https://icbank.cn.evil.test/") != []
    await put_in_force(cast, "drop_host", {"host": "icbank.cn"})
    assert wording_links.findings("https://shop.icbank.cn/a")


async def test_a_new_notice_is_the_one_that_is_added_and_the_old_one_still_counts(cast: Cast) -> None:
    await put_in_force(cast, "notice", {"class": "fund", "text": "基金净值会波动，投资须谨慎"})
    (missing,) = notices.findings("本周介绍一只基金", ["fund"])
    assert missing.replacement == "\n基金净值会波动，投资须谨慎"
    assert notices.findings("本周介绍一只基金，基金有风险", ["fund"]) == []


async def test_a_change_that_makes_no_sense_is_refused(cast: Cast) -> None:
    senseless: list[tuple[str, dict[str, object]]] = [
        ("add", {**NEW, "words": ""}),
        ("add", {**NEW, "words": "（……"}),
        ("add", {**NEW, "words": "(没有配对"}),
        ("add", {**NEW, "words": "…"}),
        ("add", {**NEW, "words": "手慢无"}),
        ("add", {**NEW, "family": "nothing"}),
        ("add", {**NEW, "replacement": "保本"}),
        ("retire", {"code": "no.such"}),
        ("restore", {"code": "promise.principal"}),
        ("notice", {"class": "fund", "text": "短"}),
        ("notice", {"class": "fund", "text": "本基金保本，放心"}),
        ("host", {"host": "https://a.cn/b"}),
        ("host", {"host": "weixin.qq.com"}),
        ("drop_host", {"host": "not.listed.cn"}),
    ]
    for op, content in senseless:
        with pytest.raises(Refused):
            await rules_changes.propose(op, content, clock.today(), "原因", cast.li)


async def test_a_change_needs_a_reason_a_day_to_come_and_the_right(cast: Cast) -> None:
    for day, reason, by in (
        (clock.today() - timedelta(days=1), "原因", cast.li),
        (clock.today(), " ", cast.li),
        (clock.today(), "原因", cast.chen),
    ):
        with pytest.raises(Refused):
            await rules_changes.propose("add", NEW, day, reason, by)


async def test_the_question_says_which_texts_in_use_the_change_would_stop(cast: Cast) -> None:
    await library.save("月底话术", "月底冲量特供茶歇，欢迎来坐", cast.li)
    asked = await rules_changes.propose("add", NEW, clock.today(), "合规要求", cast.li)
    told = dict(asked.summary["lines"])
    assert told["会命中的在用内容"].startswith("1 处：内容库“月底话术”")


async def test_what_is_sent_keeps_the_version_of_the_rules(cast: Cast) -> None:
    await make_clients(cast, 1)
    campaign = await running.start((await approved(cast)).id, cast.li)
    await Campaign.filter(id=campaign.id).update(frozen_at=clock.now())
    step = await Step.get(campaign_id=campaign.id)
    step.due_at = clock.now()
    await step.save()
    await planning_sends.plan_step(step.id)
    assert (await Step.get(id=step.id)).rules_version == rules.EDITION
    assert (await Stream.get(id=campaign.stream_id)).rules_version == rules.EDITION


async def test_a_rule_made_after_the_approval_holds_the_message_back(cast: Cast) -> None:
    await make_clients(cast, 1)
    campaign = await running.start((await approved(cast, text="月底冲量特供茶歇，欢迎来坐")).id, cast.li)
    await Campaign.filter(id=campaign.id).update(frozen_at=clock.now())
    step = await Step.get(campaign_id=campaign.id)
    step.due_at = clock.now()
    await step.save()
    await put_in_force(cast, "add", NEW)
    assert await planning_sends.plan_step(step.id) == 0
    held = await Campaign.get(id=campaign.id)
    assert held.state == "paused"
    assert "宣传规则" in held.hold_reason


async def test_a_campaign_about_a_product_lacks_its_notice_until_one_press_adds_it(cast: Cast) -> None:
    text = "本周介绍一只理财"
    (missing,) = notices.findings(text, ["wealth"], "main")
    mended = findings.mend(text, missing)
    assert mended == "本周介绍一只理财\n理财非存款，产品有风险，投资须谨慎"
    assert notices.findings(mended, ["wealth"]) == []
    assert notices.findings("存款利率见柜面", ["deposit", "service"]) == []


async def test_a_figure_of_yield_needs_its_notice(cast: Cast) -> None:
    assert notices.findings("近一年年化2.9%", [])
    assert notices.findings("近一年年化2.9%，过往业绩不代表未来表现", []) == []


def test_changes_in_their_order_make_the_book_of_a_day() -> None:
    day = date(2026, 12, 1)
    changes = [Change(1, "host", {"host": "a.cn"}, day), Change(2, "drop_host", {"host": "a.cn"}, day)]
    assert "a.cn" in rules.with_changes(changes[:1]).hosts
    assert "a.cn" not in rules.with_changes(changes).hosts
    assert rules.version_of(changes) == f"{rules.EDITION}+2.2"
