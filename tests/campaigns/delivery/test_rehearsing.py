"""The dry run says exactly what the start then does, person by person, and leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace

from campaigns.audience import reaching
from campaigns.delivery import rehearsing, tasks
from campaigns.planning import listing, running
from community.clients import personal
from community.sending import policies
from kernel import clock, database
from staff.models import Branch, Staff
from tests.campaigns.conftest import Cast, approved, make_clients

_DONE = """
SELECT d.client_id, CASE WHEN s.state = 'skipped' THEN s.reason ELSE d.decision END AS decision,
    COALESCE(s.channel, '') AS channel, COALESCE(s.recipient, '') AS recipient,
    COALESCE(s.sender_userid, '') AS sender_userid
FROM delivery d LEFT JOIN send s USING (campaign_id, client_id) WHERE d.campaign_id = $1 ORDER BY d.client_id
"""


async def test_the_dry_run_is_what_the_start_then_does_for_each_person(cast: Cast) -> None:
    ids = await make_clients(cast, 120)
    await make_clients(cast, 20, contacts=False, fans=True)
    await database.execute("UPDATE client SET marketing_consent = FALSE WHERE id = ANY($1::bigint[])", ids[:9])
    await database.execute("UPDATE client SET opted_out_at = now() WHERE id = ANY($1::bigint[])", ids[9:14])
    await policies.save(clock.today(), policies.Policy(holdout_percent=10))
    campaign = await approved(cast, control_percent=20)
    rehearsed = await rehearsing.statement(campaign)
    told = await database.fetch(f"SELECT * FROM ({rehearsed.sql}) r ORDER BY client_id", *rehearsed.arguments)
    counted = {one.decision: one.clients for one in await rehearsing.counted(campaign, cast.li)}
    assert await database.fetch_value("SELECT (SELECT count(*) FROM send) + (SELECT count(*) FROM delivery)") == 0
    await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    done = await database.fetch(_DONE, campaign.id)
    assert len(done) == 140 == sum(counted.values())
    for one in done:
        one["channel"] = one["channel"] or ""
    same = ("client_id", "decision", "channel", "recipient", "sender_userid")
    assert [tuple(row[name] for name in same) for row in told] == [tuple(row[name] for name in same) for row in done]


async def test_each_line_shows_masked_what_would_be_said_to_whom_through_whom(cast: Cast) -> None:
    client_id = (await make_clients(cast, 2))[0]
    sealed = personal.seal_name(client_id, "王小芳")
    await database.execute("UPDATE client SET name_sealed = $2 WHERE id = $1", client_id, sealed)
    campaign = await approved(cast, text="{称呼}您好，周四下午有一堂理财课，欢迎来听。")
    lines = await rehearsing.lines(campaign, cast.li)
    assert (lines[0].name, lines[0].decision, lines[0].sender) == ("王*芳", "due", "陈经理")
    assert lines[0].text.startswith("王女士您好")
    assert "退订" in lines[0].text
    assert [one.client_id for one in await rehearsing.lines(campaign, cast.li, after=client_id)] == [lines[1].client_id]
    assert await rehearsing.lines(campaign, cast.li, decision="capped") == []
    assert [(one.name, one.clients) for one in await rehearsing.senders(campaign, cast.li)] == [("陈经理", 2)]


async def test_sums_and_members_are_those_of_the_clients_in_the_viewers_scope(cast: Cast) -> None:
    await make_clients(cast, 5)
    other = await Branch.create(code="gz", name="广州分行")
    theirs = await Staff.create(login="sun", name="孙总", role="director", branch=other, wecom_userid="sun")
    await make_clients(Cast(other, cast.li, cast.wang, cast.zhao, theirs), 3)
    campaign = await approved(cast)
    seen = {who.login: await rehearsing.counted(campaign, who) for who in (cast.li, cast.zhao)}
    assert {login: sum(one.clients for one in some) for login, some in seen.items()} == {"li": 8, "zhao": 5}
    assert [(one.name, one.clients) for one in await rehearsing.senders(campaign, cast.zhao)] == [("陈经理", 5)]
    audience = replace(await listing.audience_of(campaign), seen_by=cast.zhao)
    assert {one.channel: one.clients for one in await reaching.now(audience)}["wecom_message"] == 5
