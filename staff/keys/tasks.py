"""The rotation under way goes on."""

from __future__ import annotations

from kernel import rotating
from kernel.tasks import task

SECONDS = 20.0
"""How long one task works before it lets others have the worker."""


@task("default")
async def rotate_keys() -> None:
    """Seal anew what the rotation under way has left to do."""
    if await rotating.work(SECONDS):
        rotate_keys.later()
