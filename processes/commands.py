"""What each command does; heavy modules are imported only by the command that needs them, so that all start fast."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from kernel import settings
from kernel.errors import Refused
from processes import instance

Result = TypeVar("Result")


class Failed(Exception):
    """The command could not do its work; the message is for the person at the console."""


def run(args: argparse.Namespace) -> int:
    """Start everything and stay."""
    from processes import running

    try:
        if args.ephemeral:
            return running.ephemeral(whole_bank=args.seed)
        return running.demo(args.port) if args.demo else running.plain(args.port)
    except (instance.Occupied, running.CannotStart) as error:
        raise Failed(str(error)) from error


def web(_args: argparse.Namespace) -> int:
    """The web process."""
    from processes import web

    web.run()
    return 0


def worker(args: argparse.Namespace) -> int:
    """One worker."""
    from processes import worker

    worker.run(args.queues.split(","), args.concurrency or settings.get().worker_concurrency, args.name)
    return 0


def clock(_args: argparse.Namespace) -> int:
    """The clock."""
    from processes import clock

    clock.run()
    return 0


def sandbox(args: argparse.Namespace) -> int:
    """The sandbox, beside the product or alone."""
    from processes import sandbox

    sandbox.run(seed=args.seed, port=args.port, product=args.product, afresh=args.fresh)
    return 0


def migrate(_args: argparse.Namespace) -> int:
    """The schema."""
    from processes import migrating

    instance.adopt()
    asyncio.run(migrating.migrate())
    return 0


def seed(args: argparse.Namespace) -> int:
    """The sample bank."""
    from processes.demo import seeding

    instance.adopt()
    if not settings.get().demo:
        raise Failed("the sample bank is only for demo mode (HUILIU_DEMO=1): it would mix with real clients")
    _with_database(lambda: seeding.seed(staff_only=args.staff_only))
    return 0


def populate(_args: argparse.Namespace) -> int:
    """The sandbox's people come to life."""
    from processes.demo import people

    instance.adopt()
    asyncio.run(people.come_to_life())
    return 0


def doctor(_args: argparse.Namespace) -> int:
    """What is wrong here."""
    from processes import doctor

    instance.adopt()
    return doctor.run()


def generate_keys(_args: argparse.Namespace) -> int:
    """New keys on standard output, nowhere else."""
    from processes import keys

    print("\n".join(f"{name}={value}" for name, value in keys.fresh().items()))
    return 0


def rotate_keys(_args: argparse.Namespace) -> int:
    """A rotation from its beginning, or from where it was left, to its end."""
    from processes import rekeying

    instance.adopt()
    return _with_database(rekeying.rotate)


def rewrap_keys(_args: argparse.Namespace) -> int:
    """The data keys under the present master key."""
    from staff.keys import ruling

    instance.adopt()
    count = _with_database(lambda: ruling.rewrap(None))
    print(f"data keys wrapped under the present master key: {count}; HUILIU_SEALING_KEY_PREVIOUS can go")
    return 0


def create_admin(args: argparse.Namespace) -> int:
    """A one-time link for the first administrator of a new bank, or for one who can't sign in any more."""
    from staff import people
    from staff.access import invitations
    from staff.models import Staff

    instance.adopt()
    login = args.login.strip().lower()

    async def make_link() -> str:
        person = await Staff.get_or_none(login=login)
        if person is None:
            person = await people.hire(login, args.name, "administrator")
        elif person.role != "administrator":
            raise Failed(f"{login} exists and is no administrator")
        return await invitations.invite(person, "reset" if person.password_hash else "invite", None)

    link = _with_database(make_link)
    print(f"{login} sets the password here, once, within 72 hours:\n{link}")
    return 0


def import_file(args: argparse.Namespace) -> int:
    """One file of the bank; the exit code is 1 when the file as a whole was refused."""
    from loyalty.assets import importing
    from loyalty.metrics import following

    instance.adopt()
    path = Path(args.file)
    if not path.is_file():
        raise Failed(f"no file {path}")

    async def take_in() -> int:
        run = await importing.import_file(path, args.mapping, args.kind, file_name=path.name)
        print(f"{run.state}: {run.rows_accepted} accepted, {run.rows_unchanged} unchanged, {run.rows_refused} refused")
        print(run.problem, file=sys.stderr) if run.problem else None
        await following.follow_import(run.id)
        return 0 if run.state == "done" else 1

    return _with_database(take_in)


def verify_audit(args: argparse.Namespace) -> int:
    """The audit's chain, row by row."""
    from processes import auditing

    instance.adopt()
    return _with_database(lambda: auditing.verify(as_json=args.json))


def trace_export(args: argparse.Namespace) -> int:
    """Whose copy a file is."""
    from processes import auditing

    instance.adopt()
    path = Path(args.file)
    if not path.is_file():
        raise Failed(f"no file {path}")
    return _with_database(lambda: auditing.trace(path))


def _with_database(work: Callable[[], Awaitable[Result]]) -> Result:
    from kernel import cache, database, key_sources, logs, tasks
    from processes import registrations, schema  # noqa: F401  # registrations: imported for what it registers
    from wechat import doors

    async def opened() -> Result:
        wanted = settings.get()
        logs.start("command", "WARNING")
        try:
            await database.open_database(schema.config())
            tasks.connect(wanted.redis_url)
            return await work()
        except Refused as error:
            raise Failed(error.message) from error
        except key_sources.CannotUnwrap as error:
            raise Failed(f"{error}; while it is changed, HUILIU_SEALING_KEY_PREVIOUS names the old one") from error
        finally:
            await doors.close()
            await cache.close_redis()
            await database.close_database()

    return asyncio.run(opened())
