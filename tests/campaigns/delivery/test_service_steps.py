"""A reminder takes the way that reaches each client by itself; who has no way at all is still counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.delivery import finishing, planning_sends, progress, tasks
from campaigns.events import replies
from campaigns.events.models import Invitation
from campaigns.planning import preflight, running
from campaigns.planning.models import Campaign, Step
from community.sending import dispatching, results
from community.sending.models import Send
from kernel import clock, database, settings
from tests.campaigns.conftest import Cast, make_clients
from tests.campaigns.kinds.test_occasions import EVENT, occasion
from tests.community.sending.conftest import awake as awake
from tests.community.sending.conftest import stage as stage
from tests.community.sending.staging import Stage
from tests.waiting import until


async def _invited(cast: Cast, channel: str) -> Campaign:
    begins = clock.now() + timedelta(hours=5)
    campaign = await occasion(cast, "event_invitation", begins, EVENT, channel=channel)
    await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    return await Campaign.get(id=campaign.id)


async def _plan_reminder(campaign: Campaign) -> None:
    await Step.filter(campaign_id=campaign.id, code="reminder").update(due_at=clock.now())
    for step_id in await planning_sends.due_steps(campaign.id):
        await planning_sends.plan_step(step_id)


@pytest.mark.usefixtures("awake")
async def test_a_reminder_reaches_who_accepted_once_as_a_service_notice_and_nobody_else(
    cast: Cast, stage: Stage
) -> None:
    followers = await stage.followers(4)
    campaign = await _invited(cast, "oa_service")
    while await dispatching.dispatch(lane="campaigns", stream_id=campaign.stream_id):
        pass
    assert await stage.reached(kind="custom") == dict.fromkeys(followers, 1)
    accepted, declined, *_ = await Invitation.all().order_by("id")
    await replies.accept(accepted.id)
    await replies.decline(declined.id)
    # two days later nobody's service window is open any more
    await database.execute("UPDATE fan SET window_left = 0, window_until = now() - interval '1 minute'")
    for _ in range(2):
        await _plan_reminder(campaign)
        await dispatching.dispatch(lane="campaigns", stream_id=campaign.stream_id)
    (openid,) = [openid for openid, client_id in followers.items() if client_id == accepted.client_id]
    await until(lambda: stage.reached(kind="template"))
    assert await stage.reached(kind="template") == {openid: 1}
    notice = await Send.get(campaign_id=campaign.id, step="reminder")
    assert (notice.channel, notice.purpose, notice.state) == ("oa_template", "service", "accepted")
    assert await results.receipt(notice.msgid, "delivered")
    reminder = next(step for step in await progress.steps(campaign) if step.code == "reminder")
    assert (reminder.total, reminder.delivered) == (1, 1)
    await finishing.finish_all()
    assert (await Step.get(campaign_id=campaign.id, code="reminder")).state == "done"


@pytest.mark.parametrize("channel", ["oa_service", "wecom_message"])
async def test_each_client_is_reminded_by_the_best_way_there_is_and_a_row_says_when_there_is_none(
    cast: Cast, channel: str
) -> None:
    clients = await make_clients(cast, 4, contacts=True, fans=True)
    talking, follower, contact, gone = clients
    campaign = await _invited(cast, channel)
    await database.execute("UPDATE invitation SET state = 'accepted'")
    await database.execute("UPDATE fan SET window_left = 0 WHERE client_id = $1", follower)
    await database.execute("UPDATE fan SET subscribed = FALSE WHERE client_id = ANY($1::bigint[])", [contact, gone])
    await database.execute("UPDATE contact SET ended_at = now() WHERE client_id = $1", gone)
    await _plan_reminder(campaign)
    sends = {send.client_id: send for send in await Send.filter(campaign_id=campaign.id, step="reminder")}
    assert {client_id: (send.channel, send.state, send.reason) for client_id, send in sends.items()} == {
        talking: ("oa_service", "planned", ""),
        follower: ("oa_template", "planned", ""),
        contact: ("wecom_message", "planned", ""),
        gone: (channel, "skipped", "no_channel"),
    }
    assert (sends[follower].recipient, sends[contact].sender_userid) == (f"o{follower}", "chen")
    shown = await progress.funnel(campaign.id)
    assert shown.total == shown.queued + shown.skipped
    assert ("skipped", "no_channel", "当时没有可用的渠道", 1) in shown.stopped


async def test_without_a_template_of_the_bank_a_follower_is_reminded_by_the_member(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_clients(cast, 1, contacts=True, fans=True)
    campaign = await _invited(cast, "wecom_message")
    await database.execute("UPDATE invitation SET state = 'accepted'")
    await database.execute("UPDATE fan SET window_left = 0")
    monkeypatch.setenv("HUILIU_OA_TEMPLATE_ID", "")
    settings.forget()
    await _plan_reminder(campaign)
    assert (await Send.get(step="reminder")).channel == "wecom_message"
    monkeypatch.undo()
    settings.forget()


async def test_the_preflight_says_how_reminders_go_and_does_not_count_them_as_confirmations(cast: Cast) -> None:
    await make_clients(cast, 20, contacts=True, fans=True)
    begins = clock.now() + timedelta(hours=5)
    campaign = await occasion(cast, "event_invitation", begins, EVENT)
    found = {(finding.code, finding.place): finding for finding in await preflight.check(campaign)}
    said = found["service.channels", "reminder"]
    assert "提醒优先以公众号服务通知发送" in said.message
    assert not said.is_blocking
    assert ("confirmations.many", "main") in found
    assert ("confirmations.many", "reminder") not in found
