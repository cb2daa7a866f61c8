"""The ledger of consent on a page: what was said, how we know, within one's own scope."""

from __future__ import annotations

import pytest

from community.clients import consent, consent_reading, personal
from community.clients.models import Client
from community.privacy.models import Partner
from staff.models import AuditEntry


@pytest.fixture
async def client(people) -> Client:
    made = await Client.create(branch_id=people["director"].branch_id, owner=people["director"])
    await Client.filter(id=made.id).update(name_sealed=personal.seal_name(made.id, "欧阳修文"))
    return made


async def test_the_ledger_shows_scope_evidence_and_version_and_masks_the_name(signed_in, client):
    await consent.grant([client.id], "form", channel="oa_service", text_version="2026-09", evidence="form:7")
    page = await (await signed_in("reviewer")).get("/consents")
    assert page.status == 200
    assert "欧**文" in page.text
    assert "欧阳修文" not in page.text
    assert "form:7" in page.text
    assert "公众号消息" in page.text


async def test_filters_narrow_the_ledger(signed_in, client):
    await consent.grant([client.id], "form", evidence="first")
    await consent.withdraw([client.id], "message", product_class="fund", evidence="second")
    browser = await signed_in("reviewer")
    assert "second" not in (await browser.get("/consents?answer=yes")).text
    assert "first" not in (await browser.get("/consents?product_class=fund")).text
    assert "second" not in (await browser.get("/consents?product_class=every")).text
    assert "first" in (await browser.get("/consents?text=old&source=form")).text
    assert "没有符合条件" in (await browser.get("/consents?until_on=2020-01-01")).text


async def test_who_sees_only_a_branch_sees_only_its_clients(signed_in, client, people):
    elsewhere = await Client.create()
    await consent.grant([elsewhere.id], "form", evidence="elsewhere")
    await consent.grant([client.id], "form", evidence="here")
    text = (await (await signed_in("reviewer")).get("/consents")).text
    assert "here" in text
    assert ("elsewhere" in text) == (people["reviewer"].reach == "bank")


async def test_partners_are_offered_and_ended_with_a_trace(signed_in):
    browser = await signed_in("reviewer")
    await browser.post("/consents/partners", {"name": "某某保险", "what": "姓名与手机，用于保险咨询"})
    partner = await Partner.get()
    assert "某某保险" in (await browser.get("/consents")).text
    await browser.post(f"/consents/partners/{partner.id}/end")
    assert "某某保险" not in (await browser.get("/consents")).text
    assert {"partner.added", "partner.ended"} <= {one.action for one in await AuditEntry.all()}
    assert (await (await signed_in("marketing")).post("/consents/partners", {"name": "x", "what": "y"})).status == 403


async def test_the_clients_page_shows_what_holds(signed_in, client):
    await consent.withdraw([client.id], "message", channel="wecom_message")
    page = await (await signed_in("director")).get(f"/clients/{client.id}")
    assert "客户经理的企业微信消息" in page.text


async def test_a_long_ledger_says_only_that_there_are_more(signed_in, client, monkeypatch):
    monkeypatch.setattr(consent_reading, "MOST_COUNTED", 2)
    for _ in range(3):
        await consent.grant([client.id], "form")
    text = (await (await signed_in("reviewer")).get("/consents")).text
    assert "共 2+ 条" in text
    assert "共 2 条" not in text
