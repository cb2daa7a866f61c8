"""The console's pages: who may open which, what they show, and that they hold with little and with real data."""

from __future__ import annotations

import re
from datetime import date

import pytest
from starlette.routing import Route

from community.groups.models import Group, Membership
from kernel import clock, database
from kernel.database import transaction
from loyalty.assets import importing
from loyalty.rewards import benefits
from loyalty.tiers import policies
from staff import permissions
from staff.models import ROLES, Branch, Staff
from tests.browsing import Browser
from web import routes

CLIENTS = """客户号,姓名,手机号,性别,机构号,客户经理工号,营销授权
6217000000000001,张伟,13800000001,男,SZ01,director,是
6217000000000002,李秀英,13800000002,女,SZ01,director,否
6217000000000003,王芳,13800000003,女,SZ01,,是
62170,坏行,12,男,XX,nobody,也许
"""
STATEMENT = """流水号,账号,客户号,交易日期,收入,支出,余额,产品类型,交易类型
T1,6226000000000001,6217000000000001,2026-01-05,500000.00,,500000.00,活期,代发工资
T2,6226000000000001,6217000000000001,2026-02-05,,100000.00,400000.00,活期,跨行转出
T3,6226000000000001,6217000000000001,2026-02-30,1.00,,1.00,活期,代发工资
"""


@pytest.fixture
async def bank(people, tmp_path):
    """Three clients with a statement, taken in through the real import."""
    (tmp_path / "clients.csv").write_text(CLIENTS, encoding="utf-8")
    (tmp_path / "statement.csv").write_text(STATEMENT, encoding="utf-8")
    await importing.import_file(tmp_path / "clients.csv", "haiyue", "clients", by=people["marketing"])
    await importing.import_file(tmp_path / "statement.csv", "haiyue", "statement", by=people["marketing"])
    return {row["id"]: row for row in await database.fetch("SELECT id, owner_id FROM client")}


def _lists() -> list[Route]:
    return [
        route
        for route in routes.routes()
        if isinstance(route, Route)
        and hasattr(route.endpoint, "may")
        and "{" not in route.path
        and "GET" in route.methods
    ]


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_opens_exactly_the_pages_that_its_permissions_name(signed_in, bank, role):
    browser = await signed_in(role)
    person = await Staff.get(login=role)
    for route in _lists():
        may = route.endpoint.may
        wanted = 200 if not may or permissions.may(person, may) else 403
        answer = await browser.get(route.path)
        assert answer.status == wanted, route.path
        if wanted == 200:
            assert "style=" not in answer.text, route.path


async def test_the_side_bar_names_only_pages_that_open(signed_in, bank):
    browser = await signed_in("administrator")
    page = (await browser.get("/")).text
    nav = page[page.index("<nav") : page.index("</nav>")]
    links = re.findall(r'<a href="([^"]+)"', nav)
    assert "/imports" in links
    assert "/clients" not in links
    for link in links:
        assert (await browser.get(link)).status == 200


async def test_the_list_of_clients_masks_names_and_shows_balances(signed_in, bank):
    page = (await (await signed_in("marketing")).get("/clients?order=balance")).text
    assert "张*" in page
    assert "李*英" in page
    assert "张伟" not in page
    assert "138****0001" in page
    assert "13800000001" not in page
    assert "40.00 万元" in page


@pytest.mark.parametrize("words", ["张伟", "0001", "13800000001", "6217000000000001", " 6217 0000 0000 0001 "])
async def test_a_client_is_found_by_whole_name_phone_last_four_and_number(signed_in, bank, words):
    browser = await signed_in("marketing")
    address = (await browser.post("/clients/search", {"q": words})).headers["location"]
    page = (await browser.get(address)).text
    assert "张*" in page
    assert "王*" not in page


async def test_what_was_looked_for_stands_in_no_address_and_opens_for_nobody_else(signed_in, bank):
    browser = await signed_in("marketing")
    address = (await browser.post("/clients/search", {"q": "13800000001"})).headers["location"]
    assert "138" not in address
    page = await (await signed_in("branch_head")).get(address)
    assert page.status == 200
    assert "13800000001" not in page.text


