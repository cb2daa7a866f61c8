"""Rows of a bank's file, streamed: CSV or XLSX, plain or gzip, UTF-8 or GBK; what is dangerous is refused whole."""

from __future__ import annotations

import codecs
import csv
import datetime
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from kernel.errors import Refused
from loyalty.assets import forbidden
from loyalty.assets.mapping import Mapping

# measured on the 49,101 Berka rows: the csv module reads them in 0.05 s of CPU and 10 MB for the whole process;
# pandas in chunks of 4,000 needs 0.23 s and 78 MB, most of it for being imported, and the rows still go one by one
MAX_FILE_BYTES = 1 << 30
MAX_UNPACKED_BYTES = 4 << 30
MAX_RATIO = 200
RATIO_FROM_BYTES = 16 << 20
# the rows of a workbook are streamed, its shared texts are held in memory, at several times their size
SHARED_TEXTS = "xl/sharedStrings.xml"
MAX_SHARED_TEXTS = 64 << 20
MAX_CELL = 4_000
MAX_COLUMNS = 500
MAX_ROWS = 20_000_000
MAX_PARTS = 2_000
SAMPLE_BYTES = 1 << 16
UNREADABLE = "文件读不出来：可能已损坏，或不是 CSV、XLSX"
TOO_LONG = f"有单元格超过 {MAX_CELL} 字：图片、附件等内容不接收，请删除后再导入"


@dataclass(frozen=True)
class Row:
    """One data row: its number in the file (the header is 1), cells in file order, and cells by header."""

    number: int
    cells: tuple[str, ...]
    by_header: dict[str, str]
    formula_in: str = ""


@dataclass(frozen=True)
class Table:
    """An opened file: its headers, and its rows one by one."""

    headers: tuple[str, ...]
    rows: Iterator[Row]


@contextmanager
def opened(path: Path, mapping: Mapping) -> Iterator[Table]:
    """Open a file for one reading. Refused: too large, bomb, unreadable, columns missing or forbidden."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise Refused("文件超过 1 GB，请按月份拆分后再导入", code="import.too_large")
    with path.open("rb") as raw:
        head = raw.read(4)
        raw.seek(0)
        if head == b"PK\x03\x04":
            lines = _sheet_rows(path)
        else:
            lines = _csv_rows(raw, path.stat().st_size if head[:2] == b"\x1f\x8b" else 0, mapping)
        yield _table(_guarded(lines), mapping)


def _guarded(lines: Iterator[tuple[list[str], int]]) -> Iterator[tuple[list[str], int]]:
    # only what the file itself does wrong: an error of the code between two rows is not caught here
    try:
        yield from lines
    except csv.Error as error:
        if "field limit" in str(error):
            raise Refused(TOO_LONG, code="import.cell_too_long") from error
        raise Refused(UNREADABLE, code="import.unreadable") from error
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise Refused(UNREADABLE, code="import.unreadable") from error


def _table(lines: Iterator[tuple[list[str], int]], mapping: Mapping) -> Table:
    first = next(lines, None)
    if first is None:
        raise Refused("文件是空的", code="import.empty")
    headers = tuple(cell.strip() for cell in first[0])
    if len(headers) > MAX_COLUMNS:
        raise Refused(f"列太多：最多 {MAX_COLUMNS} 列", code="import.too_many_columns")
    forbidden.refuse_headers(headers)
    if len(set(headers)) != len(headers):
        raise Refused("表头有重复的列名，请改名后再导入", code="import.duplicate_column")
    missing = [header for header in mapping.headers() if header not in headers]
    if missing:
        raise Refused(f"缺少列：{'、'.join(missing)}。请使用“{mapping.name}”的模板", code="import.missing_column")
    return Table(headers, _rows(headers, lines, forbidden.Watch(headers, mapping.needed())))


def _rows(headers: tuple[str, ...], lines: Iterator[tuple[list[str], int]], watch: forbidden.Watch) -> Iterator[Row]:
    for cells, number in lines:
        if number > MAX_ROWS:
            raise Refused(f"行太多：最多 {MAX_ROWS:,} 行，请拆分后再导入", code="import.too_many_rows")
        if len(cells) > MAX_COLUMNS:
            raise Refused(f"第 {number} 行列太多：最多 {MAX_COLUMNS} 列", code="import.too_many_columns")
        if any(len(cell) > MAX_CELL for cell in cells):
            raise Refused(TOO_LONG, code="import.cell_too_long")
        if not any(cells):
            continue
        trimmed = tuple(cell.strip() for cell in cells)
        watch.look(trimmed)
        # a leading "=" or "@" in a text file would run as a formula in the next spreadsheet that opens it
        formula = next((h for h, cell in zip(headers, trimmed, strict=False) if cell[:1] in ("=", "@")), "")
        yield Row(number, trimmed, dict(zip(headers, trimmed, strict=False)), formula)
    watch.end()


def _csv_rows(raw: IO[bytes], packed: int, mapping: Mapping) -> Iterator[tuple[list[str], int]]:
    csv.field_size_limit(MAX_CELL)
    encoding = _encoding_of(raw, packed, mapping)
    first = _from_start(raw, packed).read(SAMPLE_BYTES).decode(encoding, "ignore").split("\n", 1)[0]
    text = io.TextIOWrapper(_from_start(raw, packed), encoding=encoding, errors="strict", newline="")
    # a file that went through a spreadsheet may come back with another delimiter
    delimiter = max(
        (mapping.delimiter, ",", ";", "\t"), key=lambda mark: (first.count(mark), mark == mapping.delimiter)
    )
    reader = csv.reader(text, delimiter=delimiter)
    for number, cells in enumerate(reader, start=1):
        yield cells, number


def _from_start(raw: IO[bytes], packed: int) -> IO[bytes]:
    """The file's bytes from the beginning; packed: size of a gzip file, 0 for a plain one."""
    raw.seek(0)
    return io.BufferedReader(_Metered(gzip.GzipFile(fileobj=raw), packed)) if packed else raw


