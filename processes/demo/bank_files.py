"""The sample bank's own files: clients and statements as its core system would export them, kept in the data folder."""

from __future__ import annotations

import csv
import gzip
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kernel import settings
from processes.demo.money import Entry

MAPPING = "haiyue"
CLIENT_COLUMNS = ("客户号", "姓名", "手机号", "性别", "机构号", "客户经理工号", "营销授权")
STATEMENT_COLUMNS = ("流水号", "账号", "客户号", "交易日期", "收入", "支出", "余额", "产品类型", "交易类型")
CONSENTS = 0.86


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
            rows.writerow((reference, one.account, one.client, one.day, *sides, balance, one.product, one.kind))
    return path
