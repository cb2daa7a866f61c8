"""The quota ledger against the sandbox, which counts for itself: what ours lets out the platform takes, and no more."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from community.sending import claiming, leases, ledger, policies, quotas, results, waiting
from community.sending.models import Send
from kernel import clock, database, settings
from tests.community.sending import staging
from tests.community.sending.staging import Stage
from wechat import doors, limits
from wechat.limits import GROUP_MESSAGE

pytestmark = pytest.mark.usefixtures("db")
NOON = datetime(2027, 2, 3, 4, tzinfo=UTC)
"""A Wednesday in a month of 28 days."""


async def choose(stage: Stage, preset: str) -> None:
    await stage.control.switches(groupmsg_quota=preset)
    await limits.choose(GROUP_MESSAGE, preset, NOON.date())
    await policies.ensure_default()
    await database.execute("UPDATE send_policy SET daily_cap = 500, monthly_cap = 500, quiet_from = quiet_until")


async def at(stage: Stage, moment: datetime) -> None:
    await stage.control.clock(set=moment.isoformat())
    await stage.control.clock(freeze=True)


async def one_round(stage: Stage, people: dict[str, tuple[int, str]]) -> dict[str, int]:
    """A message to each, as far as the gate lets it out; confirmed and read back. How many are in each state."""
    stream = await staging.stream_of(
        {who: client for who, (client, _) in people.items()},
        "wecom_message",
        sender_of={who: userid for who, (_, userid) in people.items()},
    )
    await staging.drain(stream)
    await stage.control.act("member.confirm_groupmsg")
    for task in await database.fetch("SELECT * FROM group_task WHERE stream_id = $1", stream):
        await results.look(task)
    return await staging.states(stream)


async def by_hand(stage: Stage, who: str, userid: str) -> str:
    """A member's own group message, past our ledger; what WeCom says became of it."""
    made = await doors.wecom().create_group_message("single", text="手工群发", sender=userid, external_userids=[who])
    await stage.control.act("member.confirm_groupmsg")
    (result,) = await results.read_results(doors.wecom(), made.msgid, userid)
    return result.outcome


@pytest.mark.parametrize(("preset", "allowed"), [("day_1", 1), ("week_7", 7), ("month_days", 28)])
async def test_ledger_and_sandbox_agree_on_every_preset(stage: Stage, preset: str, allowed: int) -> None:
    await choose(stage, preset)
    people = await stage.contacts(1)
    ((who, (_, userid)),) = people.items()
    moment = NOON
    for _ in range(allowed):
        moment += timedelta(minutes=1)
        await at(stage, moment)
        with clock.frozen(moment):
            assert await one_round(stage, people) == {"delivered": 1}
    with clock.frozen(moment + timedelta(minutes=1)):
        # the last place is taken: ours holds the next one back, and WeCom would have refused it
        assert await one_round(stage, people) == {"planned": 1}
        held = await Send.get(state="planned")
        standing = (await quotas.of_recipients("wecom_message", [who]))[who]
        assert (held.reason, held.due_at) == ("platform_limit", standing.frees_at)
        assert held.stream_id is not None
        assert (await waiting.why(held.stream_id)).startswith("微信平台额度已用完")
        assert (standing.allowed, standing.used, standing.left) == (allowed, allowed, 0)
        assert await by_hand(stage, who, userid) == "over_limit"
    await at(stage, standing.frees_at)
    with clock.frozen(standing.frees_at):
        await staging.drain(held.stream_id)
        await stage.control.act("member.confirm_groupmsg")
        task = await database.fetch("SELECT * FROM group_task ORDER BY id DESC LIMIT 1")
        await results.look(task[0])
        assert await staging.states(held.stream_id) == {"delivered": 1}


