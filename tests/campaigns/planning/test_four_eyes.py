"""Whatever people do in whatever order, nothing is sent that a second person did not approve exactly as it is."""

from __future__ import annotations

import asyncio
import dataclasses
import random
from collections.abc import Awaitable, Callable

import pytest

from campaigns.planning import approval, drafting, fingerprint, running
from campaigns.planning.models import Campaign
from kernel.errors import Refused
from staff import permissions
from staff.models import Approval, AuditEntry, Staff
from tests.campaigns.conftest import Cast, draft_of, make_clients

LIVES = 8
STEPS = 60


class Life:
    """One campaign in the hands of people who try everything; some of them hold both permissions."""

    def __init__(self, campaign_id: int, people: list[Staff], chance: random.Random) -> None:
        self.campaign_id = campaign_id
        self.people = people
        self.chance = chance
        self.seen = ""
        self.moves: list[Callable[[Staff], Awaitable[object]]] = [
            *(self.edit, self.submit, self.submit, self.look, self.look),
            *(self.approve, self.approve, self.approve, self.give_back, self.start, self.pause, self.resume),
        ]

    async def edit(self, by: Staff) -> None:
        campaign = await Campaign.get(id=self.campaign_id)
        draft = dataclasses.replace(await drafting.read(campaign), name=f"活动 {self.chance.randint(1, 3)}")
        await drafting.save(campaign.id, draft, by, campaign.version)

    async def submit(self, by: Staff) -> None:
        await approval.submit(self.campaign_id, by)

    async def look(self, by: Staff) -> None:
        self.seen = await fingerprint.of(await Campaign.get(id=self.campaign_id))

    async def approve(self, by: Staff) -> None:
        await approval.approve(self.campaign_id, by, self.seen)

    async def give_back(self, by: Staff) -> None:
        await approval.give_back(self.campaign_id, "再看看", by)

    async def start(self, by: Staff) -> None:
        await running.start(self.campaign_id, by)

    async def pause(self, by: Staff) -> None:
        await running.pause(self.campaign_id, "", by)

    async def resume(self, by: Staff) -> None:
        await running.resume(self.campaign_id, by)

    async def go(self) -> None:
        """One move by somebody, or two by two people at once."""
        pairs = [
            (self.chance.choice(self.moves), self.chance.choice(self.people)) for _ in range(self.chance.choice((1, 2)))
        ]
        outcomes = await asyncio.gather(*(move(by) for move, by in pairs), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, Refused):
                raise outcome


async def _check(campaign_id: int) -> bool:
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state in ("draft", "submitted"):
        assert campaign.approved_hash == ""
        return False
    given = await Approval.filter(subject_id=campaign_id, state="approved")
    assert len(given) == 1
    assert given[0].content_hash == campaign.approved_hash == await fingerprint.of(campaign)
    makers = {campaign.author_id, campaign.last_editor_id, given[0].asked_by_id}
    assert given[0].decided_by_id not in makers
    return campaign.state in ("sending", "paused")


async def test_nothing_is_sent_without_a_second_person(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    # the hardest case: everybody may write and approve, so that only the four eyes stand in between
    everything = permissions.TABLE["marketing"] | permissions.TABLE["reviewer"]
    monkeypatch.setitem(permissions.TABLE, "marketing", everything)
    await make_clients(cast, 3)
    second = await Staff.create(login="sun", name="孙", role="marketing", reach="bank")
    third = await Staff.create(login="qian", name="钱", role="marketing", reach="bank")
    went_live = 0
    for seed in range(LIVES):
        campaign = await draft_of(cast)
        life = Life(campaign.id, [cast.li, second, third], random.Random(seed))
        was_live = False
        for _ in range(STEPS):
            await life.go()
            was_live = await _check(campaign.id) or was_live
        words = await AuditEntry.filter(action="campaign.approved", subject_id=campaign.id).count()
        assert words >= was_live
        went_live += was_live
    # the walk is no proof if it never gets anywhere
    assert went_live > LIVES // 3
