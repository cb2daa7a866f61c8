"""One instance with made-up people in it, what was seen of it from outside, and how the people come to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import aiohttp

from kernel import clock
from tests.flows import bank
from tests.flows.canaries import Canary, Flock
from tests.flows.instances import Instance
from tests.waiting import until

CLIENTS = [*bank.CLIENTS, "身份证号"]
TALKERS = 200
AT_ONCE = 500
LOOKED_FOR = 6


@dataclass
class Story:
    """One instance with its people, and what was seen of it from outside."""

    instance: Instance
    flock: Flock
    addresses: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    files: list[bytes] = field(default_factory=list)


async def they_come(story: Story) -> None:
    """By callbacks: as contacts under their names, as followers, with messages that tell everything about them."""
    sandbox, people = story.instance.sandbox, story.flock.all
    for begin in range(0, len(people), AT_ONCE):
        await sandbox.acts(
            {"act": "client.add", "userid": "chen.xi", "external_userid": external(place), "unionid": union(place),
             "name": people[place].name}
            for place in range(begin, min(begin + AT_ONCE, len(people)))
        )  # fmt: skip
    step = max(1, len(people) // TALKERS)
    fans = people[::step][:TALKERS]
    await sandbox.acts(
        {"act": "fan.subscribe", "openid": f"oCan{place:06}", "unionid": union(place * step)}
        for place in range(len(fans))
    )
    await sandbox.acts(
        {"act": "fan.message", "openid": f"oCan{place:06}", "text": tells_all(one)} for place, one in enumerate(fans)
    )

    async def all_are_read() -> bool:
        sql = "SELECT count(*) FROM contact WHERE external_userid LIKE 'wmCan%' AND read_at IS NOT NULL"
        # only who was read is one person in both accounts: the bank's file names whom WeChat joined by then
        joined = await story.instance.value(
            "SELECT count(*) FROM fan WHERE openid LIKE 'oCan%' AND read_at IS NOT NULL"
        )
        said = await story.instance.value("SELECT count(*) FROM inbound")
        return bool(await story.instance.value(sql) == len(people) and joined == len(fans) and said >= len(fans))

    await until(all_are_read, seconds=120 + len(people) / 5)


async def the_bank_names_them(story: Story) -> None:
    """By files: good ones, twice, with bad rows, with doubled rows, broken, and with what is never taken in."""
    people = story.flock.all
    rows = [
        [one.bank_number, one.name, one.phone, "女", "B01", "chen.xi", "是", union(place), one.id_number]
        for place, one in enumerate(people)
    ]
    bad = [[one.bank_number, one.name, "1" + one.phone, one.name, "B01", one.name, one.phone, "", one.id_number]
           for one in people[:200]]  # fmt: skip
    day = clock.today().isoformat()
    booked = [
        [f"R{place}", one.account, one.bank_number, day, "跨行转入", "60000.00", "", "60000.00", "活期"]
        for place, one in enumerate(people)
    ]
    wrong = [[one.token, one.account, one.bank_number, "2026-02-31", one.name, one.phone, "", "x", "活期"]
             for one in people[:200]]  # fmt: skip
    async with bank.at_work(story.instance, "lin.yue") as (marketing,):
        for name, content in (
            ("clients.csv", bank.as_csv([CLIENTS, *rows])),
            ("again.xlsx", bank.as_xlsx([CLIENTS, *rows[:1000]])),
            ("doubled.csv", bank.as_csv([CLIENTS, *rows[:50], *rows[:50], *bad])),
        ):
            run = await bank.take_in(marketing, "clients", name, content)
            story.pages.append(run.text)
        for name, content in (
            ("statement.csv", bank.as_csv([bank.STATEMENT, *booked], "gbk")),
            ("wrong.csv", bank.as_csv([bank.STATEMENT, *booked[:20], *wrong])),
        ):
            run = await bank.take_in(marketing, "statement", name, content)
            story.pages.append(run.text)
        # tried and left: the file waits in the data folder for its hour
        page = await marketing.open("/imports")
        left = await marketing.upload(page, "/imports/check", "left.csv", bank.as_csv([CLIENTS, *rows, *bad]),
                                      format="haiyue:clients")  # fmt: skip
        story.pages.append(left.text)
        for name, content in (
            ("pin.csv", bank.as_csv([[*CLIENTS, "取款密码"], *([*row, "123456"] for row in rows[:20])])),
            ("broken.xlsx", b"PK\x03\x04" + rows[0][1].encode() + rows[0][2].encode()),
            ("short.csv", bank.as_csv([["姓名", "手机号"], *([row[1], row[2]] for row in rows[:20])])),
            (f"{people[0].name}.csv", b"\xff\xfe\xff" + rows[0][2].encode()),
        ):
            page = await marketing.open("/imports")
            refused = await marketing.upload(page, "/imports/check", name, content, format="haiyue:clients")
            assert refused.status == 422, refused.words()[:300]
            story.pages.append(refused.text)


async def staff_look_for_them(story: Story) -> None:
    """By name, phone, its last digits and client number; one field is shown in the clear, for a reason."""
    async with bank.at_work(story.instance, "lin.yue", "chen.xi") as (marketing, director):
        for one in story.flock.all[:: max(1, len(story.flock.all) // LOOKED_FOR)]:
            for words in (one.name, one.phone, one.phone[-4:], one.bank_number, one.account, one.id_number):
                page = await marketing.open("/clients")
                found = await marketing.send(page, "/clients/search", q=words)
                assert found.status == 200
                # what was typed stands in the field again, for the one who typed it
                story.pages.append(found.text.replace(f'value="{words}"', ""))
                assert one.account == words or one.id_number == words or "没有符合条件的客户" not in found.words()
        number = await story.instance.value(
            "SELECT min(client_id) FROM contact WHERE external_userid = $1", external(0)
        )
        page = await director.open(f"/clients/{number}")
        story.pages.append(page.text)
        shown = await director.send(page, f"/clients/{number}/reveal", field="phone", why="call")
        assert story.flock.all[0].phone in shown.text


class watched:  # noqa: N801  # reads as what it does
    """Every address that our visitors' requests and redirects go through, as a proxy in front would log it."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._request = aiohttp.ClientSession._request

    async def __aenter__(self) -> None:
        story, real = self._story, self._request

        async def noting(session: aiohttp.ClientSession, method: str, address: object, **more: object) -> object:
            answer = await real(session, method, address, **more)  # type: ignore[arg-type]
            # the first one is what a person typed into the address bar; what the pages make of it counts
            story.addresses += [str(one.url) for one in (*answer.history[1:], answer)] if answer.history else []
            return answer

        aiohttp.ClientSession._request = noting  # type: ignore[method-assign, assignment]

    async def __aexit__(self, *_: object) -> None:
        aiohttp.ClientSession._request = self._request  # type: ignore[method-assign]


def tells_all(one: Canary) -> str:
    """A message in which somebody gives away everything."""
    return f"我是{one.name}，手机{one.phone}，身份证{one.id_number}，卡号{one.account}，暗号{one.token}"


def without_fields(page: str) -> str:
    """A page without what its fields hold: what was typed stands there again, for the one who typed it."""
    return re.sub(r"<textarea.*?</textarea>|value=\"[^\"]*\"", "", page, flags=re.DOTALL)


def external(place: int) -> str:
    """The id of one of them in WeCom."""
    return f"wmCan{place:06}"


def union(place: int) -> str:
    """The id that joins their accounts."""
    return f"unCan{place:06}"
