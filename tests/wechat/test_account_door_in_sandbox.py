"""The account's wider verbs against the sandbox: content, mass sends, notices, menus, staff, figures and upkeep."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel import clock
from tests.waiting import until
from tests.wechat.world import World
from wechat import events, faults
from wechat.account_events import MassSendFinished, SubscriptionAnswered
from wechat.official_account.shapes import Article, MassContent
from wechat.shapes import Button

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


async def heard(world: World, kind: type[events.Event]) -> Any:
    await until(lambda: any(isinstance(one, kind) for one in world.heard))
    return next(one for one in world.heard if isinstance(one, kind))


async def test_an_article_is_written_published_and_taken_back(world: World) -> None:
    account: Any = world.account
    cover = await account.add_material(PNG, "cover.png", "image")
    assert (await account.material_counts()).pictures == 1
    assert [one.media_id for one in (await account.materials("image")).items] == [cover.media_id]
    draft = await account.add_draft([Article("开业", "<p>欢迎</p>", cover.media_id)])
    await account.update_draft(draft, 0, Article("改名", "<p>欢迎</p>", cover.media_id))
    assert (await account.draft(draft)).articles[0].title == "改名"
    assert await account.draft_count() == 1
    job = await account.publish(draft)
    await world.control.settle()
    done = await account.publication(job)
    assert (done.state, len(done.urls)) == ("published", 1)
    assert [one.title for one in await account.published_articles(done.article_id)] == ["改名"]
    await account.unpublish(done.article_id)
    assert (await account.publication(job)).state == "deleted"


async def test_a_mass_send_reaches_its_fans_once(world: World) -> None:
    account: Any = world.account
    content = MassContent("text", text="年末沙龙")
    job = await account.mass_to_fans(world.fans, content, once="m1")
    finished = await heard(world, MassSendFinished)
    assert (finished.is_sent, finished.sent) == (True, len(world.fans))
    assert (await world.control.reached(kind="mass"))["most"] == 1
    await world.control.clock(advance=61)
    again = await account.mass_to_fans(world.fans, content, once="m1")
    assert (again.msg_id, again.was_there) == (job.msg_id, True)
    await account.set_mass_speed(4)
    assert (await account.mass_speed()).per_minute_10k == 10
    await account.preview_mass(world.fans[0], content)


async def test_a_subscribe_notice_needs_a_consent(world: World) -> None:
    account: Any = world.account
    openid = world.fans[0]
    template = await account.add_subscribe_template("2001", [1, 2], "到账")
    words = {"thing1": "机场贵宾厅", "time2": "2026年12月1日"}
    with pytest.raises(faults.Never):
        await account.send_subscribe_notice(openid, template, words, "")
    await world.control.act("fan.accept_template", openid=openid, template_id=template)
    assert (await heard(world, SubscriptionAnswered)).choices[0].is_accepted
    await account.send_subscribe_notice(openid, template, words, "")
    await world.control.settle()
    assert (await world.control.reached(kind="subscribe"))["total"] == 1
    assert [one.id for one in await account.subscribe_templates()] == [template]


async def test_menus_tags_and_the_blacklist_are_kept(world: World) -> None:
    account: Any = world.account
    tag = await account.create_fan_tag("金卡")
    await account.tag_fans(tag.id, world.fans[:1])
    assert list((await account.fans_of_tag(tag.id)).items) == world.fans[:1]
    await account.set_menu(
        [Button("权益", key="A"), Button("更多", entries=(Button("首页", url="http://127.0.0.1/"),))]
    )
    menu_id = await account.add_conditional_menu([Button("金卡", key="G")], tag.id)
    assert [(await account.menu_of(one))[0].name for one in world.fans[:2]] == ["金卡", "权益"]
    await account.delete_conditional_menu(menu_id)
    assert [one.name for one in await account.menu()] == ["权益", "更多"]
    await account.block(world.fans[:1])
    assert list((await account.blocked_openids()).items) == world.fans[:1]


async def test_quotas_addresses_staff_and_figures_can_be_read(world: World) -> None:
    account: Any = world.account
    assert (await account.quota("/cgi-bin/user/get")).daily_limit == 500
    await account.clear_quotas()
    assert await account.callback_addresses()
    assert (await account.check_callback()) is not None
    await account.add_service_staff("one@bank", "小王")
    assert [one.nickname for one in await account.service_staff()] == ["小王"]
    yesterday = clock.local(clock.now()).date() - timedelta(days=1)
    assert await account.fan_totals(yesterday, yesterday)
    assert await account.article_totals(yesterday) == []
    assert (await account.article_summary(yesterday, yesterday))[0].published == 0