async def test_odd_filters_never_break_the_list(signed_in, bank):
    browser = await signed_in("marketing")
    for query in (
        "page=0",
        "page=-1",
        "page=99999999999",
        "owner=x",
        "tier=%27",
        "q=%00",
        "order=id;drop",
        "consent=?",
        "q=%",
    ):
        assert (await browser.get(f"/clients?{query}")).status == 200, query


async def test_a_director_sees_only_own_clients(signed_in, bank, people):
    browser = await signed_in("director")
    own = [number for number, row in bank.items() if row["owner_id"] == people["director"].id]
    other = next(number for number, row in bank.items() if row["owner_id"] is None)
    assert (await browser.get(f"/clients/{own[0]}")).status == 200
    assert (await browser.get(f"/clients/{other}")).status == 404
    assert (await browser.post(f"/clients/{other}/reveal", {"field": "phone", "why": "call"})).status == 404
    assert "王*" not in (await browser.get("/clients")).text


async def test_another_branch_sees_nothing_of_these_clients(web_app, bank, people):
    branch = await Branch.create(code="GZ01", name="广州分行")
    await Staff.filter(login="branch_head").update(branch_id=branch.id)
    browser = Browser(web_app)
    await browser.sign_in("branch_head", "a long enough pass phrase")
    assert (await browser.get(f"/clients/{next(iter(bank))}")).status == 404
    address = (await browser.post("/clients/search", {"q": "0001"})).headers["location"]
    assert "没有符合条件的客户" in (await browser.get(address)).text


async def test_seeing_a_client_in_the_clear_leaves_a_trace(signed_in, bank):
    browser = await signed_in("director")
    assert (await browser.post(f"/clients/{min(bank)}/reveal", {"field": "phone"})).status == 422
    assert (await browser.post(f"/clients/{min(bank)}/reveal", {"field": "phone", "why": "other"})).status == 422
    page = await browser.post(f"/clients/{min(bank)}/reveal", {"field": "phone", "why": "call"})
    assert "13800000001" in page.text
    assert "王芳" not in page.text
    assert "13800000001" not in (await browser.get(f"/clients/{min(bank)}")).text
    entries = await database.fetch("SELECT subject_id, detail FROM audit_entry WHERE action = 'client.revealed'")
    assert [entry["subject_id"] for entry in entries] == [min(bank)]
    assert "电话联系客户" in entries[0]["detail"]
    assert (await (await signed_in("marketing")).post(f"/clients/{min(bank)}/reveal")).status == 403


async def test_a_file_is_tried_then_taken_in_and_its_bad_rows_come_back(signed_in, people, tmp_path, monkeypatch):
    browser = await signed_in("marketing")
    tried = await browser.upload(
        "/imports/check", {"format": "haiyue:clients"}, "file", "名单.csv", CLIENTS.encode("gb18030")
    )
    assert tried.status == 200
    assert await database.fetch_value("SELECT count(*) FROM client") == 0
    ticket = re.search(r'name="ticket" value="([^"]+)"', tried.text)
    done = await browser.post("/imports", {"ticket": ticket[1], "format": "haiyue:clients"})
    assert done.status == 303
    page = await browser.get(done.headers["location"])
    assert "已导入 3 行" in page.text
    assert "下载 1 行问题行" in page.text
    again = await browser.post("/imports", {"ticket": ticket[1], "format": "haiyue:clients"})
    assert (again.status, "重新上传" in again.text) == (422, True)


@pytest.mark.parametrize(
    ("name", "content", "rules"),
    [
        ("x.exe", b"MZ", "haiyue:clients"),
        ("x", b"", "haiyue:clients"),
        ("x.csv", b"\x00\xff\xfe", "haiyue:clients"),
        ("x.csv", b"a,b\n1,2\n", "haiyue:clients"),
        ("x.csv", CLIENTS.encode(), "../etc:clients"),
        ("x.xlsx", b"PK not really", "haiyue:statement"),
        ("x.csv.gz", b"\x1f\x8b broken", "haiyue:statement"),
    ],
)
async def test_a_file_that_cannot_be_used_is_refused_with_a_sentence(signed_in, people, name, content, rules):
    browser = await signed_in("marketing")
    answer = await browser.upload("/imports/check", {"format": rules}, "file", name, content)
    assert 400 <= answer.status < 500, answer.text[:500]
    assert await database.fetch_value("SELECT count(*) FROM import_run") == 0


