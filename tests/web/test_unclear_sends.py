from __future__ import annotations

import pytest

from community.clients.models import Client
from community.sending import ledger
from community.sending.models import Send
from kernel import clock


@pytest.fixture
async def unclear(people) -> Send:
    """A customer-service text whose answer was lost: nobody can ask WeChat about it."""
    client = await Client.create()
    send = await ledger.plan(
        key="test:1", purpose="service", channel="oa_service", recipient="o1", text="您好", client_id=client.id
    )
    # no state but planned may lead here in the ledger's own code; a test may set the stage
    await Send.filter(id=send.id).update(state="unknown", requested_at=clock.now(), attempts=1)
    return send


async def test_an_administrator_closes_an_unclear_message_and_it_is_not_sent_again(signed_in, unclear):
    browser = await signed_in("administrator")
    assert "结果不明的消息" in (await browser.get("/settings/health")).text
    await browser.post(f"/settings/health/sends/{unclear.id}/decision", {"verdict": "close"})
    assert (await Send.get(id=unclear.id)).state == "failed"
    assert "结果不明的消息" not in (await browser.get("/settings/health")).text


async def test_sending_again_is_a_decision_of_its_own(signed_in, unclear):
    browser = await signed_in("administrator")
    await browser.post(f"/settings/health/sends/{unclear.id}/decision", {"verdict": "repeat"})
    assert (await Send.get(id=unclear.id)).state == "planned"
    again = await browser.post(f"/settings/health/sends/{unclear.id}/decision", {"verdict": "repeat"})
    assert again.status == 422


async def test_others_may_not_decide(signed_in, unclear):
    browser = await signed_in("marketing")
    answer = await browser.post(f"/settings/health/sends/{unclear.id}/decision", {"verdict": "repeat"})
    assert answer.status == 403
    assert (await Send.get(id=unclear.id)).state == "unknown"
