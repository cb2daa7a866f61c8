"""The newest word that covers a message decides, in the rule, in SQL and after a merge."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.clients import consent, consent_rule, consent_sql, identities
from community.clients.consent_rule import Word
from community.clients.models import Client, Consent, ConsentState
from kernel import clock, database
from tests.waiting import until

START = datetime(2026, 1, 1, tzinfo=UTC)
CHANNELS = ("", "oa_service", "wecom_message")
CLASSES = ("", "deposit", "fund", "insurance")
words = st.builds(
    Word,
    granted=st.booleans(),
    at=st.integers(0, 6).map(lambda hours: START + timedelta(hours=hours)),
    channel=st.sampled_from(CHANNELS),
    product_class=st.sampled_from(CLASSES),
)
wanted = st.tuples(st.sampled_from(CHANNELS[1:]), st.sets(st.sampled_from(CLASSES[1:])))


def test_nothing_said_is_neither_yes_nor_no() -> None:
    assert consent_rule.decide([], "oa_service") == ""
    assert consent_rule.decide([Word(True, START, "wecom_message")], "oa_service") == ""
    assert consent_rule.decide([Word(True, START, product_class="fund")], "oa_service") == ""


def test_the_newest_word_decides_also_when_it_is_the_wider_one() -> None:
    later = START + timedelta(days=1)
    assert consent_rule.decide([Word(True, START, "oa_service"), Word(False, later)], "oa_service") == "no"
    assert consent_rule.decide([Word(False, START), Word(True, later, "oa_service")], "oa_service") == "yes"
    assert consent_rule.decide([Word(False, START), Word(True, later, "oa_service")], "wecom_message") == "no"


def test_each_product_class_of_a_message_needs_its_yes() -> None:
    said = [Word(True, START), Word(False, START + timedelta(days=1), product_class="fund")]
    assert consent_rule.decide_all(said, "oa_service", ["deposit"]) == "yes"
    assert consent_rule.decide_all(said, "oa_service", ["deposit", "fund"]) == "no"
    assert consent_rule.decide_all(said, "oa_service", []) == "yes"


@given(st.lists(words), wanted)
def test_the_rule_is_that_of_its_own_sentence(said: list[Word], message: tuple[str, set[str]]) -> None:
    channel, classes = message
    found = set()
    for one in classes or {""}:
        answer = ""
        for word in sorted(said, key=lambda word: (word.at, not word.granted)):
            if word.channel in ("", channel) and word.product_class in ("", one):
                answer = "yes" if word.granted else "no"
        found.add(answer)
    assert consent_rule.decide_all(said, channel, classes) == ("no" if "no" in found else min(found))


async def _state(client_id: int, said: list[Word]) -> None:
    await database.execute("DELETE FROM consent_state WHERE client_id = $1", client_id)
    newest = {(word.channel, word.product_class): word for word in sorted(said, key=lambda one: one.at)}
    general = newest.get(("", ""))
    await Client.filter(id=client_id).update(
        marketing_consent=bool(general and general.granted),
        opted_out_at=general.at if general and not general.granted else None,
    )
    for word in newest.values():
        await ConsentState.create(
            client_id=client_id,
            purpose="marketing",
            channel=word.channel,
            product_class=word.product_class,
            granted=word.granted,
            at=word.at,
        )


async def _by_sql(client_id: int, channel: str, classes: set[str]) -> str:
    sql, arguments = consent_sql.answer(channel, classes, first=2)
    number = await database.fetch_value(f"SELECT {sql} FROM client c WHERE c.id = $1", client_id, *arguments)
    return {1: "yes", 0: "", -1: "no"}[number]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(words, max_size=8, unique_by=lambda word: (word.channel, word.product_class)), message=wanted)
async def test_sql_and_rule_say_the_same(db: None, said: list[Word], message: tuple[str, set[str]]) -> None:
    client = await Client.create()
    await _state(client.id, said)
    held = (await consent.words_of([client.id])).get(client.id, [])
    assert await _by_sql(client.id, *message) == consent_rule.decide_all(said, *message)
    assert consent_rule.decide_all(held, *message) == consent_rule.decide_all(said, *message)


async def test_words_said_in_the_same_moment_still_follow_each_other(db: None) -> None:
    client = await Client.create()
    with clock.frozen(START):
        await consent.withdraw([client.id], "preferences_page")
        await consent.grant([client.id], "preferences_page", channel="wecom_message")
    assert await _by_sql(client.id, "wecom_message", set()) == "yes"
    assert await _by_sql(client.id, "oa_service", set()) == "no"


async def test_a_general_no_ends_every_narrower_yes(db: None) -> None:
    client = await Client.create()
    await consent.grant([client.id], "form", channel="wecom_message", product_class="fund", text_version="2026-11")
    assert await _by_sql(client.id, "wecom_message", {"fund"}) == "yes"
    assert await _by_sql(client.id, "wecom_message", {"deposit"}) == ""
    await consent.withdraw([client.id], "message", evidence="inbound:7")
    assert await _by_sql(client.id, "wecom_message", {"fund"}) == "no"
    assert [(one.text_version, one.evidence) for one in await Consent.all().order_by("id")] == [
        ("2026-11", ""),
        ("", "inbound:7"),
    ]


async def test_sharing_with_a_partner_is_a_consent_of_its_own(db: None) -> None:
    client = await Client.create()
    await consent.grant([client.id], "preferences_page", purpose=consent.SHARING, receiver="某某保险")
    assert await _by_sql(client.id, "oa_service", set()) == ""
    await client.refresh_from_db()
    assert not client.marketing_consent


@pytest.mark.parametrize("gone_said_last", [True, False])
async def test_after_a_merge_the_newest_word_of_either_row_holds(db: None, gone_said_last: bool) -> None:
    keep, gone = await Client.create(), await Client.create()
    first, last = (keep, gone) if gone_said_last else (gone, keep)
    await consent.grant([first.id], "form")
    await consent.grant([first.id], "form", channel="oa_service")
    await consent.withdraw([last.id], "form")
    await identities.merge(keep.id, gone.id)
    await keep.refresh_from_db()
    assert keep.opted_out_at is not None
    assert await _by_sql(keep.id, "oa_service", set()) == "no"
    assert await ConsentState.filter(client_id=gone.id).count() == 0


async def test_a_word_said_under_an_old_number_is_that_of_whom_it_was_merged_into(db: None) -> None:
    keep, between, gone = await Client.create(), await Client.create(), await Client.create()
    await consent.grant([keep.id], "form")
    await identities.merge(between.id, gone.id)
    await identities.merge(keep.id, between.id)
    assert await consent.withdraw([gone.id], "message") == [keep.id]
    assert await _by_sql(keep.id, "oa_service", set()) == "no"


async def test_a_yes_that_yields_leaves_every_no_alone(db: None) -> None:
    silent, left, narrowed = await Client.create(), await Client.create(), await Client.create()
    await consent.withdraw([left.id], "message")
    await consent.withdraw([narrowed.id], "preferences_page", channel="wecom_message")
    ids = [silent.id, left.id, narrowed.id]
    assert await consent.grant(ids, "bank_file", is_yielding=True) == [silent.id]
    assert [await _by_sql(one, "wecom_message", set()) for one in ids] == ["yes", "no", "no"]
    assert await Consent.filter(source="bank_file").count() == 1


async def test_a_yes_that_yields_waits_for_a_no_that_is_being_said(db: None) -> None:
    client, is_saying = await Client.create(), asyncio.Event()

    async def opt_out() -> None:
        async with database.transaction():
            await consent.withdraw([client.id], "message")
            is_saying.set()
            await until(_somebody_waits)

    async def file() -> list[int]:
        await is_saying.wait()
        return await consent.grant([client.id], "bank_file", is_yielding=True)

    _, changed = await asyncio.gather(opt_out(), file())
    assert changed == []
    assert await _by_sql(client.id, "oa_service", set()) == "no"


async def _somebody_waits() -> bool:
    return bool(await database.fetch_value("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"))
