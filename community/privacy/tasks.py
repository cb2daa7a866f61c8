"""Wake-ups of erasures and of the retention job."""

from __future__ import annotations

from community.privacy import erasures, retention
from kernel.tasks import task


@task("default")
async def erase_approved() -> None:
    """Carry out the erasures that a second person agreed to, and what was written meanwhile."""
    await erasures.erase_approved()
    await erasures.erase_late()


@task("default")
async def sweep_retention() -> None:
    """Delete or empty what has been kept long enough; every night."""
    await retention.sweep_all()
