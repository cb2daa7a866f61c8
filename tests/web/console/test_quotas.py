"""The page of the platform's quotas, the numbers of one client and group, and the preset that two people change."""

from __future__ import annotations

from datetime import timedelta

from campaigns.planning import allowances
from campaigns.planning.models import Campaign, Step
from community.clients.models import Client, Contact
from community.groups.models import Group
from community.sending.models import Send
from kernel import clock, settings
from staff import approvals
from staff.models import Approval, AuditEntry, Staff
from wechat import limits
from wechat.limits import GROUP_MESSAGE


async def _friend(name: str, received: int) -> Client:
    client = await Client.create(marketing_consent=True)
    corpid = settings.get().wecom_corpid
    await Contact.create(client=client, corpid=corpid, userid="u1", external_userid=name, added_at=clock.now())
    for turn in range(received):
        await Send.create(
            key=f"{name}:{turn}",
            purpose="marketing",
            channel="wecom_message",
            client=client,
            recipient=name,
            state="delivered",
            due_at=clock.now(),
            delivered_at=clock.now(),
        )
    return client


async def test_the_page_says_how_many_may_still_get_something_and_when_it_frees(signed_in, people):
    await Staff.filter(id=people["marketing"].id).update(reach="bank")
    await limits.choose(GROUP_MESSAGE, "day_1", clock.today())
    full, _ = await _friend("wm1", 1), await _friend("wm2", 0)
    browser = await signed_in("marketing")
    page = (await browser.get("/quotas")).text
    assert "每天 1 条" in page
    assert "共 2 人，1 人额度已用完" in page
    assert "已用完" in (await browser.get(f"/clients/{full.id}")).text
    group = await Group.create(corpid=settings.get().wecom_corpid, chat_id="wr1", name="贵宾群")
    assert "微信还允许向本群发 1 条群消息" in (await browser.get(f"/groups/{group.id}")).text


async def test_a_scheduled_campaign_too_many_is_marked_on_the_page(signed_in, people):
    await limits.choose(GROUP_MESSAGE, "day_1", clock.today())
    await _friend("wm1", 0)
    start = clock.now() + timedelta(hours=30)
    for name in ("存款活动", "理财沙龙"):
        campaign = await Campaign.create(
            kind="message",
            name=name,
            channel="wecom_message",
            state="scheduled",
            starts_at=start,
            author=people["marketing"],
            last_editor=people["marketing"],
            salt=name,
        )
        await Step.create(campaign=campaign, code="main", text="您好")
    page = (await (await signed_in("marketing")).get("/quotas")).text
    assert "可能不够" in page
    assert "理财沙龙" in page


async def test_the_preflight_says_whose_quota_is_used_up(signed_in, people):
    await limits.choose(GROUP_MESSAGE, "day_1", clock.today())
    await _friend("wm1", 1)
    await _friend("wm2", 0)
    people["marketing"].reach = "bank"
    await people["marketing"].save(update_fields=["reach"])
    campaign = await Campaign.create(
        kind="message",
        name="存款活动",
        channel="wecom_message",
        author=people["marketing"],
        last_editor=people["marketing"],
        salt="s",
    )
    step = await Step.create(campaign=campaign, code="main", text="您好")
    (found,) = await allowances.findings(campaign, [step])
    assert found.message.startswith("有 1 位客户的企业微信群发额度（每天 1 条）不够")
    assert not found.is_blocking


async def test_a_preset_holds_once_another_person_agreed_and_leaves_an_entry(signed_in):
    browser = await signed_in("administrator")
    form = {"preset": "week_7", "preset_on": clock.today().isoformat(), "preset_reason": "管理后台已改为每周 7 条"}
    assert (await browser.post("/settings/policies/preset", form)).status == 303
    asked = await Approval.get(subject="platform_preset")
    assert "群发额度档位" in (await browser.get("/settings/policies")).text
    await limits.refresh(0)
    assert limits.at(GROUP_MESSAGE, clock.now()).preset == "month_days", "not yet"
    other = await Staff.create(login="r9", name="总行复核", role="reviewer", reach="bank")
    await approvals.approve(asked.id, asked.content_hash, other)
    await limits.refresh(0)
    assert limits.at(GROUP_MESSAGE, clock.now()).preset == "week_7"
    assert await AuditEntry.filter(action="platform_preset.changed").count() == 1


async def test_a_preset_that_wechat_does_not_offer_or_that_holds_already_is_refused(signed_in):
    browser = await signed_in("administrator")
    await limits.refresh(0)
    for preset in ("month_4", "month_days", "hourly"):
        form = {"preset": preset, "preset_on": clock.today().isoformat(), "preset_reason": "试"}
        assert (await browser.post("/settings/policies/preset", form)).status >= 400
    assert await Approval.all().count() == 0
