"""What a client wants to hear from the bank: at all, per channel, per product class, and with whom data is shared."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from community.clients import consent, consent_rule, identities, personal_links
from community.clients.models import Client, ConsentState
from kernel import database

PURPOSE = "preferences"
LINK_DAYS = 365
SOURCE = "preferences_page"
CHANNELS = {"wecom_message": "客户经理的企业微信消息", "oa_service": "公众号消息"}
"""Channels that carry offers to one client, as clients call them."""
_NOWHERE = "-"
"""A channel that no word is about: asks for what holds for every channel."""


@dataclass(frozen=True)
class Choice:
    """What holds now, or what is wanted: offers at all, and if so by which channels, on what, shared with whom."""

    offers: bool
    channels: frozenset[str]
    classes: frozenset[str]
    partners: frozenset[str]


def link(client_id: int) -> str:
    """The address for one client; it names nobody."""
    return personal_links.address(PURPOSE, "preferences", client_id)


async def open_link(token: str) -> Client:
    """The client behind a personal link, also after a merge; NotFound when the link is not good any more."""
    return await client_behind(PURPOSE, token)


async def client_behind(purpose: str, token: str) -> Client:
    """The same for another kind of personal page; NotFound for a client who was erased meanwhile."""
    number = personal_links.number_in(purpose, token, days=LINK_DAYS)
    client = await Client.get_or_none(id=await identities.survivor_of(number), erased_at=None)
    if client is None:
        raise personal_links.no_good()
    return client


async def now(client_id: int, classes: Iterable[str]) -> Choice:
    """What holds for a client, of these product classes."""
    words = (await consent.words_of([client_id])).get(client_id, [])
    shared = await ConsentState.filter(client_id=client_id, purpose=consent.SHARING, granted=True)
    return Choice(
        consent_rule.decide(words, _NOWHERE) == "yes",
        frozenset(one for one in CHANNELS if consent_rule.decide(words, one) == "yes"),
        frozenset(one for one in classes if consent_rule.decide(words, _NOWHERE, one) == "yes"),
        frozenset(one.receiver for one in shared),
    )


async def choose(
    client_id: int, wanted: Choice, classes: Collection[str], partners: Iterable[str], version: str
) -> None:
    """Write down every word that makes `wanted` hold; the noes last, because the newest word decides."""
    async with database.transaction():
        # the client's row: two pages open at once are two choices one after the other
        await Client.filter(id=client_id).select_for_update().get()
        held = await now(client_id, classes)
        if wanted.offers:
            await _offers(client_id, held, wanted, classes, version)
        elif held.offers or held.channels or await _is_silent(client_id):
            await consent.withdraw([client_id], SOURCE, text_version=version)
        for partner in partners:
            if (partner in wanted.partners) != (partner in held.partners):
                say = consent.grant if partner in wanted.partners else consent.withdraw
                await say([client_id], SOURCE, purpose=consent.SHARING, receiver=partner, text_version=version)


async def _offers(client_id: int, held: Choice, wanted: Choice, classes: Collection[str], version: str) -> None:
    has_said_yes = not held.offers
    if has_said_yes:
        await consent.grant([client_id], SOURCE, text_version=version)
    else:
        for channel in sorted(wanted.channels - held.channels):
            await consent.grant([client_id], SOURCE, channel=channel, text_version=version)
            has_said_yes = True
        for one in sorted(wanted.classes - held.classes):
            await consent.grant([client_id], SOURCE, product_class=one, text_version=version)
            has_said_yes = True
    # a wider yes that is newer would undo a narrower no: each no that is wanted is said again after it
    for channel in sorted(set(CHANNELS) - wanted.channels):
        if has_said_yes or channel in held.channels:
            await consent.withdraw([client_id], SOURCE, channel=channel, text_version=version)
    for one in sorted(set(classes) - wanted.classes):
        if has_said_yes or one in held.classes:
            await consent.withdraw([client_id], SOURCE, product_class=one, text_version=version)


async def _is_silent(client_id: int) -> bool:
    return not (await consent.words_of([client_id])).get(client_id)
