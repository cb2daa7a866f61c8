"""Only approved bytes are sent, nobody approves the own work, two at once give one: whoever does what, in any order.

A hypothesis state machine plays makers, approvers, deputies, declared interests, thresholds, expiry, edits, leavers and
emergency stops against the real database and the sandbox, beside a reference written from the rule's text. One seed of
the long form is 125 lives of up to 50 steps: at least 5,000 steps.
"""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, settings, stateful
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from campaigns.planning import approval, drafting, running
from community.clients import consent
from community.sending import stops
from community.sending.models import Stop
from kernel import clock
from kernel.errors import Refused
from staff import approvals, interests, permissions
from staff.models import Approval, Delegation, Interest, Staff
from tests.campaigns.delivery import four_eyes
from tests.campaigns.delivery.four_eyes import DECIDERS, MAKERS, PEOPLE, Asked, Reference, World, outcome_of
from tests.community.sending.conftest import awake as awake
from tests.community.sending.conftest import stage as stage
from tests.community.sending.staging import Stage

LONG = [pytest.mark.prove, pytest.mark.long, pytest.mark.timeout(1800)]


def machine_of(world: World) -> type[RuleBasedStateMachine]:  # noqa: C901
    who, maker = st.sampled_from(DECIDERS), st.sampled_from(MAKERS)
    # what undoes the way forward is tried, but not so often that nobody ever gets to the end of it
    seldom = st.sampled_from((False, False, False, True))

    class FourEyes(Reference, RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.asked: Asked | None = None
            self.approved: set[str] = set()
            self.needed = 0
            self.state = "draft"
            self.stop: Stop | None = None
            self.edits = 0

        @initialize()
        def begin(self) -> None:
            world.do(self._begin())

        async def _begin(self) -> None:
            await four_eyes.clean(world.people)
            self.campaign = await drafting.create("message", "课", world.people["ai"], control_percent=0)
            self.author, self.editors = "ai", set[str]()
            await self._edit("ai", False)

        async def _edit(self, by: str, with_product: bool) -> None:
            self.edits += 1
            self.text = await world.write(self.campaign.id, by, self.edits, with_product)
            self.has_product = with_product
            self.editors, self.last_editor = self.editors | {by}, by
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
            outcome = world.do(outcome_of(approval.submit(self.campaign.id, world.people[by])))
            if by in self.gone:
                assert isinstance(outcome, Refused), "whoever has left submits nothing"
                return
            assert not isinstance(outcome, Refused), outcome.message
            makers = {self.author, self.last_editor, *self.editors, by}
            conflicted = self.has_product and bool(makers & self.interested)
            self.state = "submitted"
            self.asked = Asked(outcome.id, self.text, makers, self.needed_now, self.has_product, conflicted)

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
            elif self.state == "sending":
                self._deliver_now()

        def _vote(self, people: list[str]) -> None:
            asked = self.asked
            assert asked is not None
            seen = world.do(four_eyes.seen_now(self.campaign.id))
            work = [approvals.approve(asked.id, seen, world.people[by]) for by in people]
            outcomes = world.do(four_eyes.all_of(work))
            said_yes = [by for by, one in zip(people, outcomes, strict=True) if not isinstance(one, Refused)]
            # in some order each accepted yes must have been allowed, and each refused one not, after those before it
            orders = [people] if len(people) == 1 else [people, people[::-1]]
            # an attempt, also a refused one, makes a conflict known that was declared since
            asked.is_committee_needed |= asked.touches and bool(asked.makers & self.interested)
            fitting = [found for found in (self.play(asked, order) for order in orders) if found[0] == sorted(said_yes)]
            assert fitting, (people, [str(one) for one in outcomes], asked)
            asked.votes = fitting[0][1]
            world.by_deputy += sum(by != absent for by, absent in asked.votes[-len(said_yes) :]) if said_yes else 0
            if self.missing(asked, asked.votes) == 0:
                self.state, self.asked, self.needed = "approved", None, asked.needs
                self.approved.add(asked.text)
                self.editors = set()  # others have answered for what stands now
                world.doubles += asked.needs == 2

        @precondition(lambda self: self.asked is not None)
        @rule(by=who, really=seldom)
        def give_back(self, by: str, really: bool) -> None:
            asked = self.asked
            assert asked is not None
            if not really:
                return
            outcome = world.do(outcome_of(approvals.give_back(asked.id, "再看看", world.people[by])))
            relaxed = dataclasses.replace(asked, is_committee_needed=False, needs=9)
            assert isinstance(outcome, Refused) == (not self.seat(relaxed, asked.votes, by))
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
            # an ended interest counts for a month more: nothing changes for who may say yes
            world.do(Interest.filter(ended_at=None).update(ended_at=clock.now()))

        @rule(by=st.sampled_from(("bo", "er", "fu")), really=seldom)
        def leave_or_return(self, by: str, really: bool) -> None:
            if not really and by not in self.gone:
                return
            self.gone ^= {by}
            world.people[by].is_active = by not in self.gone
            world.do(Staff.filter(id=world.people[by].id).update(is_active=by not in self.gone))

        @rule(above=st.sampled_from((0, 1, 100)))
        def change_rule(self, above: int) -> None:
            self.needed_now = 2 if above < PEOPLE else 1
            world.do(four_eyes.put_rule(above))

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
            outcome = world.do(outcome_of(running.start(self.campaign.id, world.people[by])))
            is_live = not isinstance(outcome, Refused)
            may_start = self.state == "approved" and by not in self.gone
            is_enough = self.needed >= self.needed_now
            assert is_live == (may_start and is_enough)
            if may_start and not is_enough:
                self.state = "held"
            if is_live:
                self.state = "sending"
                world.went_live += 1

        @precondition(lambda self: self.state == "sending")
        @rule()
        def deliver(self) -> None:
            self._deliver_now()

        def _deliver_now(self) -> None:
            got = world.do(world.deliver(self.campaign.id, self.approved))
            assert not (self.stop and got), "sent although everything is stopped"
            world.delivered += got

        @rule(by=who, really=seldom)
        def pull(self, by: str, really: bool) -> None:
            if not really:
                return
            outcome = world.do(outcome_of(stops.pull("all", "演练", world.people[by])))
            is_pulled = not isinstance(outcome, Refused)
            assert is_pulled == (self.stop is None and by != "du" and by not in self.gone), outcome
            if isinstance(outcome, Stop):
                self.stop = outcome

        @precondition(lambda self: self.stop is not None)
        @rule(by=who, second=who)
        def release(self, by: str, second: str) -> None:
            assert self.stop is not None
            asked = world.do(outcome_of(stops.ask_release(self.stop.id, world.people[by])))
            if isinstance(asked, Refused):
                assert by in self.gone
                return
            world.do(outcome_of(approvals.approve(asked.id, asked.content_hash, world.people[second])))
            released = world.do(Stop.get(id=self.stop.id)).released_at is not None
            reference = Asked(asked.id, "", {by}, 1, False, False)
            assert released == bool(self.seat(reference, [], second))
            if released:
                self.stop = None

        @invariant()
        def only_what_two_pairs_of_eyes_saw(self) -> None:
            if hasattr(self, "campaign"):
                world.steps += 1
                world.do(four_eyes.check(self.campaign.id, self.state))

    return FourEyes


@pytest.fixture
async def people(db: None) -> dict[str, Staff]:
    return await four_eyes.hire_people()


@pytest.mark.usefixtures("awake")
@pytest.mark.parametrize(("seed", "lives"), [(0, 4), *(pytest.param(seed, 125, marks=LONG) for seed in range(1, 21))])
async def test_only_approved_bytes_are_sent_whoever_does_what(
    stage: Stage, people: dict[str, Staff], monkeypatch: pytest.MonkeyPatch, seed: int, lives: int
) -> None:
    # the hardest case: makers may also decide, so that only the four eyes stand in between
    everything = permissions.TABLE["marketing"] | permissions.TABLE["reviewer"]
    monkeypatch.setitem(permissions.TABLE, "marketing", everything)
    clients = await stage.followers(2, left=5)
    await consent.grant(list(clients.values()), "test")
    world = World(asyncio.get_running_loop(), stage, people)
    how = settings(
        max_examples=lives,
        stateful_step_count=50,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    machine = hypothesis.seed(seed)(machine_of(world))
    await asyncio.to_thread(stateful.run_state_machine_as_test, machine, settings=how)
    print(f"seed {seed}: {vars(world) | {'loop': 0, 'stage': 0, 'people': 0}}")
    # the walk is no proof if it never gets anywhere
    assert world.went_live >= (1 if lives < 10 else lives // 10)
