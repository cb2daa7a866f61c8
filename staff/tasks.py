"""Wake-ups of approvals and of the audit; each is safe to run twice."""

from __future__ import annotations

from kernel.tasks import task
from staff import approvals, audit_chain, audit_verification


@task("default")
async def link_audit() -> None:
    """For the clock: new entries into the chain, its head to the file outside."""
    await audit_chain.link()


@task("default")
async def verify_audit(check_id: int) -> None:
    """A verification asked for on the page."""
    await audit_verification.run(check_id)


@task("default")
async def expire_approvals() -> None:
    """For the clock: questions whose time is over are closed, and their makers find them in the inbox."""
    await approvals.expire_due()
