"""On the pages: a pilot is planned, seen and ended, and those who got nothing are tried again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from campaigns.delivery import freezing, planning_sends
from campaigns.planning import fingerprint, running
from campaigns.planning.models import Campaign
from community.sending.models import Send
from kernel import clock
from staff.models import Staff
from tests.browsing import Browser
from tests.web.console import bank

SignIn = Callable[[str], Awaitable[Browser]]


async def _begun(people: dict[str, Staff], **changes: object) -> Campaign:
    campaign = await bank.approved(people, **changes)
    await running.start(campaign.id, people["marketing"])
    await freezing.freeze(campaign.id)
    for step in await planning_sends.due_steps(campaign.id):
        await planning_sends.plan_step(step)
    return campaign


async def test_the_editor_takes_a_pilot_and_the_approver_reads_it(signed_in: SignIn, people: dict[str, Staff]) -> None:
    await bank.make_clients(people, 3)
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    assert "试点先行" in (await browser.get(f"/campaigns/{campaign.id}/edit")).text
    bad = bank.form_of(campaign, pilot_who="share", pilot_percent="0", pilot_minutes="30")
    assert "试点比例须大于 0" in (await browser.post(f"/campaigns/{campaign.id}/edit", bad)).text
    form = bank.form_of(campaign, pilot_who="share", pilot_percent="10", pilot_minutes="30")
    assert (await browser.post(f"/campaigns/{campaign.id}/edit", form)).status == 303
    saved = await Campaign.get(id=campaign.id)
    assert (saved.pilot_percent, saved.pilot_minutes, saved.pilot_own) == (10, 30, False)
    assert (await fingerprint.contents(saved))["pilot"] == [10, False, 30]
    assert "随机 10% 的客户先发，30 分钟后发其余客户" in (await browser.get(f"/campaigns/{campaign.id}")).text


async def test_the_page_shows_the_pilot_and_its_button_lets_the_others_follow(
    signed_in: SignIn, people: dict[str, Staff]
) -> None:
    await bank.make_clients(people, 40)
    campaign = await _begun(people, pilot_percent=20)
    browser = await signed_in("marketing")
    page = (await browser.get(f"/campaigns/{campaign.id}")).text
    assert "提前发给其余客户" in page
    assert "失败过多会自动暂停" in (await browser.get(f"/campaigns/{campaign.id}/progress")).text
    assert "提前发给其余客户" not in (await (await signed_in("director")).get(f"/campaigns/{campaign.id}")).text
    assert (await browser.post(f"/campaigns/{campaign.id}/rest", {})).status == 303
    assert await Send.filter(campaign_id=campaign.id, due_at__gt=clock.now()).count() == 0
    assert "提前放行试点之后的客户" in (await browser.get(f"/campaigns/{campaign.id}")).text


async def test_the_page_says_how_many_got_nothing_and_its_button_tries_them_again(
    signed_in: SignIn, people: dict[str, Staff]
) -> None:
    await bank.make_clients(people, 3)
    campaign = await _begun(people)
    browser = await signed_in("marketing")
    assert "补发未发出的" not in (await browser.get(f"/campaigns/{campaign.id}")).text
    await Send.filter(campaign_id=campaign.id).update(state="failed", reason="gave_up", ended_at=clock.now())
    assert "补发未发出的" in (await browser.get(f"/campaigns/{campaign.id}")).text
    assert (await browser.post(f"/campaigns/{campaign.id}/resending", {})).status == 303
    assert await Send.filter(campaign_id=campaign.id, state="planned").count() == 3
    assert "补发没有收到的客户" in (await browser.get(f"/campaigns/{campaign.id}")).text
