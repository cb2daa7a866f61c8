"""The library's pages: every kind is saved from its form, sent to approval, attached in the editor, and seen."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from campaigns.content import library, library_approval, link_opening, links
from campaigns.content.models import Piece
from campaigns.planning.models import Step
from community.clients import timeline
from staff import approvals
from staff.models import Approval, Staff
from tests.browsing import Browser
from tests.campaigns.content.making import png
from tests.web.console import bank

SignIn = Callable[[str], Awaitable[Browser]]


async def test_a_picture_is_uploaded_approved_attached_and_shown(signed_in: SignIn, people: dict[str, Staff]) -> None:
    browser = await signed_in("marketing")
    form = {"title": "讲堂海报", "kind": "image", "folder": "十一月", "tags": "讲堂，金卡", "act": "save"}
    answer = await browser.upload("/library/edit", form, "upload", "海报.png", png())
    assert answer.status == 303
    (piece,) = await library.current()
    assert (piece.kind, piece.tags, piece.state) == ("image", ["讲堂", "金卡"], "draft")
    assert (await browser.post(f"/library/pieces/{piece.id}/submission", {})).status == 303
    asked = await Approval.get(subject="piece")
    await approvals.approve(asked.id, asked.content_hash, people["branch_head"])
    page = (await browser.get("/library?kind=image&tag=金卡")).text
    assert "讲堂海报" in page
    assert "可使用" in page
    shown = await browser.get(f"/library/files/{piece.asset_id}")
    assert (shown.status, shown.headers["content-type"]) == (200, "image/png")
    campaign = await bank.draft_of(people["marketing"])
    path = f"/campaigns/{campaign.id}/edit"
    page = (await browser.post(path, bank.form_of(campaign, act="attach.main", **{"attach.main": piece.id}))).text
    assert re.search(rf'name="step\.main\.pieces" value="{piece.id}"', page)
    await browser.post(path, bank.form_of(campaign, act="save", **{"step.main.pieces": str(piece.id)}))
    assert (await Step.get(campaign_id=campaign.id, code="main")).pieces == [piece.id]
    page = (await browser.get(f"/library/edit?series={piece.series}")).text
    assert campaign.name in page


async def test_what_is_missing_is_said_beside_the_form_and_a_text_is_seen_as_a_client(
    signed_in: SignIn, people: dict[str, Staff]
) -> None:
    await bank.make_clients(people, 2)
    browser = await signed_in("marketing")
    answer = await browser.post("/library/edit", {"title": "海报", "kind": "image", "act": "save"})
    assert (answer.status, "请上传图片" in answer.text) == (422, True)
    form = {"title": "海报", "kind": "image", "act": "save"}
    answer = await browser.upload("/library/edit", form, "upload", "海报.png", b"%PDF-1.4 none of it")
    assert "文件内容和它的后缀不一致" in answer.text
    text = "{称呼|贵宾}好，{客户经理}邀您听课"
    page = (await browser.post("/library/edit", {"title": "文", "text": text, "act": "preview"})).text
    assert "邀您听课" in page
    assert "资料不全的客户" in page
    assert await Piece.all().count() == 0
    piece = await library.save("文", "您好", people["marketing"])
    await library_approval.submit(piece.id, people["marketing"])
    assert "审批中" in (await browser.get("/library")).text


async def test_a_link_leads_on_and_programs_leave_no_tap(signed_in: SignIn, people: dict[str, Staff]) -> None:
    browser = await signed_in("marketing")
    (client_id,) = await bank.make_clients(people, 1)
    link = await links.track("campaign:3", "main", "https://bank.example/course")
    path = f"/l/{links.token(link.id, client_id)}"
    phone = {"user-agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50", "accept": "text/html"}
    answer = await browser.get(path, phone)
    assert (answer.status, answer.headers["location"]) == (302, "https://bank.example/course")
    assert (await browser.ask("HEAD", path, phone)).status == 302
    assert (await browser.get(path, {"user-agent": "curl/8.5"})).status == 302
    assert await link_opening.counts("campaign:3") == {"client": 1, "preview": 2}
    assert [one.kind for one in await timeline.entries(client_id)] == ["link.clicked"]
    for broken in ("/l/x", "/l/AAAA", "/l/%E4%BD%A0"):
        assert (await browser.get(broken)).status == 404
