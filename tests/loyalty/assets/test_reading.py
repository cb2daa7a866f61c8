"""Files as banks and spreadsheets write them are read; dangerous ones are refused whole."""

from __future__ import annotations

import gzip
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Refused
from loyalty.assets import mapping, reading, validating
from tests.loyalty import files

HAIYUE = mapping.load("haiyue", "statement")
CLIENTS = mapping.load("haiyue", "clients")
ROW = ["R1", "6222000000000001", "C1", "2026-10-01", "跨行转入", "1000.00", "", "1000.00", "活期"]


def read(path: Path, rules: mapping.Mapping = HAIYUE) -> list[reading.Row]:
    with reading.opened(path, rules) as table:
        return list(table.rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encoding_packing_and_delimiter_are_found_out(
    tmp_path: Path, encoding: str, suffix: str, delimiter: str
) -> None:
    path = files.write_csv(tmp_path / f"a{suffix}", [files.STATEMENT, ROW], encoding=encoding, delimiter=delimiter)
    assert read(path) == [reading.Row(2, tuple(ROW), dict(zip(files.STATEMENT, ROW, strict=True)))]


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_a_gbk_file_is_known_even_when_chinese_begins_far_behind_its_head(tmp_path: Path, suffix: str) -> None:
    rules = replace(
        HAIYUE, columns={"account": "account", "date": "date", "balance": "balance"}, sign_column="", kinds=()
    )
    rows = [["account", "date", "balance", "note"], *[["6222", "2026-10-01", "1.00", "x"]] * 9_000]
    path = files.write_csv(tmp_path / f"a{suffix}", [*rows, ["6222", "2026-10-01", "1.00", "王芳"]], encoding="gbk")
    assert read(path, rules)[-1].cells[-1] == "王芳"


def test_a_workbook_whose_texts_would_fill_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_SHARED_TEXTS", 1000)
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b"0" * 1001)
    with pytest.raises(Refused) as refused:
        read(path)
    assert refused.value.code == "import.too_large"


def test_a_workbook_is_read_like_a_csv_and_its_formulas_are_noticed(tmp_path: Path) -> None:
    path = files.write_xlsx(tmp_path / "a.xlsx", [files.STATEMENT, ROW, [*ROW[:5], "=1+1", *ROW[6:]]])
    first, second = read(path)
    assert (first.cells, first.formula_in) == (tuple(ROW), "")
    assert second.formula_in == "收入"


def test_a_long_number_that_a_workbook_holds_as_number_is_refused_as_rounded(tmp_path: Path) -> None:
    cells = list[object](ROW)
    cells[1] = 6222000000000001
    (row,) = read(files.write_xlsx(tmp_path / "a.xlsx", [list[object](files.STATEMENT), cells]))
    said = validating.statement_row(row, tuple(files.STATEMENT), HAIYUE, today())
    assert isinstance(said, validating.Refusal)
    assert said.code == "account.scientific"
    assert "文本格式" in said.message


def today() -> date:
    return date(2026, 11, 24)


@pytest.mark.parametrize("header", ["CVV2", "Password", "登录密码", "磁道2", "安全码", "card_pin", "卡有效期"])
def test_a_file_with_a_column_of_secrets_is_refused_whole(tmp_path: Path, header: str) -> None:
    path = files.write_csv(tmp_path / "a.csv", [[*files.STATEMENT, header], [*ROW, "123"]])
    with pytest.raises(Refused) as refused:
        read(path)
    assert refused.value.code == "import.secret_column"


def test_a_packed_bomb_is_refused_before_it_fills_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    head = (",".join(files.STATEMENT) + "\n").encode()
    path.write_bytes(gzip.compress(head + (b"0" * 1000 + b"\n") * 40_000))
    with pytest.raises(Refused) as refused:
        read(path)
    assert refused.value.code == "import.bomb"


def test_a_workbook_bomb_is_refused_without_unpacking(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (40 << 20))
    with pytest.raises(Refused) as refused:
        read(path)
    assert refused.value.code == "import.bomb"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import.empty"),
        (b"a,b\n1,2\n", "import.missing_column"),
        (b"a,a\n1,2\n", "import.duplicate_column"),
        (b"\xff\xff\xff\xff,b\n", "import.encoding"),
        (b"\x1f\x8bbroken", "import.unreadable"),
        (b"PK\x03\x04broken", "import.unreadable"),
        (b'a,"' + b"x" * 5000 + b'"\n', "import.cell_too_long"),
    ],
)
def test_an_unusable_file_is_refused_with_its_reason(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(Refused) as refused:
        read(path)
    assert refused.value.code == code


@given(st.lists(st.text(max_size=12), min_size=9, max_size=9))
def test_any_cells_are_either_understood_or_refused_with_a_reason(cells: list[str]) -> None:
    row = reading.Row(2, tuple(cells), dict(zip(files.STATEMENT, cells, strict=True)))
    said = validating.statement_row(row, tuple(files.STATEMENT), HAIYUE, today())
    assert isinstance(said, validating.StatementRow | validating.Refusal)


@pytest.mark.parametrize(
    ("text", "fen"),
    [("0", 0), ("-0.5", -50), ("1234.56", 123456), ("+7", 700), ("1.005", None), ("1e3", None), ("12万", None),
     ("١٢", None), ("", None), ("NaN", None), ("1_000", None)],
)  # fmt: skip
def test_money_is_read_exactly_or_not_at_all(text: str, fen: int | None) -> None:
    assert validating._fen(text) == fen
