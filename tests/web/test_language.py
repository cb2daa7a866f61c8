"""Pages in English: the catalogue is whole, and the console answers in the language a person chose."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from kernel import clock
from staff.models import AuditEntry
from tools import catalogue
from web import formats, language

PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|\{[^{}]*\}")
MENDING = "run `make catalogue`, then fill the empty entries of web/locale/en/LC_MESSAGES/messages.po and run it again"


@pytest.fixture
def english():
    language.use("en")
    yield
    language.use(language.DEFAULT)


def test_every_text_of_pages_and_labels_is_translated_to_english():
    missing = catalogue.missing(catalogue.read("en"))
    assert not missing, f"no English for {missing}: {MENDING}"


def test_a_translation_keeps_the_placeholders_of_its_text():
    broken = {
        message.id: message.string
        for message in catalogue.read("en")
        if message.id
        and message.string
        and sorted(PLACEHOLDER.findall(message.id)) != sorted(PLACEHOLDER.findall(message.string))
    }
    assert broken == {}


def test_the_compiled_catalogue_is_the_one_written_down():
    compiled = (catalogue.LOCALES / "en" / "LC_MESSAGES" / "messages.mo").read_bytes()
    assert compiled == catalogue.compiled(catalogue.read("en")), "run `make catalogue`"


def test_no_text_is_asked_for_inside_an_f_string_where_it_would_not_be_found():
    hidden = [
        path.name for path in (catalogue.ROOT / "web").rglob("*.py") if re.search(r"\{_\(['\"]", path.read_text())
    ]
    assert hidden == [], "take _() out of the f-string"


async def test_a_person_switches_the_console_to_english_and_back(signed_in):
    browser = await signed_in("marketing")
    assert 'lang="zh-CN"' in (await browser.get("/")).text
    answer = await browser.post("/language", {"lang": "en", "back": "/"})
    assert answer.status == 303
    assert await AuditEntry.filter(action="staff.language_chosen").count() == 1
    page = (await browser.get("/")).text
    assert '<html lang="en"' in page
    assert "Deposit return rate" in page
    assert "存款回流率" not in page
    await browser.post("/language", {"lang": "zh-CN", "back": "/"})
    assert "存款回流率" in (await browser.get("/")).text


async def test_an_unknown_language_is_answered_in_chinese(signed_in):
    browser = await signed_in("marketing")
    await browser.post("/language", {"lang": "xx", "back": "/"})
    assert 'lang="zh-CN"' in (await browser.get("/")).text


def test_a_label_is_translated_as_plain_text_and_an_unknown_one_stays(english):
    assert language.gettext("客户总监") == "Client director"
    assert language.gettext("海岳银行 100%") == "海岳银行 100%"
    assert language.gettext("") == ""


def test_money_days_and_spans_follow_the_language(english):
    with clock.frozen(datetime(2026, 9, 18, 6, 2, tzinfo=UTC)):
        assert formats.money(123_456) == "1,234.56 CNY"
        assert formats.money(12_800_000_000, "short") == "128.00 M\N{NO-BREAK SPACE}CNY"
        assert formats.day(clock.today(), weekday=True) == "18 Sep, Fri"
        assert formats.moment(clock.now()) == "Today 14:02"
        assert formats.ago(datetime(2026, 9, 18, 5, 59, tzinfo=UTC)) == "3 min ago"
        assert formats.interval(0.034, 0.076) == "3.4 to 7.6"
