from __future__ import annotations

import io
import json
import logging

import pytest
import structlog

from kernel import logs

PRIVATE = ["13812345678", "110101199003078515", "6222021234567890123", "access_token=abc.def", "corpsecret=xyz"]


@pytest.mark.parametrize("value", PRIVATE)
def test_personal_data_and_credentials_never_stand_in_a_line(value):
    assert value not in logs.mask_text(f"call {value} failed")


def test_ordinary_numbers_stay_readable():
    assert logs.mask_text("send 17 of campaign 2026112401") == "send 17 of campaign 2026112401"


def test_a_traceback_is_masked_too():
    output = io.StringIO()
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    try:
        logs.start("tests")
        root.handlers[0].setStream(output)  # type: ignore[attr-defined]
        try:
            raise ValueError("client 13812345678 at https://api/x?access_token=secret-token")
        except ValueError:
            logs.get("tests").exception("it.failed", note="phone 13812345678")
    finally:
        root.handlers[:], root.level = kept, level
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
    line = json.loads(output.getvalue())
    assert line["event"] == "it.failed"
    assert "13812345678" not in output.getvalue()
    assert "secret-token" not in output.getvalue()
    assert "138****5678" in line["note"]
