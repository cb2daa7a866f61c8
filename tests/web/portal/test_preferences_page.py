"""The page on which a client says yes or no to offers; an old link still finds the person it was made for."""

from __future__ import annotations

import pytest

from community.clients import consent, consent_rule, consent_texts, identities, personal, preferences
from community.clients.models import Client, Consent
from community.clients.preferences import Choice
from community.privacy.models import Partner
from kernel import signing
from tests.browsing import Browser
from web.portal.preferences import OFFERED


@pytest.fixture
async def client(db: None) -> Client:
    return await Client.create(marketing_consent=True)


def _page_of(client_id: int) -> str:
    return f"/p/preferences/{signing.sign(preferences.PURPOSE, client_id)}"


async def test_saying_no_ends_offers_at_once(web_app, client):
    answer = await Browser(web_app).post(_page_of(client.id), {"offers": "no"})
    assert answer.status == 303
    await client.refresh_from_db()
    assert not client.marketing_consent
    assert client.opted_out_at is not None


async def test_a_no_on_the_link_of_a_merged_client_counts_for_who_remains(web_app, client):
    gone = await Client.create(marketing_consent=True)
    await identities.merge(client.id, gone.id)
    assert (await Browser(web_app).post(_page_of(gone.id), {"offers": "no"})).status == 303
    await client.refresh_from_db()
    assert client.opted_out_at is not None


async def test_a_link_for_something_else_opens_nothing(web_app, client):
    assert (await Browser(web_app).get(f"/p/preferences/{signing.sign('invitation', client.id)}")).status == 404


async def _holds(client: Client) -> Choice:
    return await preferences.now(client.id, ("deposit", "fund"))


async def test_a_choice_of_channels_and_classes_holds_as_it_was_made(web_app, client):
    await Partner.create(name="某某保险", what="姓名与手机，用于保险咨询")
    chosen = {"offers": "yes", "part": "all", "text": "2026-09", "channels": ["oa_service"], "classes": ["deposit"]}
    page = _page_of(client.id)
    assert (await Browser(web_app).post(page, chosen | {"partners": ["某某保险", "别家"]})).status == 303
    assert await _holds(client) == Choice(
        True, frozenset({"oa_service"}), frozenset({"deposit"}), frozenset({"某某保险"})
    )
    assert await Consent.filter(channel="wecom_message", granted=False, text_version="2026-09").count() == 1
    both = chosen | {"channels": ["oa_service", "wecom_message"]}
    await Browser(web_app).post(page, both)
    words = (await consent.words_of([client.id]))[client.id]
    assert consent_rule.decide(words, "wecom_message", "deposit") == "yes"
    assert consent_rule.decide(words, "wecom_message", "fund") == "no", "a wider yes does not undo a narrower no"
    assert (await _holds(client)).partners == frozenset(), "not ticked any more: taken back"


async def test_everything_off_ends_every_narrower_yes_and_back_on_asks_anew(web_app, client):
    page = _page_of(client.id)
    await Browser(web_app).post(page, {"offers": "yes", "part": "all", "channels": ["oa_service"], "classes": ["fund"]})
    await Browser(web_app).post(page, {"offers": "no", "part": "all", "channels": ["oa_service"]})
    assert await _holds(client) == Choice(False, frozenset(), frozenset(), frozenset())
    answer = await Browser(web_app).post(page, {"offers": "yes", "part": "all"})
    assert answer.status == 422
    assert "至少勾选一个" in answer.text


async def test_the_page_names_nobody_and_shows_the_text_that_is_agreed_to(web_app, client):
    await Client.filter(id=client.id).update(name_sealed=personal.seal_name(client.id, "欧阳修文"))
    text = (await Browser(web_app).get(_page_of(client.id))).text
    assert "欧阳" not in text
    assert f"条款版本 {consent_texts.current().version}" in text
    assert "为什么会收到" in text


async def test_whoever_unticks_every_class_is_offered_nothing_private_either(web_app, client):
    page = _page_of(client.id)
    assert "私募" in (await Browser(web_app).get(page)).text
    nothing = {"offers": "yes", "part": "all", "text": "2026-09", "channels": ["oa_service"], "classes": []}
    assert (await Browser(web_app).post(page, nothing)).status == 303
    words = (await consent.words_of([client.id]))[client.id]
    assert {consent_rule.decide(words, "oa_service", one) for one in OFFERED} == {"no"}
    assert "private" in OFFERED
    await Browser(web_app).post(page, nothing | {"classes": ["private"]})
    words = (await consent.words_of([client.id]))[client.id]
    assert consent_rule.decide(words, "oa_service", "private") == "yes"
    assert consent_rule.decide(words, "oa_service", "fund") == "no"
