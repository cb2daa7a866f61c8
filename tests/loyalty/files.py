"""Statement and client files for tests, written the way banks and spreadsheets write them."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

from openpyxl import Workbook

STATEMENT = ["流水号", "账号", "客户号", "交易日期", "交易类型", "收入", "支出", "余额", "产品类型"]
CLIENTS = ["客户号", "姓名", "手机号", "性别", "机构号", "客户经理工号", "营销授权"]
SLICE = Path(__file__).parents[2] / "loyalty/assets/samples/berka-slice.csv.gz"


def write_csv(path: Path, rows: list[list[str]], *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """Rows as CSV; a path that ends in .gz is packed."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    data = out.getvalue().encode(encoding)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def write_xlsx(path: Path, rows: list[list[object]]) -> Path:
    """Rows as the first sheet of a workbook; text that begins with = becomes a formula."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def statement(*rows: str) -> list[list[str]]:
    """Rows of the demo bank: "reference account client day type amount balance product"; amount signed, in yuan."""
    table = [STATEMENT]
    for row in rows:
        reference, account, client, day, kind, amount, balance, *product = row.split()
        credit, debit = ("", amount[1:]) if amount.startswith("-") else (amount, "")
        table.append([reference, account, client, day, kind, credit, debit, balance, product[0] if product else "活期"])
    return table
