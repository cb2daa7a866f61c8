"""Made-up people's words end up where nobody expects them, and people without the right look around."""

from __future__ import annotations

from tests.flows import bank, canaries
from tests.flows.canary_story import Story, external, tells_all, without_fields
from tests.flows.visiting import Visitor
from tests.waiting import until

ROLES = ("shen.qiu", "admin", "zhao.heng", "gao.yuan", "lin.yue", "chen.xi")
"""Whose pages are looked at: without a right to clients, without one to reveal, of another branch, of this one."""
BOOM = """
CREATE FUNCTION boom() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'can''t keep what % said with %', reverse('{name}'), reverse('{phone} {token}'); END $$;
CREATE TRIGGER boom BEFORE INSERT ON inbound FOR EACH ROW EXECUTE FUNCTION boom();
"""


async def things_go_wrong(story: Story) -> None:
    """Words end up where nobody expects them: in sign-ins, addresses, forms, callbacks, errors of the database."""
    instance, people = story.instance, story.flock.all
    # turned round: the words must not stand in the function itself
    boom = BOOM.format(name=people[1].name[::-1], phone=people[1].token[::-1], token=people[1].phone[::-1])
    await instance.as_owner(boom)
    await instance.sandbox.act("fan.message", openid="oCan000000", text=tells_all(people[2]))
    account = (await instance.sandbox.config())["official_accounts"][0]
    for odd in (
        f"<xml><ToUserName>{account['original_id']}</ToUserName><FromUserName>oCan000001</FromUserName>"
        f"<CreateTime>{people[3].name}</CreateTime><MsgType>text</MsgType><Content>{tells_all(people[3])}</Content>"
        "<MsgId>24999999999999999</MsgId></xml>",
        f"<xml><ToUserName>{people[4].name}</ToUserName><MsgType>{people[4].name}</MsgType></xml>",
        f"<xml><ToUserName>{account['original_id']}</ToUserName><FromUserName>oCan000001</FromUserName>"
        f"<CreateTime>1</CreateTime><MsgType>event</MsgType><Event>{people[5].phone}</Event></xml>",
    ):
        await instance.sandbox.send_raw(odd, app=f"oa:{account['appid']}", openid="oCan000001")
    async with bank.at_work(instance, "lin.yue", "chen.xi") as (marketing, director), Visitor(instance.web) as stranger:
        one = people[6]
        login = await stranger.open("/login")
        refused = await stranger.send(login, "/login", login=one.phone, password=one.id_number)
        story.pages.append(without_fields(refused.text))
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
        client = await instance.value("SELECT min(client_id) FROM contact WHERE external_userid = $1", external(6))
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
    await instance.as_owner("DROP TRIGGER boom ON inbound")


async def others_look_around(story: Story) -> None:
    """Each role opens every page of the side bar, and what is linked there; nobody sees a whole name or number."""
    numbers = [row["id"] for row in await story.instance.rows("SELECT id FROM client ORDER BY id LIMIT 3")]
    for role in ROLES:
        async with bank.at_work(story.instance, role) as (person,):
            first = await person.open("/")
            paths = sorted(set(canaries.links(first.text)) | {f"/clients/{number}" for number in numbers})
            for path in paths:
                story.pages.append((await person.open(path)).text)
