"""The pages of what came of a campaign: cuts, the record of each person, cost and verdict; and what they say early."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from campaigns.delivery import tasks
from campaigns.delivery.models import Verdict
from campaigns.planning import running
from campaigns.planning.models import Campaign
from kernel import clock
from staff.models import Staff
from tests.browsing import Browser
from tests.web.console import bank

SignIn = Callable[[str], Awaitable[Browser]]


@pytest.fixture
async def begun(people: dict[str, Staff]) -> Campaign:
    """A campaign to forty clients, a quarter of them held out, with its list frozen."""
    await bank.make_clients(people, 40)
    campaign = await bank.approved(people, control_percent=25)
    await running.start(campaign.id, people["marketing"])
    await tasks.start_campaign.now(campaign.id)
    return await Campaign.get(id=campaign.id)


async def test_results_can_be_cut_in_every_way(signed_in: SignIn, begun: Campaign) -> None:
    browser = await signed_in("marketing")
    for cut in ("variant", "tier", "branch", "staff", "nonsense"):
        page = await browser.get(f"/campaigns/{begun.id}/results?by={cut}")
        assert page.status == 200
        assert "谁有了回应" in page.text
        assert "数据不足" in page.text


async def test_the_record_lists_everybody_and_names_are_masked(signed_in: SignIn, begun: Campaign) -> None:
    browser = await signed_in("marketing")
    page = await browser.get(f"/campaigns/{begun.id}/people")
    assert "本次对照组" in page.text
    held = await browser.get(f"/campaigns/{begun.id}/people?outcome=held_out")
    assert held.status == 200
    assert 'aria-current="page">本次对照组' in held.text
    assert "没有这样的客户" in (await browser.get(f"/campaigns/{begun.id}/people?outcome=unknown")).text


async def test_a_cost_is_entered_in_yuan_and_stands_there_again(signed_in: SignIn, begun: Campaign) -> None:
    browser = await signed_in("marketing")
    done = await browser.post(f"/campaigns/{begun.id}/cost", {"cost": "1200.50"})
    assert done.status == 303
    page = (await browser.get(f"/campaigns/{begun.id}/results")).text
    assert 'value="1200.50"' in page or 'value="1200.5"' in page
    assert "单价没有意义" in page
    wrong = await browser.post(f"/campaigns/{begun.id}/cost", {"cost": "很多"})
    assert wrong.status == 422


async def test_a_verdict_waits_for_the_figures_and_keeps_them(signed_in: SignIn, begun: Campaign) -> None:
    browser = await signed_in("marketing")
    form = {"choice": "again", "note": "样本太小"}
    early = await browser.post(f"/campaigns/{begun.id}/verdict", form)
    assert early.status == 422
    assert "观察期还没有结束" in early.text
    with clock.frozen(clock.now() + timedelta(days=31)):
        later = await signed_in("marketing")
        assert (await later.post(f"/campaigns/{begun.id}/verdict", form)).status == 303
        assert "换个做法再试" in (await later.get("/experiments")).text
    assert (await Verdict.get()).note == "样本太小"


async def test_before_it_begins_pages_say_so(signed_in: SignIn, people: dict[str, Staff]) -> None:
    await bank.make_clients(people, 3)
    campaign = await bank.approved(people)
    browser = await signed_in("marketing")
    assert "还没有结果" in (await browser.get(f"/campaigns/{campaign.id}/results")).text
    assert "没有可看的客户" in (await browser.get(f"/campaigns/{campaign.id}/people")).text
    assert (await browser.post(f"/campaigns/{campaign.id}/cost", {"cost": "1"})).status == 422
    assert "还没有对照实验" in (await browser.get("/experiments")).text
