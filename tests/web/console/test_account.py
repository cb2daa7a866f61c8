"""A person's own account: sessions seen and ended, second factor, recovery codes, password, language."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import clock, settings
from staff import sign_in
from staff.access import invitations, recovery, second_factor, sessions
from staff.models import AuditEntry, Session, Staff
from tests import casting, phones
from tests.browsing import Browser

NEW = "sieben graue Kraniche 77"


async def test_own_sessions_are_listed_in_words_and_nobody_elses(signed_in, people):
    browser = await signed_in("marketing")
    chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
    await browser.post("/login", {"login": "marketing", "password": casting.PASSWORD}, {"user-agent": chrome})
    await sessions.begin(people["marketing"], "wecom", address="198.51.100.7", browser="企业微信 · Android")
    await sessions.begin(people["director"], "password", address="192.0.2.99")
    page = (await browser.get("/account")).text
    for words in ("Chrome · Windows", "企业微信 · Android", "198.51.100.7", "本机"):
        assert words in page
    assert "192.0.2.99" not in page
    assert page.count("本机") == 1


async def test_one_session_is_ended_others_can_not_be_reached(signed_in, people):
    browser, stranger = await signed_in("marketing"), await signed_in("director")
    other, token = await sessions.begin(people["marketing"], "password")
    assert (await stranger.post(f"/account/sessions/{other.id}/end")).status == 404
    assert await sessions.find(token) is not None
    assert (await browser.post(f"/account/sessions/{other.id}/end")).status == 303
    assert await sessions.find(token) is None
    assert (await browser.post(f"/account/sessions/{other.id}/end")).status == 404
    assert (await AuditEntry.get(action="session.ended")).detail == {"session": other.id}


async def test_all_others_are_ended_at_once_and_this_one_stays(signed_in, people):
    browser = await signed_in("marketing")
    tokens = [(await sessions.begin(people["marketing"], "password"))[1] for _ in range(3)]
    stranger = await signed_in("director")
    assert (await browser.post("/account/sessions/end-others")).status == 303
    assert [await sessions.find(token) for token in tokens] == [None] * 3
    assert (await browser.get("/account")).status == (await stranger.get("/account")).status == 200


async def test_a_new_password_needs_the_old_one_and_signs_out_everybody_else(signed_in, people):
    browser = await signed_in("marketing")
    before = browser.cookies["huiliu"]
    _other, token = await sessions.begin(people["marketing"], "password")
    link = await invitations.invite(people["marketing"], "reset", people["administrator"])
    form = {"old": casting.PASSWORD, "password": NEW, "repeated": NEW}
    for wrong in ({"old": "wrong"}, {"password": "short", "repeated": "short"}, {"repeated": "another"}):
        answer = await browser.post("/account/password", {**form, **wrong})
        assert answer.status in (401, 422)
        assert "aria-invalid" in answer.text
    assert (await browser.post("/account/password", form)).status == 303
    assert await sessions.find(token) is None
    assert await sessions.find(before) is None
    with pytest.raises(invitations.Closed):
        await invitations.whose(link.rpartition("/")[2])
    assert (await browser.get("/account")).status == 200
    assert await sign_in.check("marketing", NEW)
    assert await AuditEntry.filter(action="password.changed").count() == 1


async def test_changing_the_password_is_no_fresh_proof(signed_in, people):
    await phones.set_up(people["marketing"])
    browser = await signed_in("marketing")
    await Session.all().update(stepped_up_at=clock.now() - sessions.FRESH)
    ends_at = (await Session.get()).ends_at
    form = {"old": casting.PASSWORD, "password": NEW, "repeated": NEW}
    assert (await browser.post("/account/password", form)).status == 303
    # who knows the password of an open browser still can't take the second factor over
    assert (await browser.get("/account/second-factor")).status == 303
    assert (await Session.get()).ends_at == ends_at


async def test_a_second_factor_is_set_up_renewed_and_given_up(signed_in, people):
    browser = await signed_in("marketing")
    phone, draft = phones.scan((await browser.get("/account/second-factor")).text)
    answer = await browser.post("/account/second-factor", {"draft": draft, "code": phone.code()})
    assert answer.text.count("<li><code>") == recovery.HOW_MANY
    assert "还剩 10 个" in (await browser.get("/account")).text
    assert (await browser.post("/account/recovery-codes")).text.count("<li><code>") == recovery.HOW_MANY
    again, draft = phones.scan((await browser.get("/account/second-factor")).text)
    elsewhere = await signed_in("marketing")
    assert (await elsewhere.get("/account")).status == 200
    assert (await browser.post("/account/second-factor", {"draft": draft, "code": again.code()})).status == 200
    # whoever got in with the old one is out
    assert (await elsewhere.get("/account")).status == 303
    assert (await browser.get("/account")).status == 200
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        person = await Staff.get(login="marketing")
        assert not await second_factor.verify(person, phone.code())
        assert await second_factor.verify(person, again.code())
    assert (await browser.post("/account/second-factor/removal")).status == 303
    assert not second_factor.is_set_up(await Staff.get(login="marketing"))
    assert await AuditEntry.filter(action="second_factor.removed").count() == 1


async def test_where_it_is_required_it_can_not_be_given_up(signed_in, people, monkeypatch):
    await phones.set_up(people["marketing"])
    browser = await signed_in("marketing")
    monkeypatch.setenv("HUILIU_SECOND_FACTOR", "required")
    settings.forget()
    assert "不能停用" in (await browser.get("/account")).text
    assert (await browser.post("/account/second-factor/removal")).status == 422
    assert second_factor.is_set_up(await Staff.get(login="marketing"))


@pytest.mark.parametrize("path", ["/account/second-factor", "/account/recovery-codes"])
async def test_who_finds_an_open_browser_can_not_change_how_its_owner_signs_in(signed_in, people, path):
    await phones.set_up(people["marketing"])
    browser = await signed_in("marketing")
    await Session.all().update(stepped_up_at=clock.now() - sessions.FRESH)
    answer = await (browser.get(path) if path.endswith("factor") else browser.post(path))
    assert answer.status in (303, 401)
    assert "<code>" not in answer.text


async def test_the_chosen_language_follows_the_person_to_the_next_browser(signed_in, web_app, people):
    browser = await signed_in("marketing")
    await browser.post("/language", {"lang": "en", "back": "/account"})
    another = Browser(web_app)
    await another.post("/login", {"login": "marketing", "password": casting.PASSWORD})
    assert 'lang="en"' in (await another.get("/account")).text


async def test_sessions_of_a_leaver_are_dead_at_once(signed_in, people):
    browser = await signed_in("marketing")
    await Staff.filter(login="marketing").update(is_active=False)
    assert (await browser.get("/account")).status == 303
    assert (await browser.post("/account/sessions/end-others")).status == 303
    assert await sessions.end_all(people["marketing"]) == 1
