"""The page on which a client asks about their own data, and sees until when the answer is due."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from community.clients import personal
from community.clients.models import Client
from community.privacy import access, deadlines, requests
from community.privacy.models import PrivacyRequest
from kernel import clock, holidays, signing
from tests.browsing import Browser


@pytest.fixture
async def client(db: None) -> Client:
    return await Client.create(marketing_consent=True)


def _page_of(client_id: int) -> str:
    return f"/p/privacy/{signing.sign(access.PURPOSE, client_id)}"


def test_fifteen_working_days_leave_out_weekends_and_holidays():
    assert holidays.after_working_days(date(2026, 9, 28), 3) == date(2026, 10, 8), "the national holiday is no time"
    assert holidays.after_working_days(date(2026, 11, 6), 1) == date(2026, 11, 9)


async def test_a_request_is_taken_down_once_with_its_deadline(web_app, client):
    with clock.frozen(datetime(2026, 11, 2, 3, tzinfo=UTC)):
        for _again in range(2):
            assert (await Browser(web_app).post(_page_of(client.id), {"kind": "see"})).status == 303
        due = await deadlines.due_at(clock.now())
    (asked,) = await PrivacyRequest.all()
    assert (asked.kind, asked.source, asked.state, asked.due_at) == ("see", "portal", "open", due)
    assert clock.local(due).date() == date(2026, 11, 23)
    assert "最迟" in (await Browser(web_app).get(_page_of(client.id))).text


async def test_what_should_be_corrected_is_kept_sealed_and_not_shown_again(web_app, client):
    wish = "手机应为 13900000000"
    assert (await Browser(web_app).post(_page_of(client.id), {"kind": "correct", "wish": wish})).status == 303
    asked = await PrivacyRequest.get()
    assert requests.wish_of(asked) == wish
    assert wish not in (await Browser(web_app).get(_page_of(client.id))).text
    assert (await Browser(web_app).post(_page_of(client.id), {"kind": "correct"})).status == 422


async def test_a_withdrawal_holds_at_once_and_needs_nobody(web_app, client):
    await Browser(web_app).post(_page_of(client.id), {"kind": "withdraw"})
    await client.refresh_from_db()
    assert client.opted_out_at is not None
    assert (await PrivacyRequest.get()).state == "done"


async def test_an_erasure_is_asked_for_with_open_eyes(web_app, client):
    answer = await Browser(web_app).post(_page_of(client.id), {"kind": "erase"})
    assert answer.status == 422
    assert (await Browser(web_app).post(_page_of(client.id), {"kind": "erase", "sure": "1"})).status == 303
    assert (await PrivacyRequest.get()).state == "open"


async def test_the_link_of_an_erased_client_leads_nowhere(web_app, client):
    await Client.filter(id=client.id).update(erased_at=clock.now(), merged_into_id=client.id)
    assert (await Browser(web_app).get(_page_of(client.id))).status == 404


async def test_staffs_own_words_name_nobody_to_whoever_was_sent_the_link(web_app, client):
    sealed = {"name_sealed": personal.seal_name(client.id, "欧阳修文")}
    await Client.filter(id=client.id).update(**sealed)
    asked = await requests.ask(client.id, "see", "portal")
    said = "欧阳修文您好，王建国先生已致电 13900000001 说明"
    await PrivacyRequest.filter(id=asked.id).update(state="done", answer=said)
    text = (await Browser(web_app).get(_page_of(client.id))).text
    assert "您好" in text
    for told in ("欧阳修文", "王建国", "13900000001"):
        assert told not in text
