"""Only approved bytes are sent, nobody approves the own work, two at once give one: whoever does what, in any order.

A hypothesis state machine plays makers, approvers, deputies, declared interests, thresholds, expiry, edits, leavers and
emergency stops against the real database and the sandbox, beside a reference written from the rule's text. One seed of
the long form is 100 lives of 50 steps.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from campaigns.delivery import tasks
from campaigns.planning import approval, drafting, fingerprint, running
from campaigns.planning.models import Campaign
from community.clients import consent
from community.sending import dispatching, stops
from community.sending.models import Stop
from community.suitability.models import Product
from kernel import clock, database
from kernel.errors import Refused
from staff import approvals, interests, permissions
from staff.models import Approval, ApprovalRule, Branch, Delegation, Interest, Staff, Vote
from tests.community.sending.conftest import awake as awake
from tests.community.sending.conftest import stage as stage
from tests.community.sending.staging import Stage

Answer = TypeVar("Answer")
MAKERS = ("ai", "bo", "ci")
DECIDERS = ("ai", "bo", "ci", "du", "er", "fu")
"""ai, bo and ci write and decide for the whole bank, du decides for one branch, er sits on the committee."""
BANK = frozenset(DECIDERS) - {"du"}


@dataclass
class Asked:
    """The reference's view of the open question."""

    id: int
    text: str
    makers: set[str]
    needs: int
    touches: bool
    is_committee_needed: bool
    votes: list[tuple[str, str]] = field(default_factory=list)
    is_expired: bool = False


class World:
    """What all lives share: the loop that the database is open on, the people, and who got what."""

    def __init__(self, loop: asyncio.AbstractEventLoop, stage: Stage, people: dict[str, Staff]) -> None:
        self.loop, self.stage, self.people = loop, stage, people
        self.went_live = self.delivered = self.doubles = self.by_deputy = self.steps = 0

    def do(self, work: Awaitable[Answer]) -> Answer:
        """Run on the loop of the database, from the thread in which hypothesis plays."""
        return asyncio.run_coroutine_threadsafe(_answer(work), self.loop).result(60)


async def _answer(work: Awaitable[Answer]) -> Answer:
    return await work


async def _outcome(work: Coroutine[Any, Any, Answer]) -> Answer | Refused:
    try:
        return await work
    except Refused as refusal:
        return refusal


