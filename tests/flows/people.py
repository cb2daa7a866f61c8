"""People of a flow: they add a director in WeCom and stand in the bank's client file, consent given."""

from __future__ import annotations

from dataclasses import dataclass

from tests.flows import bank
from tests.flows.instances import Instance
from tests.flows.visiting import Visitor
from tests.waiting import until

NAMES = ("赵一鸣", "钱思远", "孙嘉怡", "李文博", "周子涵", "吴雅静", "郑伟", "王欣然")


@dataclass(frozen=True)
class Known:
    """One person: who they are for WeCom and for the bank."""

    external_userid: str
    unionid: str
    number: str
    name: str


async def who_know(
    instance: Instance, marketing: Visitor, director: str, tag: str, count: int, branch: str = ""
) -> list[Known]:
    """`count` people who add the director by themselves and whom the bank then names in its file."""
    people = [
        Known(f"wm{tag}{place:05}", f"un{tag}{place:05}", f"{tag}{place:05}", NAMES[place % len(NAMES)])
        for place in range(count)
    ]
    await instance.sandbox.acts(
        {
            "act": "client.add",
            "userid": director,
            "external_userid": one.external_userid,
            "unionid": one.unionid,
            "name": one.name,
        }
        for one in people
    )

    async def all_are_read() -> bool:
        sql = "SELECT count(*) FROM contact WHERE external_userid LIKE $1 AND read_at IS NOT NULL"
        return bool(await instance.value(sql, f"wm{tag}%") == count)

    await until(all_are_read, seconds=60)
    rows = [[one.number, one.name, "", "女", branch, director, "是", one.unionid] for one in people]
    await bank.take_in(marketing, "clients", f"{tag}.csv", bank.as_csv([bank.CLIENTS, *rows]))
    return people


async def send(instance: Instance, maker: Visitor, reviewer: Visitor, number: int) -> None:
    """Submit, approve by the other, start, and let the members of staff confirm until everything is delivered."""
    await bank.submit(maker, number)
    await bank.approve(instance, reviewer, number)
    await bank.begin(maker, number)
    await confirm_until_delivered(instance, number, "main")


async def confirm_until_delivered(instance: Instance, number: int, *steps: str) -> None:
    """Members confirm whatever reaches their phones until these steps are delivered to everybody."""

    async def delivered() -> bool:
        await instance.sandbox.act("member.confirm_groupmsg")
        sql = "SELECT step, bool_and(state = 'delivered') AS ok FROM send WHERE campaign_id = $1 GROUP BY step"
        found = {row["step"]: row["ok"] for row in await instance.rows(sql, number)}
        return all(found.get(step) for step in steps)

    await until(delivered, seconds=60, every=0.3)


async def director_id(instance: Instance, login: str) -> int:
    """The number of a member of staff, as the audience builder offers it."""
    return int(await instance.value("SELECT id FROM staff WHERE login = $1", login))
