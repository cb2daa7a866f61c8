"""Made-up people go through every flow, errors included; afterwards nothing that is kept or heard names one of them."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field

import aiohttp
import pytest

from kernel import clock
from tests.flows import bank, canaries, havoc, instances, listening
from tests.flows.canaries import Canary, Flock
from tests.flows.instances import Instance
from tests.flows.listening import Finds
from tests.flows.visiting import Visitor
from tests.waiting import until

CLIENTS = [*bank.CLIENTS, "身份证号"]
ROLES = ("shen.qiu", "admin", "zhao.heng", "gao.yuan", "lin.yue", "chen.xi")
"""Whose pages are looked at: without a right to clients, without one to reveal, of another branch, of this one."""
LOOKED_FOR = 6
TALKERS = 200
FEW = int(os.environ.get("HUILIU_CANARIES", "300"))
BOOM = """
CREATE FUNCTION boom() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'can''t keep what % said with phone % and %', '{name}', '{phone}', '{token}'; END $$;
CREATE TRIGGER boom BEFORE INSERT ON inbound FOR EACH ROW EXECUTE FUNCTION boom();
"""


@dataclass
class Story:
    """One instance with its people, and what was seen of it from outside."""

    instance: Instance
    flock: Flock
    addresses: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    finds: Finds = field(default_factory=dict)

    def note(self, finds: Finds) -> None:
        for place, hits in finds.items():
            self.finds.setdefault(place, set()).update(hits)


async def whole_story(count: int) -> Finds:
    """Everything happens to `count` people; where one of their words turned up."""
    async with instances.started(HUILIU_RATE_FACTOR="1000") as instance:
        story = Story(instance, Flock(count))
        async with listening.to_redis(instance) as heard, watched(story):
            await they_come(story)
            await the_bank_names_them(story)
            await staff_look_for_them(story)
            await a_campaign_reaches_them(story)
            await files_leave(story)
            await things_go_wrong(story)
            await others_look_around(story)
            await instance.sandbox.settle()
        story.note(listening.in_text(story.flock, "redis command", heard))
        story.note(await listening.in_redis(instance, story.flock))
        story.note(await listening.in_database(instance, story.flock))
        story.note(listening.in_text(story.flock, "address", story.addresses))
        story.note(listening.in_text(story.flock, "page", story.pages))
        await instance.database.execute("CHECKPOINT")
        story.note(listening.in_files(instance, story.flock, with_database=True))
        log = instance.run.log
    lines = log.read_bytes().splitlines()
    assert len(lines) > 20, "the log tells nothing at all"
    story.note(listening.in_text(story.flock, "log", lines))
    return story.finds


@pytest.mark.prove
@pytest.mark.timeout(1500)
async def test_a_few_hundred_people_leave_no_readable_trace() -> None:
    assert await whole_story(FEW) == {}


@pytest.mark.prove
@pytest.mark.timeout(3600)
async def test_ten_thousand_people_leave_no_readable_trace() -> None:
    assert await whole_story(10_000) == {}


async def they_come(story: Story) -> None:
    """By callbacks: as contacts under their names, as followers, with messages that tell everything about them."""
    sandbox, people = story.instance.sandbox, story.flock.all
    await sandbox.acts(
        {"act": "client.add", "userid": "chen.xi", "external_userid": _external(place), "unionid": _union(place),
         "name": one.name}
        for place, one in enumerate(people)
    )  # fmt: skip
    fans = people[:: max(1, len(people) // TALKERS)]
    await sandbox.acts(
        {"act": "fan.subscribe", "openid": f"oCan{place:06}", "unionid": _union(people.index(one))}
        for place, one in enumerate(fans)
    )
    await sandbox.acts(
        {"act": "fan.message", "openid": f"oCan{place:06}", "text": _tells_all(one)} for place, one in enumerate(fans)
    )

    async def all_are_read() -> bool:
        sql = "SELECT count(*) FROM contact WHERE external_userid LIKE 'wmCan%' AND read_at IS NOT NULL"
        said = await story.instance.value("SELECT count(*) FROM inbound")
        return bool(await story.instance.value(sql) == len(people) and said >= len(fans))

    await until(all_are_read, seconds=60 + len(people) / 5)


async def the_bank_names_them(story: Story) -> None:
    """By files: good ones, twice, with bad rows, with doubled rows, broken, and with what is never taken in."""
    people = story.flock.all
    rows = [
        [one.bank_number, one.name, one.phone, "女", "B01", "chen.xi", "是", _union(place), one.id_number]
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
            "SELECT min(client_id) FROM contact WHERE external_userid = $1", _external(0)
        )
        page = await director.open(f"/clients/{number}")
        story.pages.append(page.text)
        shown = await director.send(page, f"/clients/{number}/reveal", field="phone", why="call")
        assert story.flock.all[0].phone in shown.text


async def a_campaign_reaches_them(story: Story) -> None:
    """Texts with their names go out, some calls fail, and the worker is killed in the middle."""
    instance = story.instance
    async with bank.at_work(instance, "lin.yue", "zhao.heng") as (maker, reviewer):
        number = await bank.write_campaign(
            maker, name="大额存单预约", text="{称呼}您好，我行大额存单本周开放额度，欢迎来电预约。",
            audience={"a.0.0.what": "contact.is"},
        )  # fmt: skip
        await bank.submit(maker, number)
        await bank.approve(instance, reviewer, number)
        await instance.sandbox.faults(
            {"path": "*add_msg_template", "kind": "errcode", "errcode": -1, "times": 2},
            {"path": "*add_msg_template", "kind": "reset", "times": 1},
        )
        await bank.begin(maker, number)
        sql = "SELECT count(*) FROM send WHERE campaign_id = $1 AND state NOT IN ('planned', 'leased')"
        await until(lambda: instance.value(sql, number), seconds=120)
        worker = instance.worker("general")
        if worker is not None:
            for child in worker.children():
                child.kill()

        async def is_over() -> bool:
            with contextlib.suppress(aiohttp.ServerDisconnectedError):  # an idle connection that was just closed
                await instance.sandbox.act("member.confirm_groupmsg")
            await havoc.let_leases_run_out(instance, number)
            sql = "SELECT count(*) FROM send WHERE campaign_id = $1 AND state IN ('planned', 'requested', 'leased')"
            return not await instance.value(sql, number)

        await until(is_over, seconds=400 + len(story.flock.all) / 20, every=1)
        for path in (f"/campaigns/{number}", f"/campaigns/{number}/progress", "/campaigns", "/audit", "/"):
            story.pages += [(await one.open(path)).text for one in (maker, reviewer)]


async def files_leave(story: Story) -> None:
    """A masked list of clients is asked for; the file itself is masked too."""
    async with bank.at_work(story.instance, "lin.yue") as (marketing,):
        asked = await marketing.open("/exports/new?kind=clients")
        story.pages.append(asked.text)
        story.pages.append((await marketing.send(asked, "/exports", reason="客户经理核对名单之用")).text)
        story.pages.append((await marketing.open("/exports")).text)


async def things_go_wrong(story: Story) -> None:
    """Words end up where nobody expects them: in sign-ins, addresses, forms, callbacks, errors of the database."""
    instance, people = story.instance, story.flock.all
    await instance.database.execute(BOOM.format(name=people[1].name, phone=people[1].phone, token=people[1].token))
    await instance.sandbox.act("fan.message", openid="oCan000000", text=_tells_all(people[2]))
    account = (await instance.sandbox.config())["official_accounts"][0]
    for odd in (
        f"<xml><ToUserName>{account['original_id']}</ToUserName><FromUserName>oCan000001</FromUserName>"
        f"<CreateTime>{people[3].name}</CreateTime><MsgType>text</MsgType><Content>{_tells_all(people[3])}</Content>"
        f"<MsgId>{people[3].phone}</MsgId></xml>",
        f"<xml><ToUserName>{people[4].name}</ToUserName><MsgType>{people[4].name}</MsgType></xml>",
        f"<xml><ToUserName>{account['original_id']}</ToUserName><FromUserName>oCan000001</FromUserName>"
        f"<CreateTime>1</CreateTime><MsgType>event</MsgType><Event>{people[5].phone}</Event></xml>",
    ):
        await instance.sandbox.send_raw(odd, app=f"oa:{account['appid']}", openid="oCan000001")
    async with bank.at_work(instance, "lin.yue", "chen.xi") as (marketing, director), Visitor(instance.web) as stranger:
        one = people[6]
        login = await stranger.open("/login")
        story.pages.append((await stranger.send(login, "/login", login=one.phone, password=one.id_number)).text)
        for path in (f"/nosuch/{one.name}", "/clients/999999999", f"/p/invitations/{one.token}", f"/start/{one.token}"):
            await marketing.open(path)
            await stranger.open(path)
        for path in (
            f"/clients?tier={one.phone}&owner={one.name}",
            f"/clients?found={one.name}",
            f"/audit?what={one.name}",
        ):
            await marketing.open(path)
        token = next(form for form in (await director.open("/account")).forms if dict(form.fields).get("csrf_token"))
        csrf = dict(token.fields)["csrf_token"]
        client = await instance.value("SELECT min(client_id) FROM contact WHERE external_userid = $1", _external(6))
        for path, fields in (
            (f"/clients/{client}/reveal", {"field": one.name, "why": one.phone}),
            (f"/clients/{client}/assessment", {"level": one.name}),
            ("/imports", {"ticket": one.name, "format": one.phone}),
            ("/interests", {"kind": one.name, "ref": "x" * 500, "relation": "x" * 500}),
        ):
            await director.post(path, csrf_token=csrf, **fields)

    async def failed() -> bool:
        sql = "SELECT count(*) FROM callback WHERE state IN ('failed', 'dead')"
        return bool(await instance.value(sql) > 0)

    await until(failed, seconds=60)
    await instance.database.execute("DROP TRIGGER boom ON inbound")


async def others_look_around(story: Story) -> None:
    """Each role opens every page of the side bar, and what is linked there; nobody sees a whole name or number."""
    numbers = [row["id"] for row in await story.instance.rows("SELECT id FROM client ORDER BY id LIMIT 3")]
    for role in ROLES:
        async with bank.at_work(story.instance, role) as (person,):
            first = await person.open("/")
            paths = sorted(set(canaries.links(first.text)) | {f"/clients/{number}" for number in numbers})
            for path in paths:
                story.pages.append((await person.open(path)).text)


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


def _tells_all(one: Canary) -> str:
    return f"我是{one.name}，手机{one.phone}，身份证{one.id_number}，卡号{one.account}，暗号{one.token}"


def _external(place: int) -> str:
    return f"wmCan{place:06}"


def _union(place: int) -> str:
    return f"unCan{place:06}"