def _encoding_of(raw: IO[bytes], packed: int, mapping: Mapping) -> str:
    sample = _from_start(raw, packed).read(3)
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in mapping.encodings:
        # the whole file: the first Chinese name may stand far behind a header of Latin letters
        decoder, blocks = codecs.getincrementaldecoder(encoding)("strict"), _from_start(raw, packed)
        try:
            for block in iter(lambda: blocks.read(SAMPLE_BYTES), b""):  # noqa: B023  # used up before the next turn
                decoder.decode(block)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Refused("文件编码认不出来，请另存为 UTF-8 或 GBK 的 CSV", code="import.encoding")


def _sheet_rows(path: Path) -> Iterator[tuple[list[str], int]]:
    with zipfile.ZipFile(path) as archive:
        sizes = [(item.file_size, item.compress_size) for item in archive.infolist()]
        has_pictures = any(item.filename.startswith("xl/media/") for item in archive.infolist())
        texts = max((item.file_size for item in archive.infolist() if item.filename == SHARED_TEXTS), default=0)
    if len(sizes) > MAX_PARTS:
        raise Refused("这个 XLSX 的部件过多，已拒绝", code="import.bomb")
    if has_pictures:
        raise Refused("文件里嵌有图片：本系统不接收证件照片等图片，请删除图片后再导入", code="import.pictures")
    if texts > MAX_SHARED_TEXTS:
        raise Refused("这个 XLSX 的文字过多，请另存为 CSV 后再导入", code="import.too_large")
    unpacked, packed = sum(size for size, _ in sizes), sum(size for _, size in sizes)
    if unpacked > MAX_UNPACKED_BYTES or (unpacked > RATIO_FROM_BYTES and unpacked > packed * MAX_RATIO):
        raise Refused("文件解压后过大，已拒绝", code="import.bomb")
    # loaded here: it brings numpy along, a sixth of what every process would need to start
    from openpyxl import load_workbook

    # opened here: by its path a workbook is judged by its ending, which an upload at rest has not
    with path.open("rb") as raw:
        book = load_workbook(raw, read_only=True, data_only=False, keep_links=False)
        try:
            for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
                yield [_cell_text(cell) for cell in cells], number
        finally:
            book.close()


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime | datetime.date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float):
        # 15 digits is what a spreadsheet keeps: longer numbers are shown as 6.2E+15 and refused as such later
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int) and abs(value) >= 10**15:
        return f"{value:.6E}"
    return str(getattr(value, "text", value))  # an array formula keeps its text apart


class _Metered(io.RawIOBase):
    """A gzip stream that stops when it unpacks to far more than it should."""

    def __init__(self, inner: gzip.GzipFile, packed: int) -> None:
        self._inner = inner
        self._packed = max(packed, 1)
        self._seen = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._inner.read(len(buffer))
        self._seen += len(data)
        if self._seen > MAX_UNPACKED_BYTES or (self._seen > RATIO_FROM_BYTES and self._seen > self._packed * MAX_RATIO):
            raise Refused("文件解压后过大，已拒绝", code="import.bomb")
        buffer[: len(data)] = data
        return len(data)
