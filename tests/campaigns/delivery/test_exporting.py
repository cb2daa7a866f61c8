from __future__ import annotations

import io

import openpyxl
import pytest

from campaigns.delivery import tasks
from campaigns.planning import running
from community.sending import dispatching
from kernel import database
from tests import exporting
from tests.campaigns.conftest import Cast, approved
from tests.community.sending.conftest import awake as awake
from tests.community.sending.conftest import stage as stage
from tests.community.sending.staging import Stage

pytestmark = pytest.mark.usefixtures("awake")


async def test_a_campaign_is_exported_with_who_got_what_and_without_names(cast: Cast, stage: Stage) -> None:
    await stage.followers(20)
    campaign = await approved(cast, channel="oa_service", control_percent=50)
    campaign = await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    while await dispatching.dispatch(lane="campaigns", stream_id=campaign.stream_id):
        pass
    book = openpyxl.load_workbook(io.BytesIO(await exporting.taken("campaign", {"campaign": campaign.id}, cast.li)))
    assert book.sheetnames == ["漏斗", "员工执行", "存款回流", "明细"]
    assert cast.li.name in str(book["明细"].cell(1, 1).value)
    rows = list(book["明细"].iter_rows(min_row=3, values_only=True))
    assert len(rows) == 20
    arms = {row[4].strip() for row in rows}
    assert arms == {"触达组", "对照组"}
    assert all((str(row[7]).strip() == "已送达") == (row[4].strip() == "触达组") for row in rows)
    asked = "SELECT count(*) FROM audit_entry WHERE action = 'export.fetched' AND subject = 'export'"
    assert await database.fetch_value(asked) == 1
