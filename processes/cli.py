"""The operator's commands: `huiliu run`, `huiliu doctor`, ... ; each one is a line here and a verb elsewhere."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from kernel.settings import BadSettings
from processes import commands, lifeline

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 for success, 1 for a failure that was told, 2 for wrong use."""
    args = _parser().parse_args(arguments)
    lifeline.hold(args.when_orphaned)
    try:
        code: int = args.command(args)
        return code
    except BadSettings as error:
        print("huiliu: the settings can't be used:", file=sys.stderr)
        print("\n".join(f"  - {problem}" for problem in error.problems), file=sys.stderr)
        return 1
    except commands.Failed as error:
        print(f"huiliu: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="huiliu", description="回流：银行私域运营平台")
    parser.set_defaults(when_orphaned=lifeline.KILL)
    known = parser.add_subparsers(required=True, metavar="command")

    run = _add(known, "run", commands.run, "start web, workers, clock and, where none is configured, the servers")
    run.set_defaults(when_orphaned=lifeline.STOP)
    run.add_argument("--demo", action="store_true", help="a sample bank with the sandbox in place of WeChat")
    run.add_argument("--ephemeral", action="store_true", help="a throw-away instance; prints one JSON line when ready")
    run.add_argument("--seed", action="store_true", help="with --ephemeral: the whole sample bank, not only its staff")
    run.add_argument("--port", type=int, help="port of the web process (default: the setting)")
    _add_processes(known)
    seed = _add(known, "seed", commands.seed, "fill an empty demo with the sample bank")
    seed.add_argument("--staff-only", action="store_true", help="branches and staff, nobody else")
    _add(known, "populate", commands.populate, "let the people of the sandbox act by themselves")
    _add(known, "doctor", commands.doctor, "say what is wrong here and how to mend it")
    _add(known, "generate-keys", commands.generate_keys, "print new production keys")
    _add(known, "rotate-keys", commands.rotate_keys, "seal everything anew with a new data key; shows how far it is")
    _add(known, "rewrap-keys", commands.rewrap_keys, "wrap the data keys under the new master key")
    _add_people_and_files(known)
    return parser


def _add_processes(known: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    _add(known, "web", commands.web, "the web process alone")
    worker = _add(known, "worker", commands.worker, "a worker alone")
    worker.add_argument("--name", default="worker")
    worker.add_argument("--queues", default="urgent,callbacks,campaigns,default")
    worker.add_argument("--concurrency", type=int, help="child processes (default: the setting)")
    _add(known, "clock", commands.clock, "the clock alone; of several one leads")
    _add(known, "migrate", commands.migrate, "bring the database to this version's schema")
    sandbox = _add(known, "sandbox", commands.sandbox, "the sandbox alone: prints addresses and keys for the product")
    sandbox.add_argument("--seed", choices=["small", "bank-demo", "bulk"], default="", help="who is there at first")
    sandbox.add_argument("--port", type=int, default=0, help="port of the sandbox (default: one near the product's)")
    sandbox.add_argument("--product", default="", help="address of the product that gets the callbacks")
    sandbox.add_argument("--fresh", action="store_true", help="forget the people and keys of last time")


def _add_proofs(known: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    audit = _add(known, "audit", commands.verify_audit, "go over the audit's chain; 1 when something is wrong")
    audit.add_argument("what", choices=["verify"])
    audit.add_argument("--json", action="store_true", help="one JSON line")
    _add(known, "trace-export", commands.trace_export, "say which export a file came from").add_argument("file")


def _add_people_and_files(known: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    admin = _add(known, "create-admin", commands.create_admin, "make an administrator; prints a one-time link")
    admin.add_argument("login")
    admin.add_argument("name")
    for kind in ("statement", "clients"):
        one = _add(known, f"import-{kind}", commands.import_file, f"take in a {kind} file of the bank")
        one.set_defaults(kind=kind)
        one.add_argument("file")
        one.add_argument("--mapping", required=True, help="name of the bank's mapping")
    _add_proofs(known)


def _add(
    known: argparse._SubParsersAction[argparse.ArgumentParser], name: str, command: Command, text: str
) -> argparse.ArgumentParser:
    parser = known.add_parser(name, help=text, description=text)
    parser.set_defaults(command=command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
