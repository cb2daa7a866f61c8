"""Who plays in the machine of four eyes, and the reference that says who may vote, written from the rule's text."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from campaigns.delivery import tasks
from campaigns.planning import drafting, fingerprint
from campaigns.planning.models import Campaign
from community.sending import dispatching
from community.sending.models import Stop
from community.suitability.models import Product
from kernel import clock, database
from kernel.errors import Refused
from staff.models import Approval, ApprovalRule, Branch, Delegation, Interest, Staff, Vote
from tests.community.sending.staging import Stage

Answer = TypeVar("Answer")
PEOPLE = 2
"""How many clients the campaign reaches."""
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

    async def write(self, campaign_id: int, by: str, number: int, with_product: bool) -> str:
        """Save a text that was never there before; returns it."""
        campaign = await Campaign.get(id=campaign_id)
        text = f"第{campaign.id}号活动第{number}稿，欢迎来听课。"
        draft = dataclasses.replace(
            await drafting.read(campaign),
            channel="oa_service",
            steps=(drafting.StepText("main", text),),
            products=("P1",) if with_product else (),
        )
        await drafting.save(campaign.id, draft, self.people[by], campaign.version)
        return text

    async def deliver(self, campaign_id: int, approved: set[str]) -> int:
        """Send what is due and hold each byte that the sandbox got against what was approved; how many are new."""
        mine = f"第{campaign_id}号活动"
        before = len((await self.stage.control.reached(log=True, text=mine, limit=50))["log"])
        await tasks.start_campaign.now(campaign_id)
        fresh = await Campaign.get(id=campaign_id)
        while await dispatching.dispatch(50, lane="campaigns", stream_id=fresh.stream_id):
            pass
        log = (await self.stage.control.reached(log=True, text=mine, limit=50))["log"]
        for message in log:
            assert message["text"].split("\n")[0] in approved, "a byte that nobody approved"
        assert len(log) <= 2, "somebody got it twice"
        return len(log) - before


async def all_of(work: list[Coroutine[Any, Any, Approval]]) -> list[Approval | Refused]:
    """Everybody at once."""
    return list(await asyncio.gather(*(outcome_of(one) for one in work)))


async def seen_now(campaign_id: int) -> str:
    """The digest of what whoever decides looks at."""
    return await fingerprint.of(await Campaign.get(id=campaign_id))


async def _answer(work: Awaitable[Answer]) -> Answer:
    return await work


async def outcome_of(work: Coroutine[Any, Any, Answer]) -> Answer | Refused:
    try:
        return await work
    except Refused as refusal:
        return refusal


class Reference:
    """What is known of absences, interests and leavers, and who may say yes because of it."""

    def __init__(self) -> None:
        super().__init__()
        self.absent: dict[str, str] = {}
        self.interested: set[str] = set()
        self.gone: set[str] = set()
        self.needed_now = 1

    def play(self, asked: Asked, order: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
        votes, yes = list(asked.votes), []
        for by in order:
            seat = self.seat(asked, votes, by) if self.missing(asked, votes) else ""
            # the last yes isn't taken where more are needed by now than when it was asked
            is_last = bool(seat) and self.missing(asked, [*votes, (by, seat)]) == 0
            if seat and not (is_last and asked.needs < self.needed_now):
                votes.append((by, seat))
                yes.append(by)
        return sorted(yes), votes

    def missing(self, asked: Asked, votes: list[tuple[str, str]]) -> int:
        has_committee = any(by == "er" for by, _ in votes)
        return max(asked.needs - len(votes), int(asked.is_committee_needed and not has_committee))

    def seat(self, asked: Asked, votes: list[tuple[str, str]], by: str) -> str:
        """In whose place this person may say yes: the reference, from the rule's text."""
        if asked.is_expired or by in self.gone:
            return ""
        needs_committee = asked.is_committee_needed and not any(one == "er" for one, _ in votes)
        if needs_committee and self.missing(asked, votes) == 1 and by != "er":
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


async def hire_people() -> dict[str, Staff]:
    """The six people, and the product with its issuer."""
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


async def clean(people: dict[str, Staff]) -> None:
    """Nothing of the life before is left."""
    await Delegation.all().delete()
    await Interest.all().delete()
    await ApprovalRule.all().delete()
    await Approval.filter(state="waiting").update(state="void")
    await Stop.filter(released_at=None).update(released_at=clock.now())
    await Staff.all().update(is_active=True)
    for person in people.values():
        person.is_active = True
    await database.execute("UPDATE send SET counted_on = NULL WHERE counted_on IS NOT NULL")
    await database.execute("UPDATE fan SET window_left = 5")


async def put_rule(above: int) -> None:
    """Two must agree from more than so many people on."""
    await ApprovalRule.all().delete()
    await ApprovalRule.create(subject="campaign", effective_on=clock.today(), second_above=above)


async def check(campaign_id: int, state: str) -> None:
    """What must hold of a campaign in this state, read from the tables."""
    campaign = await Campaign.get(id=campaign_id)
    assert campaign.state == state
    given = await Approval.filter(subject="campaign", subject_id=campaign.id, state="approved")
    assert len(given) == (state in ("approved", "sending", "held"))
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
