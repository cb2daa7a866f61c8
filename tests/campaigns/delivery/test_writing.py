"""Each client reads a text of their own; who has no name reads the fallback; the way out is always there."""

from __future__ import annotations

from campaigns.content import notices
from campaigns.delivery import tasks, writing
from campaigns.planning import confirmations, preflight, running
from campaigns.planning.models import Step
from community.clients import personal
from community.sending import leases, rendering
from kernel import database
from tests.campaigns.conftest import Cast, approved, draft_of, make_clients


async def test_the_ledger_gets_each_clients_text_at_send_time(cast: Cast) -> None:
    named, nameless = await make_clients(cast, 2)
    await database.execute(
        "UPDATE client SET name_sealed = $2 WHERE id = $1", named, personal.seal_name(named, "王小芳")
    )
    campaign = await approved(cast, text="{称呼|贵宾}好，{客户经理}邀您听课：{客户等级|老朋友}")
    campaign = await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    leased = await _lease(campaign.stream_id)
    texts = await rendering.texts(leased)
    assert {row.client_id: texts[row.id] for row in leased} == {
        named: f"王女士好，陈经理邀您听课：老朋友\n\n{notices.OPT_OUT}",
        nameless: f"贵宾好，陈经理邀您听课：老朋友\n\n{notices.OPT_OUT}",
    }


async def test_a_link_goes_into_the_text_or_onto_a_card_not_both(cast: Cast) -> None:
    campaign = await draft_of(cast, text="看这里：{活动链接}")
    step = await Step.get(campaign_id=campaign.id)
    step.link_url, step.link_title = "https://bank.example/a", "理财课"
    await step.save()
    assert await writing.attachments(campaign, step) == []
    (client_id,) = await make_clients(cast, 1)
    assert "https://bank.example/a" in (await writing.texts_for(campaign, step, [client_id]))[client_id]
    step.text = "请看卡片"
    (card,) = await writing.attachments(campaign, step)
    assert card.pop("track") > 0
    assert card == {"kind": "link", "title": "理财课", "url": "https://bank.example/a"}


async def test_the_preflight_counts_what_each_member_will_have_to_confirm(cast: Cast) -> None:
    await make_clients(cast, 30)
    personal_text = await draft_of(cast, text="{称呼}好，欢迎来听课")
    step = await Step.get(campaign_id=personal_text.id)
    assert await confirmations.load(personal_text, step) == [("chen", "陈经理", 30, 30)]
    assert "confirmations.many" in {found.code for found in await preflight.check(personal_text)}
    (found,) = [one for one in await preflight.check(personal_text) if one.code == "confirmations.many"]
    assert (found.is_blocking, "每位员工最多约 30 次" in found.message) == (False, True)
    await make_clients(cast, 21)
    (found,) = [one for one in await preflight.check(personal_text) if one.code == "confirmations.many"]
    assert (found.is_blocking, "最多约 51 次" in found.message) == (True, True)
    same_for_all = await draft_of(cast, text="{客户经理}邀您听课")
    step = await Step.get(campaign_id=same_for_all.id)
    assert await confirmations.load(same_for_all, step) == [("chen", "陈经理", 51, 1)]
    assert "confirmations.many" not in {found.code for found in await preflight.check(same_for_all)}


async def _lease(stream_id: int | None) -> list[leases.Leased]:
    sql = f"SELECT {leases.COLUMNS}, 0 AS epoch FROM send WHERE stream_id = $1 ORDER BY id"
    return [leases.read(row) for row in await database.fetch(sql, stream_id)]