def machine_of(world: World) -> type[RuleBasedStateMachine]:  # noqa: C901
    who, maker = st.sampled_from(DECIDERS), st.sampled_from(MAKERS)
    # what undoes the way forward is tried, but not so often that nobody ever gets to the end of it
    seldom = st.sampled_from((False, False, False, True))

    class FourEyes(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.asked: Asked | None = None
            self.editors: set[str] = set()
            self.approved: set[str] = set()
            self.absent: dict[str, str] = {}
            self.interested: set[str] = set()
            self.gone: set[str] = set()
            self.above = 100
            self.state = "draft"
            self.stop: Stop | None = None
            self.edits = 0

        @initialize()
        def begin(self) -> None:
            world.do(self._begin())

        async def _begin(self) -> None:
            await Delegation.all().delete()
            await Interest.all().delete()
            await ApprovalRule.all().delete()
            await Stop.filter(released_at=None).update(released_at=clock.now())
            await Staff.all().update(is_active=True)
            for person in world.people.values():
                person.is_active = True
            await database.execute("UPDATE send SET counted_on = NULL WHERE counted_on IS NOT NULL")
            await database.execute("UPDATE fan SET window_left = 5")
            self.campaign = await drafting.create("message", "课", world.people["ai"], control_percent=0)
            self.last = self.author = "ai"
            await self._edit("ai", False)

        async def _edit(self, by: str, with_product: bool) -> None:
            campaign = await Campaign.get(id=self.campaign.id)
            self.edits += 1
            text = f"第{campaign.id}号活动第{self.edits}稿，欢迎来听课。"
            draft = dataclasses.replace(
                await drafting.read(campaign),
                channel="oa_service",
                steps=(drafting.StepText("main", text),),
                products=("P1",) if with_product else (),
            )
            await drafting.save(campaign.id, draft, world.people[by], campaign.version)
            self.text, self.has_product, self.last = text, with_product, by
            self.state, self.asked = "draft", None

        @precondition(lambda self: self.state in ("draft", "submitted", "approved"))
        @rule(by=maker, with_product=st.booleans(), really=seldom)
        def edit(self, by: str, with_product: bool, really: bool) -> None:
            if by not in self.gone and really:
                world.do(self._edit(by, with_product))

        @precondition(lambda self: self.state == "draft")
        @rule(by=maker)
        def submit(self, by: str) -> None:
            self._submit_now(by)

        def _submit_now(self, by: str) -> None:
            outcome = world.do(_outcome(approval.submit(self.campaign.id, world.people[by])))
            assert not isinstance(outcome, Refused), outcome.message
            makers = {self.author, self.last, by}
            conflicted = self.has_product and bool(makers & self.interested)
            self.state = "submitted"
            self.asked = Asked(outcome.id, self.text, makers, 2 if self.above < 2 else 1, self.has_product, conflicted)

        @precondition(lambda self: self.asked is not None)
        @rule(by=who)
        def vote(self, by: str) -> None:
            self._vote([by])

        @precondition(lambda self: self.asked is not None)
        @rule(by=who, other=who)
        def vote_at_once(self, by: str, other: str) -> None:
            if by != other:
                self._vote([by, other])

        @rule(by=who, makes=maker)
        def go_on(self, by: str, makes: str) -> None:
            """The next step of the way; hypothesis leaves out some rules in each life, and this one holds them all."""
            if self.state == "draft":
                self._submit_now(makes)
            elif self.asked is not None and self.asked.is_expired:
                self._close_expired_now()
            elif self.asked is not None:
                self._vote([by])
            elif self.state == "approved":
                self._start_now(makes)
            else:
                self._deliver_now()

        def _vote(self, people: list[str]) -> None:
            asked = self.asked
            assert asked is not None
            seen = world.do(self._hash())
            outcomes = world.do(self._all([approvals.approve(asked.id, seen, world.people[by]) for by in people]))
            said_yes = [by for by, one in zip(people, outcomes, strict=True) if not isinstance(one, Refused)]
            # in some order each accepted yes must have been allowed, and each refused one not, after those before it
            orders = [people] if len(people) == 1 else [people, people[::-1]]
            # an attempt, also a refused one, makes a conflict known that was declared since
            asked.is_committee_needed |= asked.touches and bool(asked.makers & self.interested)
            fitting = [
                found for found in (self._play(asked, order) for order in orders) if found[0] == sorted(said_yes)
            ]
            assert fitting, (people, [str(one) for one in outcomes], asked)
            asked.votes = fitting[0][1]
            world.by_deputy += sum(by != absent for by, absent in asked.votes[-len(said_yes) :]) if said_yes else 0
            if self._missing(asked, asked.votes) == 0:
                self.state, self.asked = "approved", None
                self.approved.add(asked.text)
                world.doubles += asked.needs == 2

        async def _all(self, work: list[Coroutine[Any, Any, Approval]]) -> list[Approval | Refused]:
            return list(await asyncio.gather(*(_outcome(one) for one in work)))

        async def _hash(self) -> str:
            return await fingerprint.of(await Campaign.get(id=self.campaign.id))

        def _play(self, asked: Asked, order: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
            votes, yes = list(asked.votes), []
            for by in order:
                if self._missing(asked, votes) and (seat := self._seat(asked, votes, by)):
                    votes.append((by, seat))
                    yes.append(by)
            return sorted(yes), votes

        def _missing(self, asked: Asked, votes: list[tuple[str, str]]) -> int:
            has_committee = any(by == "er" for by, _ in votes)
            return max(asked.needs - len(votes), int(asked.is_committee_needed and not has_committee))

        def _seat(self, asked: Asked, votes: list[tuple[str, str]], by: str) -> str:
            """In whose place this person may say yes: the reference, from the rule's text."""
            if asked.is_expired or by in self.gone:
                return ""
            needs_committee = asked.is_committee_needed and not any(one == "er" for one, _ in votes)
            if needs_committee and self._missing(asked, votes) == 1 and by != "er":
                return ""
            spoken = {one for vote in votes for one in vote}
            for seat in (by, *(absent for absent, deputy in self.absent.items() if deputy == by)):
                if seat in self.gone or seat not in BANK:
                    continue
                both = {by, seat}
                if both & asked.makers or both & spoken or (asked.touches and both & self.interested):
                    continue
                return seat
            return ""

        @precondition(lambda self: self.asked is not None)
        @rule(by=who, really=seldom)
        def give_back(self, by: str, really: bool) -> None:
            asked = self.asked
            assert asked is not None
            if not really:
                return
            outcome = world.do(_outcome(approvals.give_back(asked.id, "再看看", world.people[by])))
            relaxed = dataclasses.replace(asked, is_committee_needed=False, needs=9)
            assert isinstance(outcome, Refused) == (not self._seat(relaxed, asked.votes, by))
            if not isinstance(outcome, Refused):
                self.state, self.asked = "draft", None

        @rule(absent=who, deputy=who)
        def go_on_leave(self, absent: str, deputy: str) -> None:
            if absent == deputy or absent in self.absent or deputy in self.absent or absent in self.absent.values():
                return
            today = clock.today()
            row = {"from_on": today, "until_on": today + timedelta(days=1)}
            world.do(Delegation.create(absent=world.people[absent], deputy=world.people[deputy], **row))
            self.absent[absent] = deputy

        @precondition(lambda self: bool(self.absent))
        @rule()
        def come_back(self) -> None:
            world.do(Delegation.filter(ended_at=None).update(ended_at=clock.now()))
            self.absent = {}

        @rule(by=who, really=seldom)
        def declare(self, by: str, really: bool) -> None:
            if not really:
                return
            kind, ref = ("product", "p1") if by < "c" else ("company", "发行公司")
            world.do(interests.declare(kind, ref, "持有", world.people[by]))
            self.interested.add(by)

        @precondition(lambda self: bool(self.interested))
        @rule()
        def end_interests(self) -> None:
            world.do(Interest.filter(ended_at=None).update(ended_at=clock.now()))
            self.interested = set()

        @rule(by=st.sampled_from(("bo", "er", "fu")), really=seldom)
        def leave_or_return(self, by: str, really: bool) -> None:
            if not really and by not in self.gone:
                return
            self.gone ^= {by}
            world.people[by].is_active = by not in self.gone
            world.do(Staff.filter(id=world.people[by].id).update(is_active=by not in self.gone))

        @rule(above=st.sampled_from((0, 1, 100)))
        def change_rule(self, above: int) -> None:
            self.above = above
            world.do(self._change_rule(above))

        async def _change_rule(self, above: int) -> None:
            await ApprovalRule.all().delete()
            await ApprovalRule.create(subject="campaign", effective_on=clock.today(), second_above=above)

        @precondition(lambda self: self.asked is not None and not self.asked.is_expired)
        @rule(really=seldom)
        def let_time_pass(self, really: bool) -> None:
            assert self.asked is not None
            if not really:
                return
            world.do(Approval.filter(id=self.asked.id).update(expires_at=clock.now()))
            self.asked.is_expired = True

        @precondition(lambda self: self.asked is not None and self.asked.is_expired)
        @rule()
        def close_expired(self) -> None:
            self._close_expired_now()

        def _close_expired_now(self) -> None:
            assert self.asked is not None
            assert world.do(approvals.expire_due()) == int(self.asked.is_expired)
            if self.asked.is_expired:
                self.state, self.asked = "draft", None

        @rule(by=maker)
        def start(self, by: str) -> None:
            self._start_now(by)

        def _start_now(self, by: str) -> None:
            outcome = world.do(_outcome(running.start(self.campaign.id, world.people[by])))
            is_live = not isinstance(outcome, Refused)
            assert is_live == (self.state == "approved" and by not in self.gone)
            if is_live:
                self.state = "sending"
                world.went_live += 1

        @precondition(lambda self: self.state == "sending")
        @rule()
        def deliver(self) -> None:
            self._deliver_now()

        def _deliver_now(self) -> None:
            got = world.do(self._deliver())
            assert not (self.stop and got), "sent although everything is stopped"
            world.delivered += got

        async def _deliver(self) -> int:
            mine = f"第{self.campaign.id}号活动"
            before = len((await world.stage.control.reached(log=True, text=mine, limit=50))["log"])
            await tasks.start_campaign.now(self.campaign.id)
            fresh = await Campaign.get(id=self.campaign.id)
            while await dispatching.dispatch(50, lane="campaigns", stream_id=fresh.stream_id):
                pass
            log = (await world.stage.control.reached(log=True, text=mine, limit=50))["log"]
            for message in log:
                assert message["text"].split("\n")[0] in self.approved, "a byte that nobody approved"
            assert len(log) <= 2, "somebody got it twice"
            return len(log) - before

        @rule(by=who, really=seldom)
        def pull(self, by: str, really: bool) -> None:
            if not really:
                return
            outcome = world.do(_outcome(stops.pull("all", "演练", world.people[by])))
            is_pulled = not isinstance(outcome, Refused)
            assert is_pulled == (self.stop is None and by != "du" and by not in self.gone), outcome
            if isinstance(outcome, Stop):
                self.stop = outcome

        @precondition(lambda self: self.stop is not None)
        @rule(by=who, second=who)
        def release(self, by: str, second: str) -> None:
            assert self.stop is not None
            asked = world.do(_outcome(stops.ask_release(self.stop.id, world.people[by])))
            if isinstance(asked, Refused):
                assert by in self.gone
                return
            world.do(_outcome(approvals.approve(asked.id, asked.content_hash, world.people[second])))
            released = world.do(Stop.get(id=self.stop.id)).released_at is not None
            reference = Asked(asked.id, "", {by}, 1, False, False)
            assert released == bool(self._seat(reference, [], second))
            if released:
                self.stop = None

        @invariant()
        def only_what_two_pairs_of_eyes_saw(self) -> None:
            if hasattr(self, "campaign"):
                world.steps += 1
                world.do(self._check())

        async def _check(self) -> None:
            campaign = await Campaign.get(id=self.campaign.id)
            assert campaign.state == self.state
            given = await Approval.filter(subject="campaign", subject_id=campaign.id, state="approved")
            assert len(given) == (self.state in ("approved", "sending"))
            if not given:
                assert campaign.approved_hash == ""
                return
            assert given[0].content_hash == campaign.approved_hash == await fingerprint.of(campaign)
            yes = await Vote.filter(approval_id=given[0].id, is_yes=True)
            spoken = [one for vote in yes for one in {vote.staff_id, vote.on_behalf_of_id or vote.staff_id}]
            assert len(spoken) == len(set(spoken)), "one person counted twice"
            assert len(yes) == given[0].needs, "exactly as many as were needed"
            assert not {campaign.author_id, campaign.last_editor_id, given[0].asked_by_id} & set(spoken)
            assert not given[0].needs_committee or any(vote.is_committee for vote in yes)

    return FourEyes


@pytest.fixture
async def people(db: None) -> dict[str, Staff]:
    branch = await Branch.create(code="sz", name="深圳分行")
    roles = {"ai": "marketing", "bo": "marketing", "ci": "marketing", "du": "branch_head", "er": "reviewer"}
    made = {}
    for name in DECIDERS:
        made[name] = await Staff.create(
            login=name,
            name=name,
            role=roles.get(name, "reviewer"),
            reach="branch" if name == "du" else "bank",
            branch=branch if name == "du" else None,
            in_committee=name == "er",
        )
    await Product.create(
        code="P1", name="安稳", product_class="deposit", issuer="发行公司", issuer_level=1, seller_level=1
    )
    return made


@pytest.mark.usefixtures("awake")
@pytest.mark.parametrize(
    ("seed", "lives", "steps"),
    [
        (0, 4, 50),
        *(pytest.param(seed, 100, 50, marks=[pytest.mark.prove, pytest.mark.timeout(1800)]) for seed in range(1, 21)),
    ],
)
async def test_only_approved_bytes_are_sent_whoever_does_what(
    stage: Stage, people: dict[str, Staff], monkeypatch: pytest.MonkeyPatch, seed: int, lives: int, steps: int
) -> None:
    # the hardest case: makers may also decide, so that only the four eyes stand in between
    everything = permissions.TABLE["marketing"] | permissions.TABLE["reviewer"]
    monkeypatch.setitem(permissions.TABLE, "marketing", everything)
    clients = await stage.followers(2, left=5)
    await consent.grant(list(clients.values()), "test")
    world = World(asyncio.get_running_loop(), stage, people)
    how = settings(
        max_examples=lives,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    machine = hypothesis.seed(seed)(machine_of(world))
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=how)
    print(f"seed {seed}: {vars(world) | {'loop': 0, 'stage': 0, 'people': 0}}")
    # the walk is no proof if it never gets anywhere
    assert world.went_live >= (1 if lives < 10 else lives // 10)
