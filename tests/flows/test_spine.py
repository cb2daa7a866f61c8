"""The spine: clients come in by callbacks, the bank's files by the import page, a campaign goes out and comes back."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from kernel import clock
from tests.flows import bank
from tests.flows.instances import Instance
from tests.flows.visiting import Visitor
from tests.waiting import until

PEOPLE = 60
RICH = 45
NOT_ASKED = 5
GROUP = "钱塘理财沙龙群"
TEXT = "您好，本周三下午我行举办稳健理财沙龙，欢迎到场。"


def unionid(place: int) -> str:
    return f"unSpine{place:04}"


def external(place: int) -> str:
    return f"wmSpine{place:04}"


@pytest.fixture(scope="module")
async def people(instance: Instance) -> str:
    """Sixty people add two directors, some follow the account too, and all sit in one group; its chat id."""
    acts = [
        {
            "act": "client.add",
            "userid": ("chen.xi", "wu.qiong")[place % 2],
            "external_userid": external(place),
            "name": f"微信{place}",
            "unionid": unionid(place),
        }
        for place in range(PEOPLE)
    ]
    acts += [
        {"act": "fan.subscribe", "openid": f"oSpine{place:04}", "unionid": unionid(place)} for place in range(0, 20, 2)
    ]
    await instance.sandbox.acts(acts)
    chat = await instance.sandbox.act("group.create", owner="chen.xi", name=GROUP)
    await instance.sandbox.act("group.join", chat_id=chat["chat_id"], ids=[external(p) for p in range(PEOPLE)])
    await instance.sandbox.settle()
    return str(chat["chat_id"])


async def test_who_comes_by_callback_stands_in_the_console(instance: Instance, people: str) -> None:
    async with bank.at_work(instance, "lin.yue") as (marketing,):

        async def all_are_inside() -> bool:
            sql = "SELECT count(*) FROM membership m JOIN client_group g ON g.id = m.group_id WHERE g.chat_id = $1"
            inside = await instance.value(sql + " AND m.left_at IS NULL AND m.client_id IS NOT NULL", people)
            known = await instance.value("SELECT count(*) FROM contact WHERE external_userid LIKE 'wmSpine%'")
            unread = await instance.value("SELECT count(*) FROM fan WHERE read_at IS NULL AND openid LIKE 'oSpine%'")
            unread += await instance.value(
                "SELECT count(*) FROM contact WHERE read_at IS NULL AND external_userid LIKE 'wmSpine%'"
            )
            return bool(inside == PEOPLE and known == PEOPLE and unread == 0)

        await until(all_are_inside, seconds=40)
        groups = await marketing.open("/groups")
        assert GROUP in groups.words()
        clients = await marketing.open("/clients")
        assert clients.status == 200
        assert "陈曦" in clients.words()
        # one person behind follower and contact, not two
        sql = "SELECT count(DISTINCT client_id) FROM identity WHERE kind = 'unionid' AND value LIKE 'unSpine%'"
        assert await instance.value(sql) == PEOPLE
        doubled = await instance.value(
            "SELECT count(*) FROM fan f JOIN contact o ON o.client_id = f.client_id WHERE f.openid LIKE 'oSpine%'"
        )
        assert doubled == 10


async def test_the_banks_files_come_in_through_the_import_page(instance: Instance, people: str) -> None:
    clients = [
        [f"S{place:04}", f"{'赵钱孙李周'[place % 5]}小{place}", f"138{place:08}", "男" if place % 3 else "女", "B01",
         ("chen.xi", "wu.qiong")[place % 2], "否" if place < NOT_ASKED else "是", unionid(place)]
        for place in range(PEOPLE)
    ]  # fmt: skip
    day = (clock.today() - timedelta(days=1)).isoformat()
    rows = [
        [f"L{place:04}", f"6222{place:06}", f"S{place:04}", day, "跨行转入", amount, "", amount, "活期"]
        for place, amount in enumerate(["80000.00"] * RICH + ["300.00"] * (PEOPLE - RICH))
    ]
    rows.append(["L9999", "6222999999", "S0001", "2026-02-31", "跨行转入", "1.00", "", "1.00", "活期"])
    async with bank.at_work(instance, "lin.yue") as (marketing,):
        gbk = bank.as_csv([bank.CLIENTS, *clients], "gb18030")
        done = await bank.take_in(marketing, "clients", "客户名单.csv", gbk)
        assert f"{PEOPLE} 行已写入" in done.words(), done.words()
        again = await bank.take_in(marketing, "clients", "客户名单.xlsx", bank.as_xlsx([bank.CLIENTS, *clients]))
        assert f"0 行已写入 新增或有变化 {PEOPLE} 行没有变化" in again.words(), again.words()
        statement = bank.as_xlsx([bank.STATEMENT, *rows])
        booked = await bank.take_in(marketing, "statement", "对账.xlsx", statement)
        assert f"{PEOPLE} 行已写入" in booked.words()
        assert "1 行被拒绝" in booked.words()
        assert "日期不存在" in booked.words()
        repeated = await bank.take_in(marketing, "statement", "对账.csv", bank.as_csv([bank.STATEMENT, *rows], "gbk"))
        assert "0 行已写入" in repeated.words()
    joined = await instance.value(
        "SELECT count(*) FROM contact o JOIN identity i ON i.client_id = o.client_id AND i.kind = 'bank_number'"
        " WHERE o.external_userid LIKE 'wmSpine%'"
    )
    assert joined == PEOPLE


async def test_a_campaign_is_written_approved_by_another_sent_confirmed_and_comes_back(
    instance: Instance, people: str
) -> None:
    async with bank.at_work(instance, "lin.yue", "zhao.heng") as (maker, reviewer):
        group = await instance.value("SELECT id FROM client_group WHERE chat_id = $1", people)
        number = await bank.write_campaign(
            maker,
            name="稳健理财沙龙",
            text=TEXT,
            control=20,
            audience={
                "a.0.0.what": "group.in",
                "a.0.0.value": [group],
                "a.0.1.what": "balance.between",
                "a.0.1.least": "5",
                "a.0.1.below": "",
            },
        )
        await bank.submit(maker, number)
        await the_makers_own_word_is_refused(instance, maker, number)
        approved = await bank.approve(instance, reviewer, number)
        assert "已批准" in approved.words()

        # an edit after the approval voids it, and it is asked for again
        await bank.edit(maker, number, {"name": "稳健理财沙龙（周三）"})
        assert await instance.value("SELECT state FROM campaign WHERE id = $1", number) == "draft"
        assert "开始发送" not in (await maker.open(f"/campaigns/{number}")).words()
        await bank.submit(maker, number)
        approved = await bank.approve(instance, reviewer, number)
        assert "已批准" in approved.words()

        begun = await bank.begin(maker, number)
        assert "已开始" in begun.words()
        eligible, control = await frozen(instance, number)
        assert len(eligible) + len(control) == RICH - NOT_ASKED
        assert 1 <= len(control) <= 20

        async def state_counts() -> dict[str, int]:
            sql = "SELECT state, count(*) AS n FROM send WHERE campaign_id = $1 GROUP BY state"
            return {row["state"]: row["n"] for row in await instance.rows(sql, number)}

        async def all_handed() -> bool:
            return await state_counts() == {"accepted": len(eligible)}

        await until(all_handed, seconds=30)
        page = await maker.open(f"/campaigns/{number}")
        assert f"已派发 {len(eligible)}" in page.words()
        assert "陈曦" in page.words()
        await instance.sandbox.act("member.confirm_groupmsg")

        async def all_delivered() -> bool:
            return await state_counts() == {"delivered": len(eligible)}

        await until(all_delivered, seconds=40)
        page = await maker.open(f"/campaigns/{number}")
        for label in ("应发送", "已派发", "已确认", "已送达"):
            assert f"{label} {len(eligible)}" in page.words(), page.words()
        assert f"本次活动对照组 {len(control)}" in page.words()

        reached = (await instance.sandbox.reached(kind="group_message", text=TEXT))["people"]
        assert {person: sum(counts.values()) for person, counts in reached.items()} == dict.fromkeys(eligible, 1)
        assert not set(reached) & control


async def the_makers_own_word_is_refused(instance: Instance, maker: Visitor, number: int) -> None:
    approval = await bank.asked(instance, number)
    page = await maker.open(f"/approvals/{approval}")
    assert page.status == 403  # this role has no desk of approvals
    editor = await maker.open(f"/campaigns/{number}")
    assert "制作人和最后修改的人不能批准" in editor.words()
    token = next(value for form in editor.forms for name, value in form.fields if name == "csrf_token")
    said = await maker.post(
        f"/approvals/{approval}/decision", csrf_token=token, word="approve", seen_hash="0" * 64, note=""
    )
    assert said.status == 403
    assert await instance.value("SELECT state FROM approval WHERE id = $1", approval) == "waiting"


async def frozen(instance: Instance, number: int) -> tuple[set[str], set[str]]:
    """External ids of the eligible people and of the control group, as soon as the list stands."""

    async def is_frozen() -> bool:
        return bool(await instance.value("SELECT frozen_at FROM campaign WHERE id = $1", number))

    await until(is_frozen, seconds=20)
    sql = (
        "SELECT d.arm, o.external_userid FROM delivery d JOIN contact o ON o.client_id = d.client_id"
        " WHERE d.campaign_id = $1 AND d.arm <> 'none'"
    )
    rows = await instance.rows(sql, number)
    assert max(Counter(row["external_userid"] for row in rows).values()) == 1
    arms: dict[str, set[str]] = {"treated": set(), "control": set()}
    for row in rows:
        arms[row["arm"]].add(row["external_userid"])
    return arms["treated"], arms["control"]
