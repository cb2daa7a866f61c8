"""Clients' requests: entered, answered, corrected, erased by two people, with evidence and a deadline."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from community.clients import personal
from community.clients.models import Client
from community.privacy import erasures, requests
from community.privacy.models import PrivacyRequest
from kernel import clock
from staff.models import Approval, AuditEntry
from tests import casting
from tests.browsing import Browser


@pytest.fixture
async def client(people) -> Client:
    made = await Client.create(branch_id=people["director"].branch_id, owner=people["director"])
    sealed = {"name_sealed": personal.seal_name(made.id, "欧阳修文"), "name_index": personal.name_index("欧阳修文")}
    await Client.filter(id=made.id).update(**sealed)
    return made


async def test_a_letter_is_taken_down_and_answered(signed_in, client):
    browser = await signed_in("reviewer")
    form = {"client": client.id, "kind": "see", "source": "letter"}
    answer = await browser.post("/privacy", form)
    asked = await PrivacyRequest.get()
    assert answer.headers["location"] == f"/privacy/{asked.id}"
    page = await browser.get(f"/privacy/{asked.id}")
    assert "我们保存的内容" in page.text
    assert "欧阳修文" not in page.text
    await browser.post(f"/privacy/{asked.id}/answer", {"act": "finish", "answer": "已当面交付"})
    asked = await PrivacyRequest.get()
    assert (asked.state, asked.answer) == ("done", "已当面交付")
    again = await browser.post(f"/privacy/{asked.id}/answer", {"act": "refuse", "answer": "不"})
    assert again.status == 409
    assert {"privacy.asked", "privacy.answered"} <= {one.action for one in await AuditEntry.all()}


async def test_a_correction_keeps_old_and_new_sealed(signed_in, client):
    asked = await requests.ask(client.id, "correct", "portal", wish="我叫欧阳修")
    browser = await signed_in("reviewer")
    same = await browser.post(f"/privacy/{asked.id}/answer", {"act": "correct", "name": "欧阳修文"})
    assert "没有改动" in same.text
    long = await browser.post(f"/privacy/{asked.id}/answer", {"act": "correct", "phone": "139000000010"})
    assert "手机号应为 11 位大陆手机号" in long.text
    await browser.post(f"/privacy/{asked.id}/answer", {"act": "correct", "name": "欧阳修", "phone": "13900000001"})
    await client.refresh_from_db()
    assert personal.open_name(client.id, client.name_sealed) == "欧阳修"
    assert client.phone_tail_index == personal.phone_tail_index("13900000001")
    asked = await PrivacyRequest.get()
    assert "欧阳修文 → 欧阳修" in requests.change_of(asked)
    assert asked.evidence == {"corrected": ["姓名", "手机"]}
    assert "我叫欧阳修" not in (await (await signed_in("auditor")).get(f"/privacy/{asked.id}")).text


async def test_an_erasure_is_agreed_to_by_a_second_person_and_proved(signed_in, client, people, web_app):
    asked = await requests.ask(client.id, "erase", "portal")
    browser = await signed_in("reviewer")
    unsure = await browser.post(f"/privacy/{asked.id}/answer", {"act": "erase"})
    assert "请先勾选确认" in unsure.text
    await browser.post(f"/privacy/{asked.id}/answer", {"act": "erase", "sure": "1"})
    question = await Approval.get()
    assert question.subject == "erasure"
    shown = await browser.get(f"/privacy/{asked.id}")
    assert "等待审批" in shown.text
    other = Browser(web_app)
    await casting.open_session(other, people["branch_head"])
    assert (await other.get(f"/approvals/{question.id}")).status == 200
    decision = {"word": "approve", "seen_hash": question.content_hash}
    await other.post(f"/approvals/{question.id}/decision", decision)
    assert (await PrivacyRequest.get()).state == "approved"
    assert await erasures.erase_approved() == 1
    found = await PrivacyRequest.get()
    assert found.state == "done"
    assert erasures.is_whole(found.evidence)
    people["reviewer"].reach = "bank"
    await people["reviewer"].save()
    page = await browser.get(f"/privacy/{asked.id}")
    assert "证据与当时写下的一致" in page.text
    file = await browser.get(f"/privacy/{asked.id}/evidence")
    assert json.loads(file.text)["client"] == client.id
    assert (await browser.get(f"/clients/{client.id}")).status == 404
    unknown = await browser.post(f"/privacy/{asked.id}/answer", {"act": "readmit", "number": "62-1"})
    assert "没有登记过这个已删除的客户号" in unknown.text
    assert "解除拦截" in page.text


async def test_what_is_overdue_is_told_beside_the_inbox(signed_in, client):
    await requests.ask(client.id, "see", "portal")
    await PrivacyRequest.all().update(due_at=clock.now() - timedelta(days=1))
    page = await (await signed_in("reviewer")).get("/privacy")
    assert "已超期" in page.text
    assert "<em>1</em>" in page.text


async def test_a_client_elsewhere_is_nobody(signed_in, people, client):
    stranger = await Client.create()
    if people["reviewer"].reach != "bank":
        form = {"client": stranger.id, "kind": "see", "source": "letter"}
        assert (await (await signed_in("reviewer")).post("/privacy", form)).status == 422
        assert await PrivacyRequest.all().count() == 0
