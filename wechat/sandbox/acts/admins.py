"""What people at the official account do: let a mass send to all go out, come to their desk."""

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


def kf_online(world: World, args: Args) -> dict[str, Any]:
    """Somebody of customer service comes or goes; {kf_account, online? true}."""
    person = account_of(world, args).kf_accounts.get(str(args.get("kf_account", "")))
    if person is None:
        raise Impossible(f"no customer service {args.get('kf_account')}")
    person.online = bool(args.get("online", True))
    return {"kf_account": person.kf_account, "online": person.online}


DEEDS: dict[str, Deed] = {"admin.confirm_mass": confirm_mass, "admin.kf_online": kf_online}
