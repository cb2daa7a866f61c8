"""The sample bank's own files: clients and statements as its core system would export them, kept in the data folder."""

from __future__ import annotations

import csv
import gzip
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from kernel import settings
from processes.demo.money import Entry

MAPPING = "haiyue"
CLIENT_COLUMNS = ("客户号", "姓名", "手机号", "性别", "机构号", "客户经理工号", "营销授权")
STATEMENT_COLUMNS = ("流水号", "账号", "客户号", "交易日期", "收入", "支出", "余额", "产品类型", "交易类型", "到期日")
PAPER_COLUMNS = ("风险等级", "风险评估日期", "身份核实状态", "证件类型", "证件有效期至")
CONSENTS = 0.86
ASSESSED, RECENTLY, FLAGGED, UNLIMITED = 0.82, 0.88, 0.015, 0.2
DOCUMENTS = ((0.03, (-200, -1)), (0.09, (1, 89)), (1.0, (400, 4_000)))
"""Share of clients up to which the document ends between so many days from today."""


@dataclass(frozen=True)
class BankClient:
    """One client as the bank's core system knows them."""

    number: str
    name: str
    branch: str
    owner: str


def folder() -> Path:
    """Where the files are kept, so that people can try an import with them."""
    path = Path(settings.get().data_dir) / "files"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def write_clients(clients: Sequence[BankClient], random_seed: int) -> Path:
    """The client file, in the encoding that spreadsheets in China write."""
    path, rng = folder() / "clients.csv", random.Random(random_seed)
    with path.open("w", encoding="gb18030", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(CLIENT_COLUMNS)
        for one in clients:
            phone = f"1{rng.choice('3578')}{rng.randrange(10**9):09d}"
            consent = "是" if rng.random() < CONSENTS else "否"
            rows.writerow((one.number, one.name, phone, rng.choice("男女"), one.branch, one.owner, consent))
    return path


def write_papers(clients: Sequence[BankClient], today: date, random_seed: int) -> Path:
    """A later client file: risk assessments and identity papers; empty cells leave what is known."""
    path, rng = folder() / "clients-papers.csv", random.Random(random_seed)
    with path.open("w", encoding="gb18030", newline="") as file:
        rows = csv.writer(file)
        rows.writerow((*CLIENT_COLUMNS, *PAPER_COLUMNS))
        for one in clients:
            level, assessed_on = "", ""
            if rng.random() < ASSESSED:
                ago = rng.randrange(2, 360) if rng.random() < RECENTLY else rng.randrange(370, 700)
                level, assessed_on = f"C{rng.choices((1, 2, 3, 4, 5), (8, 27, 38, 20, 7))[0]}", _before(today, ago)
            state = "待核实" if rng.random() < FLAGGED else "正常"
            drawn = rng.random()
            span = next(days for share, days in DOCUMENTS if drawn <= share)
            until = "长期" if drawn > 1 - UNLIMITED else _before(today, -rng.randrange(*span))
            cells = (level, assessed_on, state, "身份证", until)
            rows.writerow((one.number, one.name, "", "", "", "", "", *cells))
    return path


def write_statement(entries: Iterable[Entry], first: date, last: date) -> Path:
    """The statement file of these days, gzipped; the rows in booking order."""
    path = folder() / f"statement-{first:%Y%m%d}-{last:%Y%m%d}.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="", compresslevel=3) as file:
        rows = csv.writer(file)
        rows.writerow(STATEMENT_COLUMNS)
        for place, one in enumerate(sorted(entries, key=lambda entry: entry.day)):
            amount = f"{abs(one.amount_fen) / 100:.2f}"
            sides = (amount, "") if one.amount_fen > 0 else ("", amount)
            reference = f"{first:%y%m%d}{place:07d}"
            balance = f"{one.balance_fen / 100:.2f}"
            # products of the demo run out one after the other, the next ones within days
            until = last + timedelta(days=int(one.account[-4:]) % 240 + 2) if one.product == "理财" else ""
            rows.writerow((reference, one.account, one.client, one.day, *sides, balance, one.product, one.kind, until))
    return path


def _before(today: date, days: int) -> str:
    return (today - timedelta(days=days)).isoformat()
