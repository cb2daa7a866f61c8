"""A client's assessment and papers on the page, and the lists of what ends soon, within scope."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community.clients.models import Client
from community.suitability import renewals
from community.suitability.models import Kyc, RiskAssessment
from kernel import clock
from kernel.errors import NotFound
from staff.models import Staff
from tests.web.console import bank


async def test_a_director_notes_what_a_client_answered_in_person(signed_in, people):
    (client,) = await bank.make_clients(people, 1)
    director = await signed_in("director")
    assert "没有做过评估" in (await director.get(f"/clients/{client}")).text
    form = {"level": "3", "assessed_at": "2026-11-02T10:30", "evidence": "问卷 2026-118"}
    assert (await director.post(f"/clients/{client}/assessment", form)).status == 303
    page = (await director.get(f"/clients/{client}")).text
    assert "C3" in page
    assert "问卷 2026-118" in page
    again = await director.post(f"/clients/{client}/assessment", form | {"level": "4"})
    assert again.status == 422
    assert "同一时间已有结果不同的评估" in again.text
    marketing = await signed_in("marketing")
    assert (await marketing.post(f"/clients/{client}/assessment", form)).status == 403


async def test_another_directors_client_can_not_be_assessed(signed_in, people):
    other = await Staff.create(login="other", name="别人", role="director", branch=people["director"].branch)
    stranger = await Client.create(owner=other, branch_id=people["director"].branch_id)
    director = await signed_in("director")
    form = {"level": "3", "assessed_at": "2026-11-02T10:30", "evidence": "问卷"}
    assert (await director.post(f"/clients/{stranger.id}/assessment", form)).status == 404
    assert await RiskAssessment.all().count() == 0


async def test_the_page_says_that_papers_hold_marketing_back(signed_in, people):
    (client,) = await bank.make_clients(people, 1)
    await Kyc.create(
        client_id=client,
        document_kind="id_card",
        document_expires_on=clock.today() - timedelta(days=1),
        as_of_at=clock.now(),
    )
    page = (await (await signed_in("director")).get(f"/clients/{client}")).text
    assert "客户证件已过期：营销消息暂停，服务通知照常" in page


async def test_each_list_holds_whom_it_names_within_scope(signed_in, people):
    ending, expired, fresh, paper, gone, doubtful = await bank.make_clients(people, 6)
    now, today = clock.now(), clock.today()
    for client, days in ((ending, 350), (expired, 380), (fresh, 5)):
        await RiskAssessment.create(client_id=client, level=3, assessed_at=now - timedelta(days=days))
    await RiskAssessment.create(client_id=fresh, level=3, assessed_at=now - timedelta(days=345))
    for client, days in ((paper, 90), (gone, -1)):
        await Kyc.create(client_id=client, document_expires_on=today + timedelta(days=days), as_of_at=now)
    await Kyc.create(client_id=doubtful, state="flagged", as_of_at=now)
    director = people["director"]
    found = {which: [line.client_id for line in (await renewals.page(director, which))[0]] for which in renewals.LISTS}
    assert found == {
        "assessment_ending": [ending],
        "assessment_expired": [expired],
        "document_ending": [paper],
        "document_expired": [gone],
        "flagged": [doubtful],
    }
    other = await Staff.create(login="other", name="别人", role="director", branch=director.branch)
    assert [(await renewals.page(other, which))[1] for which in renewals.LISTS] == [0] * 5
    with pytest.raises(NotFound):
        await renewals.page(director, "everything")
    browser = await signed_in("director")
    for which in renewals.LISTS:
        assert f"/clients/{found[which][0]}" in (await browser.get(f"/renewals?list={which}")).text
    assert (await browser.get("/renewals?list=everything")).status == 404
