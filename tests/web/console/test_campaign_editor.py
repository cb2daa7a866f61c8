"""The editor: rows of conditions without scripts, one-press fixes, versions, submission."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest

from campaigns.planning import drafting
from campaigns.planning.models import Campaign, Step
from staff.models import Approval, Staff
from tests.browsing import Browser
from tests.web.console import bank

SignIn = Callable[[str], Awaitable[Browser]]


async def test_saving_keeps_conditions_texts_time_and_control_group(
    signed_in: SignIn, people: dict[str, Staff]
) -> None:
    await bank.make_clients(people, 2)
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    form = bank.form_of(
        campaign,
        act="save",
        starts_at="2031-09-18T14:00",
        control_percent="15",
        **{
            "a.0.joint": "or",
            "a.0.0.what": "activity.within",
            "a.0.0.days": "30",
            "a.0.1.what": "balance.between",
            "a.0.1.least": "5",
            "a.0.1.below": "",
            "a.0.2.what": "",
        },
    )
    assert (await browser.post(f"/campaigns/{campaign.id}/edit", form)).status == 303
    saved = await Campaign.get(id=campaign.id)
    assert saved.conditions == {
        "op": "or",
        "items": [
            {"field": "activity", "op": "within", "value": 30},
            {"field": "balance", "op": "between", "value": [5_000_000, None]},
        ],
    }
    assert (saved.control_percent, saved.version) == (15, campaign.version + 1)
    page = (await browser.get(f"/campaigns/{campaign.id}/edit")).text
    assert 'value="2031-09-18T14:00"' in page
    assert re.search(r'name="a\.0\.1\.least"[^>]*value="5"', page)


async def test_rows_are_added_and_dropped_without_saving(signed_in: SignIn, people: dict[str, Staff]) -> None:
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    path = f"/campaigns/{campaign.id}/edit"
    page = (await browser.post(path, bank.form_of(campaign, act="group", name="还没保存的名字"))).text
    assert 'name="a.0.0.what"' in page
    assert "还没保存的名字" in page
    rows = {"a.0.joint": "and", "a.0.0.what": "fan.is", "a.0.1.what": "contact.is"}
    page = (await browser.post(path, bank.form_of(campaign, act="drop.0.0", **rows))).text
    assert 'name="a.0.0.what"' in page
    assert 'name="a.0.1.what"' not in page
    assert re.search(r'value="contact.is" selected', page)
    assert (await Campaign.get(id=campaign.id)).version == campaign.version


async def test_the_audience_is_counted_as_typed(signed_in: SignIn, people: dict[str, Staff]) -> None:
    await bank.make_clients(people, 7)
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    path = f"/campaigns/{campaign.id}/audience"
    rows = {"a.0.joint": "and", "a.0.0.what": "contact.is"}
    text = (await browser.post(path, bank.form_of(campaign, **rows), {"hx-request": "true"})).text
    assert "<html" not in text
    assert re.search(r"将会发送</span><b>7</b>", text)
    rows["a.0.0.what"] = "fan.is"
    assert re.search(r"圈选</span><b>0</b>", (await browser.post(path, bank.form_of(campaign, **rows))).text)
    rows["a.0.0.what"] = "activity.within"
    assert "天数须在" in (await browser.post(path, bank.form_of(campaign, **rows))).text


async def test_the_sample_of_the_audience_shows_masked_names(signed_in: SignIn, people: dict[str, Staff]) -> None:
    from community.clients import registering

    ids = await bank.make_clients(people, 1)
    await registering.name_if_unknown({ids[0]: "欧阳修文"})
    campaign = await bank.draft_of(people["marketing"])
    page = (await (await signed_in("marketing")).get(f"/campaigns/{campaign.id}/edit")).text
    assert "欧**文" in page
    assert "欧阳修文" not in page


async def test_a_forbidden_word_is_replaced_by_one_press(signed_in: SignIn, people: dict[str, Staff]) -> None:
    campaign = await bank.draft_of(people["marketing"], text="这款产品稳赚不赔，真的稳赚不赔")
    browser = await signed_in("marketing")
    path = f"/campaigns/{campaign.id}/edit"
    page = (await browser.get(path)).text
    press = re.search(r'name="act" value="(fix\.main\.[^"]+)"', page)
    assert press
    form = bank.form_of(campaign, act=press[1], **{"step.main.text": "这款产品稳赚不赔，真的稳赚不赔"})
    page = (await browser.post(path, form)).text
    assert "这款产品稳健配置，真的稳健配置" in page


async def test_wording_is_checked_while_typing(signed_in: SignIn, people: dict[str, Staff]) -> None:
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    form = bank.form_of(campaign, **{"step.main.text": "保证收益，{余额}"})
    text = (await browser.post(f"/campaigns/{campaign.id}/wording/main", form, {"hx-request": "true"})).text
    assert "不得承诺或暗示保本、保收益" in text
    assert "消息里不能出现客户的金额" in text
    assert "<textarea" not in text


async def test_what_another_saved_meanwhile_is_not_overwritten(signed_in: SignIn, people: dict[str, Staff]) -> None:
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    path = f"/campaigns/{campaign.id}/edit"
    assert (await browser.post(path, bank.form_of(campaign, act="save", name="先保存的"))).status == 303
    answer = await browser.post(path, bank.form_of(campaign, act="save", name="后保存的"))
    assert answer.status == 409
    assert "另一位同事刚修改过" in answer.text
    assert "后保存的" in answer.text
    assert (await Campaign.get(id=campaign.id)).name == "先保存的"


async def test_errors_are_told_beside_the_field_and_nothing_typed_is_lost(
    signed_in: SignIn, people: dict[str, Staff]
) -> None:
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    form = bank.form_of(
        campaign, act="save", control_percent="许多", starts_at="明天", **{"step.main.text": "我的文字"}
    )
    answer = await browser.post(f"/campaigns/{campaign.id}/edit", form)
    assert answer.status == 422
    assert "对照组比例请填整数" in answer.text
    assert "开始时间请填日期和时间" in answer.text
    assert "我的文字" in answer.text


async def test_submitting_saves_what_is_on_the_screen_and_asks_for_a_second_person(
    signed_in: SignIn, people: dict[str, Staff]
) -> None:
    await bank.make_clients(people, 2)
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    form = bank.form_of(campaign, name="提交时的名字", **{"step.main.text": "{称呼|您}好，最后改的一句。"})
    answer = await browser.post(f"/campaigns/{campaign.id}/submission", form)
    assert answer.status == 303
    assert answer.headers["location"] == f"/campaigns/{campaign.id}"
    saved = await Campaign.get(id=campaign.id)
    assert (saved.state, saved.name) == ("submitted", "提交时的名字")
    assert (await Step.get(campaign_id=campaign.id)).text == "{称呼|您}好，最后改的一句。"
    assert await Approval.filter(subject_id=campaign.id, state="waiting").count() == 1


async def test_blocking_findings_stop_a_submission_and_are_listed(signed_in: SignIn, people: dict[str, Staff]) -> None:
    await bank.make_clients(people, 2)
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    form = bank.form_of(campaign, **{"step.main.text": "零风险，稳赚不赔"})
    answer = await browser.post(f"/campaigns/{campaign.id}/submission", form)
    assert answer.status == 422
    assert "还不能提交" in answer.text
    assert answer.text.count("须处理") >= 2
    assert (await Campaign.get(id=campaign.id)).state == "draft"


async def test_saving_a_change_after_the_approval_voids_it(signed_in: SignIn, people: dict[str, Staff]) -> None:
    await bank.make_clients(people, 2)
    campaign = await bank.approved(people)
    browser = await signed_in("marketing")
    assert "会作废已有的审批" in (await browser.get(f"/campaigns/{campaign.id}/edit")).text
    answer = await browser.post(f"/campaigns/{campaign.id}/edit", bank.form_of(campaign, act="save", name="改了名字"))
    assert answer.status == 303
    assert "审批已作废" in (await browser.get(answer.headers["location"])).text
    assert (await Campaign.get(id=campaign.id)).state == "draft"
    assert (await Approval.get(subject_id=campaign.id)).state == "void"


async def test_the_kinds_own_fields_are_saved_and_shown_again(signed_in: SignIn, people: dict[str, Staff]) -> None:
    campaign = await drafting.create("event_invitation", "秋日品茗", people["marketing"])
    browser = await signed_in("marketing")
    form = bank.form_of(
        campaign,
        act="save",
        **{
            "step.main.text": "{称呼}您好，诚邀您参加：{活动链接}",
            "step.reminder.text": "明天见：{活动链接}",
            "detail.moment.starts_at": "2031-10-01T15:30",
            "detail.text.place": "福田支行 T3 贵宾厅",
            "detail.number.seats": "24",
            "detail.moment.reply_by": "",
        },
    )
    assert (await browser.post(f"/campaigns/{campaign.id}/edit", form)).status == 303
    page = (await browser.get(f"/campaigns/{campaign.id}/edit")).text
    assert 'value="2031-10-01T15:30"' in page
    assert "福田支行 T3 贵宾厅" in page
    form |= {"version": (await Campaign.get(id=campaign.id)).version, "detail.number.seats": "很多"}
    assert (await browser.post(f"/campaigns/{campaign.id}/edit", form)).status == 422


async def test_a_message_is_tried_on_the_authors_own_phone(signed_in: SignIn, people: dict[str, Staff]) -> None:
    from community.sending.models import Send

    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    answer = await browser.post(f"/campaigns/{campaign.id}/trial", bank.form_of(campaign, act="try.main"))
    assert answer.status == 303
    sent = await Send.get()
    assert (sent.recipient, sent.client_id, sent.campaign_id) == ("marketing", None, None)


async def test_a_branch_cant_edit_what_head_office_plans(signed_in: SignIn, people: dict[str, Staff]) -> None:
    head = await Staff.create(login="head", name="总行", role="marketing", reach="bank")
    campaign = await bank.draft_of(head)
    browser = await signed_in("marketing")
    assert (await browser.get(f"/campaigns/{campaign.id}")).status == 200
    assert (await browser.get(f"/campaigns/{campaign.id}/edit")).status == 403
    assert (await browser.post(f"/campaigns/{campaign.id}/edit", bank.form_of(campaign, act="save"))).status == 403


async def test_a_text_of_the_library_is_added_to_the_message(signed_in: SignIn, people: dict[str, Staff]) -> None:
    from campaigns.content import library

    piece = await library.save(
        "问候", "祝您节日安康。", people["marketing"], link_title="贺卡", link_url="https://bank.example/k"
    )
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    form = bank.form_of(campaign, act="piece.main", piece=piece.series)
    page = (await browser.post(f"/campaigns/{campaign.id}/edit", form)).text
    assert "欢迎来听。\n祝您节日安康。" in page
    assert 'value="https://bank.example/k"' in page


@pytest.mark.parametrize(
    "changes",
    [
        {"channel": "carrier_pigeon"},
        {"control_percent": "99"},
        {"control_percent": "١٢"},
        {"late_minutes": "0"},
        {"starts_at": "0001-01-01T00:00"},
        {"version": "x"},
        {"step.main.text": "长" * 6000},
        {"detail.text.place": "长" * 500, "detail.moment.starts_at": "2031-01-01T10:00", "detail.number.seats": "2"},
        {"detail.text.seats": "abc", "detail.moment.starts_at": "2031-01-01T10:00", "detail.text.place": "厅"},
        {"detail.text.starts_at": "昨天"},
        {"a.0.joint": "and", "a.0.0.what": "tier.in", "a.0.0.value": ["' OR 1=1 --"], "act": "add.0"},
        {"a.kept": "{}}", "act": "count"},
        {"act": "fix.nothing"},
        {"act": "fix.nothing.x"},
        {"act": "piece.nothing", "piece": "x"},
        {"act": "drop.99999999999.1"},
    ],
)
async def test_a_hostile_form_is_refused_in_words_or_ignored(
    signed_in: SignIn, people: dict[str, Staff], changes: dict[str, object]
) -> None:
    campaign = await drafting.create("event_invitation", "秋日品茗", people["marketing"])
    browser = await signed_in("marketing")
    for path in ("edit", "audience", "wording/main", "wording/nothing", "submission", "trial"):
        answer = await browser.post(f"/campaigns/{campaign.id}/{path}", bank.form_of(campaign) | changes)
        assert answer.status < 500, path
        # a submission saves what can be saved; it never goes on with a campaign that lacks its occasion
        assert (await Campaign.get(id=campaign.id)).state == "draft"


@pytest.mark.parametrize(
    "form", [{}, {"day": "0001-01-01"}, {"day": "x"}, {"at": "0001-01-01T00:00"}, {"at": "x" * 90}]
)
async def test_a_hostile_day_is_refused(signed_in: SignIn, people: dict[str, Staff], form: dict[str, str]) -> None:
    campaign = await bank.draft_of(people["marketing"])
    browser = await signed_in("marketing")
    assert (await browser.post(f"/campaigns/{campaign.id}/date", form)).status in (303, 422)
    assert (await Campaign.get(id=campaign.id)).starts_at is None
