from __future__ import annotations

from staff import approvals
from staff.models import Branch


async def test_who_may_approve_sees_how_many_things_wait_and_their_maker_does_not(signed_in, people):
    branch = await Branch.get(code="SZ01")
    summary = {"title": "年末提醒", "branch_id": branch.id, "maker_ids": [people["marketing"].id]}
    await approvals.ask("campaign", 1, "h", summary, people["marketing"])
    assert "<em>1</em>" in (await (await signed_in("branch_head")).get("/")).text
    assert "<em>" not in (await (await signed_in("marketing")).get("/")).text
