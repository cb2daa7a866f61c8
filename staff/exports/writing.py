"""Rows to the bytes of a file, piece by piece and in memory only: personal data never lies in a temporary file."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import IO, Any, Protocol
from xml.sax.saxutils import escape

from kernel import clock
from kernel.spreadsheets import harmless

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"
MOST_ROWS = 1_000_000
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class Writer(Protocol):
    """Takes sheets and rows; `take` hands out what is ready."""

    def sheet(self, name: str) -> None:
        """Begin a sheet; a format without sheets goes on below an empty line."""

    def row(self, cells: Sequence[Any]) -> None:
        """Write one row."""

    def close(self) -> None:
        """Finish the file; `take` then hands out the rest."""

    def take(self, least: int) -> bytes:
        """What was written since the last time, once it is at least so many bytes; else nothing."""


def of(file_name: str) -> Writer:
    """The writer for a file name's ending."""
    return Workbook() if file_name.endswith(".xlsx") else Commas()


def media_type(file_name: str) -> str:
    """What a browser is told about the file."""
    return XLSX_TYPE if file_name.endswith(".xlsx") else CSV_TYPE


def plain(value: Any) -> Any:
    """A cell as it is written: formulas made text, moments on Shanghai's wall clock, numbers as they are."""
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{clock.local(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    return harmless(_FORBIDDEN.sub("", str(value)))


class Commas:
    """CSV in UTF-8 with the mark that spreadsheets look for."""

    def __init__(self) -> None:
        self._text = io.StringIO("\ufeff")
        self._text.seek(0, io.SEEK_END)
        self._csv = csv.writer(self._text, lineterminator="\r\n")
        self._sheets = 0

    def sheet(self, name: str) -> None:
        """A further sheet goes on below an empty line."""
        if self._sheets:
            self._text.write("\r\n")
        self._sheets += 1

    def row(self, cells: Sequence[Any]) -> None:
        """One line."""
        self._csv.writerow(cells)

    def close(self) -> None:
        """Nothing is kept back."""

    def take(self, least: int) -> bytes:
        """See Writer."""
        if self._text.tell() < least:
            return b""
        ready = self._text.getvalue().encode()
        self._text.seek(0)
        self._text.truncate()
        return ready


class Workbook:
    """XLSX straight into a zip stream. (The usual library keeps each sheet open on disk while it is written.)"""

    def __init__(self) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        self._names: list[str] = []
        self._open: IO[bytes] | None = None

    def sheet(self, name: str) -> None:
        """Begin a sheet; its name as spreadsheets allow it."""
        self._end_sheet()
        self._names.append(re.sub(r"[\[\]:*?/\\]", " ", name)[:31])
        self._open = self._zip.open(f"xl/worksheets/sheet{len(self._names)}.xml", "w")
        self._open.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())

    def row(self, cells: Sequence[Any]) -> None:
        """One row."""
        assert self._open is not None
        self._open.write(f"<row>{''.join(map(_cell, cells))}</row>".encode())

    def close(self) -> None:
        """The parts that hold the sheets together."""
        self._end_sheet()
        for path, text in _frame(self._names).items():
            self._zip.writestr(path, _HEAD + text)
        self._zip.close()

    def take(self, least: int) -> bytes:
        """See Writer."""
        return self._sink.take(least)

    def _end_sheet(self) -> None:
        if self._open is not None:
            self._open.write(b"</sheetData></worksheet>")
            self._open.close()
            self._open = None


class _Sink(io.RawIOBase):
    """Where the zip goes; it can't be wound back, so what was handed out may be forgotten."""

    def __init__(self) -> None:
        self._ready = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._ready += data
        return len(data)

    def take(self, least: int) -> bytes:
        if len(self._ready) < least:
            return b""
        ready, self._ready = bytes(self._ready), bytearray()
        return ready


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, (int, float)):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def _frame(names: Sequence[str]) -> dict[str, str]:
    numbers = range(1, len(names) + 1)
    sheets = "".join(
        f'<sheet name="{escape(n, _QUOTE)}" sheetId="{i}" r:id="r{i}"/>' for i, n in zip(numbers, names, strict=True)
    )
    relations = "".join(
        f'<Relationship Id="r{i}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in numbers
    )
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/>' for i in numbers
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>{parts}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>',
    }


_QUOTE = {'"': "&quot;"}
