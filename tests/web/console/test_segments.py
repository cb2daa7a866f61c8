"""Segments on their pages: built without scripts, counted while typing, kept in versions; lists with row errors."""

from __future__ import annotations

from campaigns.audience.models import AudienceList, Segment, SegmentVersion
from community.clients import personal
from kernel import database
from tests.web.console import bank

FANS = {"name": "粉丝", "a.joint": "and", "a.0.joint": "and", "a.0.0.what": "fan.is"}


async def test_a_segment_is_built_by_pressing_small_buttons_and_saved_in_versions(signed_in, people):
    marketing = await signed_in("marketing")
    assert "还没有分群" in (await marketing.get("/segments")).text
    page = await marketing.post("/segments/new", {"name": "粉丝", "a.joint": "and", "act": "group"})
    assert page.status == 200
    assert 'name="a.0.0.what"' in page.text
    page = await marketing.post("/segments/new", FANS | {"a.0.1.what": "behaviour.did", "act": "add.0"})
    for part in ("至少", 'name="a.0.2.what"', "点击链接", "以往活动"):
        assert part in page.text
    assert await Segment.all().count() == 0
    assert (await marketing.post("/segments/new", FANS | {"act": "save"})).status == 303
    segment = await Segment.get(name="粉丝")
    changed = FANS | {"a.0.0.what": "behaviour.did", "a.0.0.value": "link.clicked", "a.0.0.days": "30", "seen": "1"}
    assert (await marketing.post(f"/segments/{segment.id}", changed)).status == 303
    newest = await SegmentVersion.get(segment=segment, version=2)
    value = {"kind": "link.clicked", "days": 30, "times": 1}
    assert newest.conditions == {"op": "and", "items": [{"field": "behaviour", "op": "did", "value": value}]}
    stale = await marketing.post(f"/segments/{segment.id}", FANS | {"seen": "1"})
    assert stale.status == 422
    assert "别人修改过" in stale.text
    assert "30 天内“点击链接”至少 1 次" in (await marketing.get("/segments")).text
    old = await marketing.get(f"/segments/{segment.id}?version=1")
    assert "是公众号粉丝" in old.text
    assert (await marketing.get(f"/segments/{segment.id}?version=9")).status == 404
    assert (await marketing.post(f"/segments/{segment.id}/retirement", {})).status == 303
    assert "粉丝" not in (await marketing.get("/segments")).text
    assert "已停用" in (await marketing.get("/segments?retired=1")).text


async def test_the_count_follows_what_is_typed_and_says_what_is_wrong(signed_in, people):
    clients = await bank.make_clients(people, 3)
    await database.execute("UPDATE client SET gender = 'm' WHERE id = $1", clients[0])
    marketing = await signed_in("marketing")
    typed = {"a.joint": "and", "a.0.joint": "and", "a.0.0.what": "gender.in", "a.0.0.value": "m"}
    counted = await marketing.post("/segments/count", typed)
    assert "性别是“男”" in counted.text
    assert "<b>1</b>" in counted.text
    assert "<html" not in counted.text
    assert "请至少选择一项" in (await marketing.post("/segments/count", typed | {"a.0.0.value": ""})).text
    wrong = await marketing.post("/segments/new", typed | {"name": "", "act": "save"})
    assert wrong.status == 422
    assert "请给分群起一个名字" in wrong.text
    page = await marketing.get("/segments/new")
    for part in ("现在各渠道能触达多少", "没有其他活动在联系这些客户", "企业微信好友，群发额度未用完"):
        assert part in page.text


async def test_a_list_is_pasted_or_uploaded_and_each_row_not_taken_says_why(signed_in, people):
    clients = await bank.make_clients(people, 2)
    for client, number in zip(clients, ("K1", "K2"), strict=True):
        await database.execute(
            "INSERT INTO identity (client_id, kind, scope, value) VALUES ($1, 'bank_number', 'haiyue', $2)",
            *(client, personal.bank_number_index(number)),
        )
    marketing = await signed_in("marketing")
    assert (await marketing.post("/segments/lists", {"name": "春季", "numbers": "K1\nK2\nK2\nK9"})).status == 303
    made = await AudienceList.get(name="春季")
    page = (await marketing.get(f"/segments/lists/{made.id}")).text
    for part in ("认出 2 位客户", "2 行未采用", "与前面某行的客户号重复", "客户号不存在，或不在您的权限范围内"):
        assert part in page
    assert "K9" not in page
    table = "姓名,客户号\n甲,K1\n乙,K7\n".encode("gb18030")
    assert (await marketing.upload("/segments/lists", {"name": "秋季"}, "file", "名单.csv", table)).status == 303
    assert (await AudienceList.get(name="秋季")).rows_found == 1
    wrong = await marketing.upload("/segments/lists", {"name": "冬季"}, "file", "名单.csv", b"a,b\n1,2\n")
    assert "缺少列：客户号" in wrong.text
    assert "同名" in (await marketing.post("/segments/lists", {"name": "春季", "numbers": "K1"})).text
    assert (
        "春季（2 人）"
        in (
            await marketing.post(
                "/segments/new", {"a.joint": "and", "a.0.joint": "and", "a.0.0.what": "list.in", "act": "x"}
            )
        ).text
    )
    assert (await marketing.post(f"/segments/lists/{made.id}/retirement", {})).status == 303
    assert "春季" not in (await marketing.get("/segments/lists")).text


async def test_a_dry_run_shows_who_would_get_what_and_can_be_taken_along(signed_in, people):
    await bank.make_clients(people, 3)
    campaign = await bank.draft_of(people["marketing"])
    marketing = await signed_in("marketing")
    page = (await marketing.get(f"/campaigns/{campaign.id}/dry-run")).text
    for part in ("圈选 3 人，将会发送 3 人", "企业微信客户群发", "由谁确认发送", "下载明细"):
        assert part in page
    narrowed = await marketing.get(f"/campaigns/{campaign.id}/dry-run?decision=capped")
    assert "这里没有您权限范围内的客户" in narrowed.text
    asked = await marketing.get(f"/exports/new?kind=rehearsal&campaign={campaign.id}")
    assert asked.status == 200
    assert "活动演练名单" in asked.text
    assert (await marketing.get("/campaigns/999999/dry-run")).status == 404