async def test_another_person_cannot_take_in_a_file_that_was_tried(signed_in, people):
    browser, other = await signed_in("marketing"), await signed_in("administrator")
    tried = await browser.upload("/imports/check", {"format": "haiyue:clients"}, "file", "a.csv", CLIENTS.encode())
    ticket = re.search(r'name="ticket" value="([^"]+)"', tried.text)
    assert (await other.post("/imports", {"ticket": ticket[1], "format": "haiyue:clients"})).status == 422


async def test_dead_letters_are_shown_and_tried_again_by_an_administrator(signed_in, people):
    async with transaction():
        await database.execute(
            "INSERT INTO callback (side, app, digest, kind, body_sealed, state, attempts, problem, created_at)"
            " VALUES ('wecom', 'ww', 'd1', 'contact_added', '\\x00', 'dead', 8, 'no such staff', now())"
        )
    browser = await signed_in("administrator")
    page = await browser.get("/settings/intake")
    assert "contact_added" in page.text
    assert "no such staff" in page.text
    answer = await browser.post("/settings/intake/callbacks", {"ids": ["1"]})
    assert answer.status == 303
    assert "已重新处理 1 条回调" in (await browser.get("/settings/intake")).text
    assert await database.fetch_value("SELECT state FROM callback") == "received"
    assert (await browser.post("/settings/intake/callbacks", {})).status == 422


async def test_a_notice_is_shown_once(signed_in, people):
    browser = await signed_in("administrator")
    await browser.get("/")
    assert 'class="notice' not in (await browser.get("/")).text


async def test_the_first_page_and_the_group_pages_show_what_is_there(signed_in, bank, people):
    group = await Group.create(
        corpid="ww", chat_id="wr1", name="福田财富会", owner=people["director"], owner_userid="director"
    )
    now = clock.now()
    first, second, third = sorted(bank)
    await Membership.create(group=group, member_id="wm1", is_client=True, client_id=first, joined_at=now, join_scene=3)
    await Membership.create(
        group=group, member_id="wm2", is_client=True, client_id=second, joined_at=now, left_at=now, quit_scene=1
    )
    await Membership.create(group=group, member_id="wm3", is_client=True, client_id=third, joined_at=now)
    await Membership.create(group=group, member_id="director", is_client=False, joined_at=now)
    browser = await signed_in("marketing")
    overview = (await browser.get("/")).text
    assert "福田财富会" in overview
    assert "群内客户 2 人，7 天加入 3，退出 1" in overview
    assert "共 3 位客户" in overview
    page = (await browser.get(f"/groups/{group.id}")).text
    assert "张*" in page
    assert "测试director" in page
    assert "李*英" not in page
    left = (await browser.get(f"/groups/{group.id}?view=left")).text
    assert "李*英" in left
    assert "被移出" in left
    assert (await browser.get("/groups?q=财富")).text.count("福田财富会") == 1
    assert "没有符合条件的客户群" in (await browser.get("/groups?q=无")).text


async def test_tiers_and_benefits_are_read_from_policy_catalogue_and_grants(signed_in, bank):
    await policies.load_preset("cmb", date(2025, 1, 1))
    benefit = await benefits.create("lounge", "机场贵宾厅", "lounge", "sunflower", description="国内机场")
    await benefits.grant(min(bank), benefit.id)
    browser = await signed_in("marketing")
    tiers = (await browser.get("/tiers")).text
    assert "金葵花" in tiers
    assert "50.00 万元" in tiers
    page = (await browser.get("/benefits")).text
    assert "机场贵宾厅" in page
    assert "张*" in page
    administrator = await signed_in("administrator")
    assert "张*" not in (await administrator.get("/benefits")).text


async def test_a_client_page_shows_balances_timeline_and_consent(signed_in, bank):
    page = (await (await signed_in("marketing")).get(f"/clients/{min(bank)}")).text
    assert "40.00 万元" in page
    assert "导入客户资料" in page
    assert 'data-chart="lines"' in page
    assert "13800000001" not in page
