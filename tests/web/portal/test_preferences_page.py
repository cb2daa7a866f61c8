"""The page on which a client says yes or no to offers; an old link still finds the person it was made for."""

from __future__ import annotations

import pytest

from community.clients import identities, preferences
from community.clients.models import Client
from kernel import signing
from tests.browsing import Browser


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
