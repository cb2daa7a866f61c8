"""Row numbers that come as text, from addresses, forms and files: as many digits as a row can have, or nothing."""

from __future__ import annotations

MOST = 2**63 - 1


def row_id(text: object) -> int | None:
    """The number of a row that the text names; None for anything that no row can have."""
    written = str(text).strip()
    # isdecimal alone takes digits of every script, and int() then refuses some
    if not (written.isascii() and written.isdecimal()) or len(written) > 19:
        return None
    number = int(written)
    return number if 0 < number <= MOST else None
