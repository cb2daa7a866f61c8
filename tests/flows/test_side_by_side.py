"""Two official accounts and two corps at once: each callback lands where it belongs, each answer leaves by its door.

The people carry the same openids and userids on both sides, as the worst case: nothing may be taken for the other's.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from campaigns.delivery import tasks as delivery
from campaigns.planning import running
from community.clients.models import Contact, Fan
from community.groups.models import Group
from community.sending import dispatching, holding, reconciling
from community.sending.models import GroupTask, Send
from kernel import clock, database, settings
from staff.models import Staff
from tests.campaigns import conftest as campaigning
from tests.campaigns.conftest import Cast, approved
from tests.conftest import sandbox_place
from tests.webhooks.calling import Caller, account, corp
from webhooks import tasks
from webhooks.models import Callback
from wechat import accounts, accounts_changing, diagnosing
from wechat.accounts_changing import Described
from wechat.sandbox.callbacks import bodies, wrapping
from wechat.sandbox.callbacks.wrapping import Receiver
from wechat.sandbox.client import Sandbox

cast = campaigning.cast
CARDS, SECOND = "wxcards00000001", "wwsecond00000001"
KEY = "B" * 43
PATHS = {
    "oa": "/callbacks/official_account",
    f"oa:{CARDS}": "/callbacks/official_account/cards",
    f"wx:{SECOND}:1000009": "/callbacks/wecom/second",
}


def cards() -> Receiver:
    """The second official account as WeChat's console knows it."""
    return Receiver("oa", f"oa:{CARDS}", "x", "tokenofcards", KEY, CARDS, "gh_cards")


def second() -> Receiver:
    """The second corp's app as WeCom's console knows it."""
    return Receiver("wecom", f"wx:{SECOND}", "x", "tokenofsecond", KEY, SECOND, SECOND, agentid=1000009)


