"""The connection doctor on the command line: the same checks as the console's page, for every account."""

from __future__ import annotations

from kernel import database
from kernel.settings import Settings
from processes import schema
from wechat import accounts, diagnosing, findings

SIDES = {"official_account": "公众号", "wecom": "企业微信"}
Told = tuple[str, str, str]


async def look(now: Settings) -> list[Told]:
    """(verdict, what was found, what to do) of each check that says something, the healthy ones of an account in one.

    Needs the database, which knows the accounts of the console; nothing is told without one.
    """
    if not now.database_url:
        return []
    await database.open_database(schema.config(now.database_url, pool=(1, 2)))
    try:
        await accounts.refresh(0)
        told: list[Told] = []
        for app in accounts.every():
            told += _told(f"{SIDES[app.side]} {app.name or app.receive_id}", await diagnosing.look(app))
        return told
    finally:
        await database.close_database()


def _told(name: str, found: list[findings.Finding]) -> list[Told]:
    fine = [findings.TITLES[one.check] for one in found if one.verdict == "ok"]
    told: list[Told] = [("ok", f"{name}: {'、'.join(fine)}正常", "")] if fine else []
    for one in found:
        if one.verdict in ("wrong", "note"):
            told.append((one.verdict, f"{name}: {findings.TITLES[one.check]}: {one.reason}", one.mend))
    return told
