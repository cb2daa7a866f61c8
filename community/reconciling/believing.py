"""When a complete list is still not believed: a pass that would remove most of what we have waits for a person."""

from __future__ import annotations

from community.reconciling.passes import Incomplete

FEW = 50
MOST_REMOVED = 0.5
"""A pass that would remove more than FEW and more than this share of all is not believed: a person looks first."""


def check(gone: int, present: int) -> None:
    """Incomplete when so many would be removed that WeChat's permissions are the likelier cause."""
    if gone > FEW and gone > present * MOST_REMOVED:
        raise Incomplete(f"{gone} of {present} would be removed: look at the app's permissions first")
