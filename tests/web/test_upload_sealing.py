"""A file that waits for its import is sealed at rest, whole, and gone from every folder while it is read."""

from __future__ import annotations

import io

import pytest

from kernel import sealing
from loyalty.assets import mapping, reading
from tests.loyalty import files
from web import upload_sealing

CONTENT = "客户号,姓名\nC1,欧阳修文\n".encode() * 60_000


@pytest.fixture
def kept(db, tmp_path):
    path = tmp_path / "1-a.csv"
    upload_sealing.write(io.BytesIO(CONTENT), path)
    return path


async def test_what_was_sealed_reads_as_before_and_leaves_no_named_file(kept, tmp_path):
    assert "欧阳".encode() not in kept.read_bytes()
    with upload_sealing.readable(kept) as path:
        assert path.read_bytes() == CONTENT
        assert [one.name for one in tmp_path.iterdir()] == [kept.name]
    assert not path.exists()


async def test_a_file_cut_short_reordered_or_renamed_does_not_open(kept, tmp_path):
    whole = kept.read_bytes()
    length = 4 + int.from_bytes(whole[:4], "big")
    renamed = tmp_path / "2-b.csv"
    renamed.write_bytes(whole)
    for broken in (whole[:length], whole[length:], whole[length : 2 * length] + whole[:length] + whole[2 * length :]):
        kept.write_bytes(broken)
        with pytest.raises(sealing.Unreadable), upload_sealing.readable(kept):
            pass
    with pytest.raises(sealing.Unreadable), upload_sealing.readable(renamed):
        pass


async def test_an_empty_file_stays_empty(db, tmp_path):
    upload_sealing.write(io.BytesIO(b""), tmp_path / "e.csv")
    with upload_sealing.readable(tmp_path / "e.csv") as path:
        assert path.read_bytes() == b""


async def test_a_workbook_is_read_from_its_opened_file(db, tmp_path):
    plain = files.write_xlsx(tmp_path / "a.xlsx", [files.STATEMENT])
    upload_sealing.write(io.BytesIO(plain.read_bytes()), tmp_path / "1-b.xlsx")
    with (
        upload_sealing.readable(tmp_path / "1-b.xlsx") as path,
        reading.opened(path, mapping.load("haiyue", "statement")) as table,
    ):
        assert list(table.headers) == files.STATEMENT
