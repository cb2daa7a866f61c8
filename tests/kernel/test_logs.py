from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from kernel import database, logs
from kernel.errors import NotFound
from staff.models import Branch

PRIVATE = ["13812345678", "110101199003078515", "6222021234567890123", "access_token=abc.def", "corpsecret=xyz"]
# by another name in the lines below, because a traceback shows those
NAME = "欧阳修文"


@pytest.mark.parametrize("value", PRIVATE)
def test_personal_data_and_credentials_never_stand_in_a_line(value):
    assert value not in logs.mask_text(f"call {value} failed")


def test_ordinary_numbers_stay_readable():
    assert logs.mask_text("send 17 of campaign 2026112401") == "send 17 of campaign 2026112401"


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    """What stands on standard error of a process that has started its logs."""
    written = io.StringIO()
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    logs.start("tests")
    root.handlers[0].setStream(written)  # type: ignore[attr-defined]
    yield written
    root.handlers[:], root.level = kept, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_a_traceback_is_masked_too(output):
    try:
        raise ValueError("client 13812345678 at https://api/x?access_token=secret-token")
    except ValueError:
        logs.get("tests").exception("it.failed", note="phone 13812345678")
    line = json.loads(output.getvalue())
    assert line["event"] == "it.failed"
    assert "13812345678" not in output.getvalue()
    assert "secret-token" not in output.getvalue()
    assert "138****5678" in line["note"]


async def test_what_the_database_quotes_in_its_message_stands_in_no_log(db, output):
    try:
        await Branch.create(code=NAME, name="一")
        await Branch.create(code=NAME, name="二")
    except Exception:
        logs.get("tests").exception("it.failed")
    assert NAME not in output.getvalue()
    assert "IntegrityError" in output.getvalue()
    assert "test_logs.py" in json.loads(output.getvalue())["exception"]


async def test_nor_when_it_is_the_cause_of_another_error(db, output):
    try:
        try:
            await database.fetch("SELECT $1::int", NAME)
        except Exception as error:
            raise RuntimeError("no answer") from error
    except RuntimeError:
        logging.getLogger("elsewhere").exception("it failed")
    assert NAME not in output.getvalue()
    assert "no answer" in output.getvalue()


def test_a_name_that_python_quotes_stands_in_no_log_and_in_no_note(output):
    for cause in (lambda: int(NAME), lambda: {}[NAME], lambda: [].remove(NAME)):
        with pytest.raises((ValueError, KeyError)) as caught:
            _log_and_raise(cause)
        assert NAME not in logs.told(caught.value)
        assert type(caught.value).__name__ in logs.told(caught.value)
    assert NAME in str(caught.value) or "x not in list" in str(caught.value)
    assert NAME not in output.getvalue()


def test_what_our_own_errors_say_stays_readable():
    assert "没有找到" in logs.told(NotFound())


def _log_and_raise(cause: Callable[[], object]) -> None:
    try:
        cause()
    except Exception:
        logs.get("tests").exception("it.failed")
        raise
