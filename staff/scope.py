"""Which clients a person sees: a director the own ones, a branch its own, head office all of them."""

from __future__ import annotations

from typing import NamedTuple

from staff.models import Staff


class Condition(NamedTuple):
    """A piece of SQL over the client table's alias, and its arguments in order."""

    sql: str
    arguments: list[int]


def clients(person: Staff, *, alias: str = "c", first: int = 1) -> Condition:
    """The condition on client rows named `alias`; its first argument is $`first`.

    The client table carries owner_id (staff) and branch_id.
    """
    if person.role == "director":
        return Condition(f"{alias}.owner_id = ${first}::bigint", [person.id])
    if person.branch_id is not None:
        return Condition(f"{alias}.branch_id = ${first}::bigint", [person.branch_id])
    return _head_office(person)


def groups(person: Staff, *, alias: str = "g", first: int = 1) -> Condition:
    """The same for client groups, by the owner and the owner's branch."""
    if person.role == "director":
        return Condition(f"{alias}.owner_id = ${first}::bigint", [person.id])
    if person.branch_id is not None:
        # alias and first come from our own code, the branch travels as an argument
        sql = f"{alias}.owner_id IN (SELECT id FROM staff WHERE branch_id = ${first}::bigint)"  # noqa: S608
        return Condition(sql, [person.branch_id])
    return _head_office(person)


def _head_office(person: Staff) -> Condition:
    # the head of no branch sees nobody: a forgotten branch must not open the whole bank
    return Condition("FALSE" if person.role == "branch_head" else "TRUE", [])
