"""Files that mean harm or are not what they say: each is refused in words, and none stays behind."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from starlette.datastructures import UploadFile

from kernel import settings
from kernel.errors import Refused
from loyalty.assets import reading
from web import uploads

FORMAT = "huiliu:clients"
HEAD = "客户号,姓名,手机号\n"


def _workbook(cells: list[list[object]]) -> bytes:
    book, kept = Workbook(), io.BytesIO()
    for row in cells:
        book.active.append(row)
    book.save(kept)
    return kept.getvalue()


def _with_part(name: str, content: bytes, times: int = 1) -> bytes:
    kept = io.BytesIO(_workbook([["客户号"]]))
    with zipfile.ZipFile(kept, "a", zipfile.ZIP_DEFLATED) as archive:
        for number in range(times):
            archive.writestr(f"{name}{number}", content)
    return kept.getvalue()


def _with_entities() -> bytes:
    """A workbook whose sheet declares entities that would unfold to a billion letters, or to a file of this machine."""
    made, kept = zipfile.ZipFile(io.BytesIO(_workbook([["客户号"]]))), io.BytesIO()
    bomb = '<!ENTITY a0 "lollollol">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    sheet = (
        f'<?xml version="1.0"?><!DOCTYPE worksheet [{bomb}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>&a9;&f;</t></is></c></row></sheetData></worksheet>'
    )
    with zipfile.ZipFile(kept, "w") as archive:
        for item in made.infolist():
            archive.writestr(item.filename, sheet if "sheet1" in item.filename else made.read(item))
    return kept.getvalue()


HOSTILE = {
    "a program": ("x.exe", b"MZ\x90\x00"),
    "a program named csv": ("x.csv", b"MZ\x90\x00\x03"),
    "a picture named csv": ("x.csv", b"\x89PNG\r\n\x1a\n\x00\x00"),
    "a page": ("x.html", b"<script>alert(1)</script>"),
    "a text named xlsx": ("x.xlsx", HEAD.encode()),
    "a workbook named csv": ("x.csv", _workbook([["客户号"]])),
    "a text named gz": ("x.csv.gz", HEAD.encode()),
    "a locked workbook": ("x.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
    "two endings": ("x.csv.exe", HEAD.encode()),
    "a way out": ("../../etc/cron.d/x", HEAD.encode()),
    "no name": (".csv", b""),
    "a packed bomb": ("x.csv.gz", gzip.compress(HEAD.encode() + b"0" * (64 << 20))),
    "a workbook bomb": ("x.xlsx", _with_part("xl/media/x", b"0" * (64 << 20))),
    "a workbook of many parts": ("x.xlsx", _with_part("xl/media/x", b"", 2100)),
    "entities": ("x.xlsx", _with_entities()),
    "a broken workbook": ("x.xlsx", _workbook([["客户号"]])[:-200]),
    "too many columns": ("x.csv", ",".join(f"列{n}" for n in range(600)).encode()),
    "a long row": ("x.csv", HEAD.encode() + b"1," * 700),
    "an endless cell": ("x.csv", HEAD.encode() + b"1" * 100_000),
    "an open quote": ("x.csv", HEAD.encode() + b'"' + b"1\n" * 10_000),
    "a column of secrets": ("x.csv", "客户号,姓名,手机号,CVV\n1,张三,13800138000,123\n".encode()),
    "no text": ("x.csv", b"\xff\xfe\x00\xd8" * 50),
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_a_file_that_means_harm_is_refused_in_words_and_not_kept(signed_in, what):
    name, content = HOSTILE[what]
    browser = await signed_in("marketing")
    answer = await browser.upload("/imports/check", {"format": FORMAT}, "file", name, content)
    assert 400 <= answer.status < 500, answer.status
    assert "root:" not in answer.text
    assert "Traceback" not in answer.text
    folder = Path(settings.get().data_dir) / "uploads"
    assert not folder.exists() or list(folder.iterdir()) == []


async def test_a_file_with_an_odd_name_is_shown_and_kept_under_a_name_of_ours(signed_in):
    browser = await signed_in("marketing")
    name = "../<img src=x onerror=alert(1)>名单.csv"
    answer = await browser.upload("/imports/check", {"format": FORMAT}, "file", name, HEAD.encode())
    assert "<img src=x" not in answer.text
    kept = list((Path(settings.get().data_dir) / "uploads").glob("*"))
    assert all(path.name.split("-")[0].isdigit() for path in kept)


def test_rows_and_columns_have_an_end():
    assert reading.MAX_COLUMNS <= 1000
    assert reading.MAX_ROWS <= 50_000_000


async def test_a_kept_file_that_no_key_opens_any_more_is_asked_for_again(people, tmp_path, monkeypatch):
    monkeypatch.setenv("HUILIU_DATA_DIR", str(tmp_path))
    settings.forget()
    owner = people["marketing"]
    kept = await uploads.keep(UploadFile(io.BytesIO(HEAD.encode()), filename="a.csv", size=len(HEAD)), owner)
    sealed = bytearray(kept.path.read_bytes())
    sealed[-1] ^= 1
    kept.path.write_bytes(bytes(sealed))
    with pytest.raises(Refused, match="重新上传"), uploads.again(kept.ticket, owner).readable():
        pass
