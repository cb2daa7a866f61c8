"""What a bank does at the console's pages: take in its files, write a campaign, have it approved, send it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from openpyxl import Workbook

from tests.flows.instances import Instance
from tests.flows.visiting import Page, Visitor

CLIENTS = ["客户号", "姓名", "手机号", "性别", "机构号", "客户经理工号", "营销授权", "微信UnionID"]
STATEMENT = ["流水号", "账号", "客户号", "交易日期", "交易类型", "收入", "支出", "余额", "产品类型"]
ID_AT_END = re.compile(r"/(\d+)(?:/edit)?(?:[?#].*)?$")


@asynccontextmanager
async def at_work(instance: Instance, *names: str) -> AsyncIterator[list[Visitor]]:
    """These people, signed in, each in a browser of their own."""
    visitors = [Visitor(instance.web) for _ in names]
    try:
        for visitor, name in zip(visitors, names, strict=True):
            page = await visitor.sign_in(*instance.sign_in_of(name))
            assert page.status == 200, page.words()[:300]
            assert "/login" not in page.url, page.words()[:300]
        yield visitors
    finally:
        for visitor in visitors:
            await visitor.__aexit__(None, None, None)


def as_csv(rows: Sequence[Sequence[object]], encoding: str = "utf-8") -> bytes:
    """Rows as a CSV file."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    """Rows as the first sheet of a workbook."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def take_in(visitor: Visitor, kind: str, name: str, content: bytes) -> Page:
    """Try a file at the import page and then import it; the page of the run."""
    page = await visitor.open("/imports")
    checked = await visitor.upload(page, "/imports/check", name, content, format=f"haiyue:{kind}")
    assert checked.status == 200, checked.words()[:600]
    done = await visitor.send(checked, "/imports")
    assert done.status == 200, done.words()[:600]
    return done


async def write_campaign(
    visitor: Visitor,
    *,
    name: str,
    text: str,
    audience: Mapping[str, Any],
    kind: str = "message",
    channel: str = "wecom_message",
    control: int = 0,
    **more: str,
) -> int:
    """Begin a campaign and save it in the editor; its number. audience: fields of the builder's first group."""
    begun = await visitor.send(
        await visitor.open("/campaigns/new"), "/campaigns/new", kind=kind, name=name, channel=channel
    )
    assert begun.url.split("?")[0].endswith("/edit"), begun.words()[:600]
    number = number_of(begun)
    saved = await edit(
        visitor, number, {"step.main.text": text, "control_percent": control, **BLANK, **audience, **more}
    )
    assert saved.status == 200, saved.words()[:900]
    assert 'class="err"' not in saved.text, saved.words()[:900]
    return number


BLANK = {"a.joint": "and", "a.0.joint": "and"}


async def edit(visitor: Visitor, number: int, changes: Mapping[str, Any]) -> Page:
    """Open the editor, change fields and save."""
    page = await visitor.open(f"/campaigns/{number}/edit")
    return await visitor.send_fields(page, f"/campaigns/{number}/edit", {"act": "save", **changes})


async def submit(visitor: Visitor, number: int) -> Page:
    """Submit what the editor shows."""
    editor = await visitor.open(f"/campaigns/{number}/edit")
    page = await visitor.send(editor, f"/campaigns/{number}/edit", to=f"/campaigns/{number}/submission")
    assert page.status == 200, page.words()[:900]
    return page


async def asked(instance: Instance, campaign: int) -> int:
    """The newest approval asked for a campaign."""
    return int(
        await instance.value("SELECT max(id) FROM approval WHERE subject = 'campaign' AND subject_id = $1", campaign)
    )


async def approve(instance: Instance, reviewer: Visitor, campaign: int) -> Page:
    """The second person's word at the approval page."""
    number = await asked(instance, campaign)
    page = await reviewer.open(f"/approvals/{number}")
    return await reviewer.send(page, f"/approvals/{number}/decision", word="approve")


async def begin(visitor: Visitor, number: int) -> Page:
    """Press the button that starts an approved campaign."""
    page = await visitor.open(f"/campaigns/{number}")
    return await visitor.send(page, f"/campaigns/{number}/start")


def number_of(page: Page) -> int:
    """The number at the end of a page's address."""
    found = ID_AT_END.search(page.url)
    assert found, f"no number in {page.url}: {page.words()[:400]}"
    return int(found[1])