class Lines:
    """WeChat's side for all four, our intake and handling on the other."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.caller, self.seen = sandbox, Caller(), set[int]()

    async def post(self, receiver: Receiver, plaintext: str, path: str) -> int:
        """One callback of a receiver at an address; the status."""
        query, body = wrapping.wrap(receiver, plaintext, "", time.time(), None)
        return (await self.caller.send("POST", path, query, body.encode()))[0]

    async def settle(self) -> None:
        """Bring everything that the sandbox has to tell to the address of its account, and handle it."""
        receivers = {
            f"oa:{CARDS}": (cards(), PATHS[f"oa:{CARDS}"]),
            f"wx:{SECOND}": (second(), "/callbacks/wecom/second"),
        }
        for row in sorted(await self.sandbox.callbacks(limit=1000), key=lambda row: row["id"]):
            if row["id"] in self.seen:
                continue
            self.seen.add(row["id"])
            own = (account(), PATHS["oa"]) if row["app"].startswith("oa:") else (corp(), "/callbacks/wecom")
            name = row["app"] if row["app"].startswith("oa:") else ":".join(row["app"].split(":")[:2])
            receiver, path = receivers.get(name, own)
            assert await self.post(receiver, row["plaintext"], path) == 200
        ids = await Callback.filter(state="received").order_by("id").values_list("id", flat=True)
        await tasks.handle_callbacks.now(list(ids))  # type: ignore[arg-type]
        assert await Callback.exclude(state="handled").count() == 0

    async def send(self) -> None:
        """Send what is due until nothing is."""
        while await dispatching.dispatch(lane="urgent") or await dispatching.dispatch(lane="campaigns"):
            pass

    async def reached(self) -> list[tuple[str, str, str]]:
        """(kind, through which account, to whom) of each message that arrived."""
        log = (await self.sandbox.reached(log=True))["log"]
        return sorted((one["kind"], one["via"], person) for one in log for person in one["people"])


@pytest.fixture
async def lines(sandbox: Sandbox) -> AsyncIterator[Lines]:
    place = sandbox_place()
    (own,), (own_corp,) = place["official_accounts"], place["corps"]
    other = own | {"appid": CARDS, "original_id": "gh_cards", "secret": "cs", "token": "tokenofcards", "aes_key": KEY}
    agent = own_corp["agents"][0] | {"agentid": 1000009, "secret": "ss", "token": "tokenofsecond", "aes_key": KEY}
    await sandbox.config(official_accounts=[own, other], corps=[own_corp, {"corpid": SECOND, "agents": [agent]}])
    app = await accounts_changing.add("official_account", CARDS, 0, Described("信用卡中心", "cards", template_id="T2"))
    await accounts_changing.set_secrets(app, secret="cs", token="tokenofcards", aes_key=KEY)
    app = await accounts_changing.add("wecom", SECOND, 1000009, Described("财富子公司", "second"))
    await accounts_changing.set_secrets(app, secret="ss", token="tokenofsecond", aes_key=KEY)
    made = Lines(sandbox)
    yield made
    await made.caller.intake.commits.drain()


def event(receiver: Receiver, openid: str, **fields: Any) -> str:
    """The body of an event or message of an official account."""
    return bodies.write_xml(bodies.oa_event(receiver.to_user, openid, int(time.time()), fields))


async def test_the_same_openid_at_two_accounts_is_two_people_and_each_is_answered_by_their_own(lines: Lines) -> None:
    for appid in (settings.get().oa_appid, CARDS):
        await lines.sandbox.act("fan.subscribe", appid=appid, openid="o-same")
        await lines.sandbox.act("fan.message", appid=appid, openid="o-same", text="退订")
    await lines.settle()
    fans = await Fan.filter(openid="o-same")
    assert sorted(fan.appid for fan in fans) == sorted([settings.get().oa_appid, CARDS])
    assert len({fan.client_id for fan in fans}) == 2
    await lines.send()
    custom = [row for row in await lines.reached() if row[0] == "custom"]
    assert custom == sorted([("custom", settings.get().oa_appid, "o-same"), ("custom", CARDS, "o-same")])
    assert {send.app for send in await Send.filter(channel="oa_service")} == {settings.get().oa_appid, CARDS}
    left = {fan.appid: fan.window_left for fan in await Fan.filter(openid="o-same")}
    assert left == {settings.get().oa_appid: 4, CARDS: 4}


async def test_the_same_member_and_client_ids_in_two_corps_stay_apart(lines: Lines) -> None:
    await Staff.create(login="zhang", name="张伟", role="director", wecom_userid="zhang.wei")
    for corpid in (settings.get().wecom_corpid, SECOND):
        await lines.sandbox.act("member.join", corpid=corpid, userid="zhang.wei")
        await lines.sandbox.act("client.add", corpid=corpid, userid="zhang.wei", external_userid="wm-same")
    await lines.settle()
    contacts = {contact.corpid: contact for contact in await Contact.filter(external_userid="wm-same")}
    assert set(contacts) == {settings.get().wecom_corpid, SECOND}
    assert contacts[settings.get().wecom_corpid].staff_id is not None
    assert contacts[SECOND].staff_id is None
    assert contacts[SECOND].client_id != contacts[settings.get().wecom_corpid].client_id
    await lines.send()
    assert [row[0] for row in await lines.reached()] == ["welcome", "welcome"]
    assert {send.app for send in await Send.filter(channel="wecom_welcome")} == {settings.get().wecom_corpid, SECOND}
    gone = bodies.wecom_event(
        SECOND, int(time.time()), {"Event": "change_contact", "ChangeType": "delete_user", "UserID": "zhang.wei"}
    )
    assert await lines.post(second(), bodies.write_xml(gone), "/callbacks/wecom/second") == 200
    await lines.settle()
    # who left there was another person
    assert (await Staff.get(login="zhang")).left_at is None


async def test_a_callback_sealed_for_one_account_is_refused_at_the_others_address(lines: Lines) -> None:
    plain = event(cards(), "o1", Event="subscribe", EventKey="")
    assert await lines.post(cards(), plain, PATHS["oa"]) == 403
    assert await lines.post(account(), plain, PATHS[f"oa:{CARDS}"]) == 403
    # one whose token and key are known, but which names another receiver inside
    liar = replace(cards(), receive_id=settings.get().oa_appid)
    assert await lines.post(liar, plain, PATHS[f"oa:{CARDS}"]) == 403
    assert await lines.post(cards(), plain, "/callbacks/official_account/nobody") == 404
    assert await lines.post(cards(), plain, "/callbacks/wecom/cards") == 404
    assert await Callback.all().count() == 0
    own = accounts.find("official_account", settings.get().oa_appid)
    assert own is not None
    assert (await diagnosing.mark(own))["refused"] == {"signature": 1}
    assert await lines.post(cards(), plain, PATHS[f"oa:{CARDS}"]) == 200
    assert (await Callback.get()).app == CARDS


async def test_during_a_change_of_key_both_are_accepted_and_the_old_ones_calls_are_counted(lines: Lines) -> None:
    app = accounts.find("official_account", CARDS)
    assert app is not None
    fresh = accounts_changing.new_aes_key()
    await accounts_changing.rotate(app, fresh, clock.now() + timedelta(days=1))
    for n, key in enumerate((KEY, fresh)):
        plain = event(cards(), "o1", MsgType="text", Content="你好", MsgId=str(n))
        assert await lines.post(replace(cards(), aes_key=key), plain, PATHS[f"oa:{CARDS}"]) == 200
    assert (await diagnosing.mark(app))["old_key_calls"] == 1
    await accounts_changing.end_overlap(app)
    late = event(cards(), "o1", MsgType="text", Content="你好", MsgId="9")
    assert await lines.post(cards(), late, PATHS[f"oa:{CARDS}"]) != 200


async def test_one_campaign_reaches_each_client_through_their_own_account(lines: Lines, cast: Cast) -> None:
    own = settings.get().oa_appid
    people = [(own, "o-a"), (own, "o-b"), (CARDS, "o-a"), (CARDS, "o-c")]
    for appid, openid in people:
        await lines.sandbox.act("fan.subscribe", appid=appid, openid=openid)
        await lines.sandbox.act("fan.message", appid=appid, openid=openid, text="你好")
    await lines.settle()
    await database.execute(
        "UPDATE client SET marketing_consent = TRUE, owner_id = $1, branch_id = $2", cast.chen.id, cast.branch.id
    )
    campaign = await approved(cast, channel="oa_service")
    await running.start(campaign.id, cast.li)
    await delivery.start_campaign.now(campaign.id)
    sends = await Send.filter(campaign_id=campaign.id)
    assert sorted((send.app, send.recipient) for send in sends) == sorted(people)
    await lines.send()
    assert await lines.reached() == sorted(("custom", appid, openid) for appid, openid in people)


async def test_a_fault_of_one_account_rests_that_one_only(lines: Lines, cast: Cast) -> None:
    own = settings.get().oa_appid
    for appid in (own, CARDS):
        await lines.sandbox.act("fan.subscribe", appid=appid, openid="o-same")
        await lines.sandbox.act("fan.message", appid=appid, openid="o-same", text="退订")
    await lines.settle()
    app = accounts.find("official_account", CARDS)
    assert app is not None
    await accounts_changing.pause(app)
    await lines.send()
    assert [row[1] for row in await lines.reached()] == [own]
    assert list(await holding.active()) == [("oa_service", CARDS)]
    await accounts_changing.resume(app)
    await holding.release("oa_service", app=CARDS)
    await database.execute("UPDATE send SET due_at = now() WHERE state = 'planned'")
    await lines.send()
    assert sorted(row[1] for row in await lines.reached()) == sorted([own, CARDS])


async def test_jobs_of_two_corps_are_made_and_settled_each_in_its_own(lines: Lines, cast: Cast) -> None:
    own = settings.get().wecom_corpid
    for corpid in (own, SECOND):
        await lines.sandbox.act("member.join", corpid=corpid, userid="chen")
        await lines.sandbox.act("client.add", corpid=corpid, userid="chen", external_userid="wm-same", welcome=False)
    await lines.settle()
    await database.execute(
        "UPDATE client SET marketing_consent = TRUE, owner_id = $1, branch_id = $2", cast.chen.id, cast.branch.id
    )
    campaign = await approved(cast)
    await running.start(campaign.id, cast.li)
    await delivery.start_campaign.now(campaign.id)
    await lines.send()
    jobs = await GroupTask.all()
    assert sorted(job.app for job in jobs) == sorted([own, SECOND])
    assert all(job.msgid for job in jobs)
    assert await reconciling.reconcile() == 0
    assert await Group.all().count() == 0