async def test_a_result_over_limit_means_that_the_window_is_used_up_whoever_used_it(stage: Stage) -> None:
    await choose(stage, "day_1")
    people = await stage.contacts(1)
    ((who, (_, userid)),) = people.items()
    await at(stage, NOON)
    with clock.frozen(NOON):
        assert await by_hand(stage, who, userid) == "sent"
        assert await one_round(stage, people) == {"failed": 1}
        assert (await Send.get(state="failed")).reason == "over_platform_quota"
        standing = (await quotas.of_recipients("wecom_message", [who]))[who]
        assert standing.said_over
        assert standing.left == 0
        assert await one_round(stage, people) == {"planned": 1}


async def test_two_campaigns_that_claim_at_once_cannot_both_take_the_last_place(stage: Stage) -> None:
    await choose(stage, "day_1")
    with clock.frozen(NOON):
        people = await stage.contacts(20)
        clients = {who: client for who, (client, _) in people.items()}
        senders = {who: userid for who, (_, userid) in people.items()}
        streams = [await staging.stream_of(clients, "wecom_message", sender_of=senders) for _ in range(2)]
        owners = [(leases.new_owner(), stream) for stream in streams]
        claims = await asyncio.gather(
            *(claiming.claim_job(owner, 100, channel="wecom_message", stream_id=stream) for owner, stream in owners)
        )
        assert sum(len(claim.rows) for claim in claims) == 20
        rows = await database.fetch("SELECT recipient FROM send WHERE state = 'leased'")
        assert len({row["recipient"] for row in rows}) == 20


async def test_a_place_in_a_group_is_reserved_and_given_back_when_it_was_not_used(stage: Stage) -> None:
    await choose(stage, "day_1")
    with clock.frozen(NOON):
        for turn in ("a", "b"):
            await ledger.plan(
                key=f"test:{turn}",
                purpose="service",
                channel="wecom_group",
                recipient="wr1",
                text="通知",
                sender_userid="u",
            )
        owner = leases.new_owner()
        claim = await claiming.claim(owner, 10, channel="wecom_group", stream_id=None)
        assert len(claim.rows) == 1
        assert (await Send.get(state="planned")).reason == "platform_limit"
        await leases.put_back("lease_owner = $2 AND state = 'leased'", owner)
        assert (await quotas.of_recipients("wecom_group", ["wr1"]))["wr1"].left == 1


async def test_a_message_that_is_of_no_use_after_the_window_frees_is_skipped_with_the_reason(stage: Stage) -> None:
    await choose(stage, "day_1")
    with clock.frozen(NOON):
        for turn in ("a", "b"):
            await ledger.plan(
                key=f"test:{turn}",
                purpose="service",
                channel="wecom_group",
                recipient="wr1",
                text="今晚八点开播",
                sender_userid="u",
                expires_at=NOON + timedelta(hours=6),
            )
        await claiming.claim(leases.new_owner(), 10, channel="wecom_group", stream_id=None)
        assert (await Send.get(state="skipped")).reason == "platform_limit"


async def test_the_accounts_day_is_shared_by_all_campaigns(stage: Stage) -> None:
    await limits.ensure_known()
    await database.execute("UPDATE platform_limit SET value = 5 WHERE name = 'oa.template'")
    await limits.refresh(0)
    try:
        people = await stage.followers(8)
        with clock.frozen(NOON):
            streams = [await _notices(people, turn) for turn in ("a", "b")]
            await staging.drain()
            states = await staging.states()
            assert states.pop("planned") == 16 - 5
            assert sum(states.values()) == 5
            held = await Send.filter(state="planned").first()
            assert held is not None
            assert (held.reason, clock.local(held.due_at).hour) == ("platform_limit", 0)
            assert (await quotas.of_accounts())["oa_template", settings.get().oa_appid].left == 0
        assert streams
    finally:
        await database.execute("DELETE FROM platform_limit")
        await limits.refresh(0)


async def _notices(people: dict[str, int], turn: str) -> int:
    for who, client_id in people.items():
        await ledger.plan(
            key=f"test:{turn}:{who}",
            purpose="service",
            channel="oa_template",
            recipient=who,
            text="提醒",
            client_id=client_id,
        )
    return len(people)
