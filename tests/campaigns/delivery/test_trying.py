"""A trial goes to the author only, and no count of the campaign sees it."""

from __future__ import annotations

import pytest

from campaigns.delivery import progress, trying
from community.sending import dispatching
from kernel.errors import Refused
from tests.campaigns.conftest import Cast, draft_of
from tests.community.sending.conftest import awake as awake
from tests.community.sending.conftest import stage as stage
from tests.community.sending.staging import Stage

pytestmark = pytest.mark.usefixtures("awake")


async def test_the_author_gets_the_text_marked_as_a_trial(cast: Cast, stage: Stage) -> None:
    campaign = await draft_of(cast, text="{称呼}好，{客户经理}邀您听课")
    with pytest.raises(Refused, match="企业微信"):
        await trying.send_trial(campaign.id, "main", cast.li)
    await stage.contacts(1)
    cast.li.wecom_userid = "bulk0"
    await cast.li.save()
    await trying.send_trial(campaign.id, "main", cast.li)
    assert await dispatching.dispatch(lane="urgent") == 1
    assert await stage.reached(kind="staff", text="[测试]\n王女士好，李思远邀您听课") == {"bulk0": 1}
    assert (await progress.funnel(campaign.id)).total == 0
