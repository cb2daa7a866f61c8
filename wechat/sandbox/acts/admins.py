"""What the official account's admin does: let a mass send to all go out."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.accounts import Account
from wechat.sandbox.acts.deeds import Args, Deed, Impossible, account_of
from wechat.sandbox.oa import mass_sends
from wechat.sandbox.world import World


def confirm_mass(world: World, args: Args) -> dict[str, Any]:
    """The account's admin lets a mass send to all go out, or not; {msg_id, refuse?}."""
    account: Account = account_of(world, args)
    mass_sends.expire(world, account)
    job = account.mass_jobs.get(int(args.get("msg_id", 0)))
    if job is None or job.status != "CONFIRMING":
        raise Impossible("no mass send waits for confirmation")
    if args.get("refuse"):
        mass_sends.refuse(world, account, job, 40001)
        return {"msg_id": job.msg_id}
    job.status = "SENDING"
    mass_sends.finish(world, account, job)
    return {"msg_id": job.msg_id}


DEEDS: dict[str, Deed] = {"admin.confirm_mass": confirm_mass}
