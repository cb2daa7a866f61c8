"""What a spreadsheet would run is made text; everything else stays."""

from __future__ import annotations

from kernel.spreadsheets import harmless


def test_a_text_that_looks_like_a_formula_is_disarmed():
    for text in ("=HYPERLINK(1)", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1"):
        assert harmless(text) == "'" + text
    for value in ("陈曦", "-3", "+8613800000000", -3, 1.5, None, ""):
        assert harmless(value) == value
