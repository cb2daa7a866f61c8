"""Accounts, corps, callback addresses and manners; an address is only saved when its check answers right."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from wechat.sandbox import config
from wechat.sandbox.callbacks import wrapping
from wechat.sandbox.callbacks.wrapping import Receiver
from wechat.sandbox.control.asking import Asked, Told
from wechat.sandbox.world import World


def show(asked: Asked) -> Told:
    """Everything that was configured, keys included: they are the sandbox's own."""
    return {
        "official_accounts": [asdict(one.config) for one in asked.world.accounts.values()],
        "corps": [asdict(one.config) for one in asked.world.corps.values()],
        "switches": asdict(asked.world.switches),
        "random_seed": asked.stage.config.random_seed,
    }


async def put(asked: Asked) -> Told:
    """{official_accounts?, corps?, callback_urls?: {app: url}, switches?, check? true}.

    Nothing is saved when a check fails. An app is `oa:<appid>` or `wx:<corpid>:<agentid>`.
    """
    asked.only("official_accounts", "corps", "callback_urls", "switches", "check")
    world, fields = asked.world, asked.fields
    accounts = [config.read_account(item) for item in fields.get("official_accounts", [])]
    corps = [config.read_corp(item) for item in fields.get("corps", [])]
    for app, url in dict(fields.get("callback_urls", {})).items():
        _point(world, accounts, corps, app, str(url))
    receivers = [wrapping.for_account(account) for account in accounts]
    receivers += [wrapping.for_agent(corp.corpid, agent) for corp in corps for agent in corp.agents]
    checks = await _check(world, receivers) if fields.get("check", True) else []
    failed = [one for one in checks if not one["ok"]]
    if failed:
        raise ValueError(f"callback address not saved, its check failed: {failed}")
    world.switches.change(fields.get("switches", {}))
    for account in accounts:
        world.put_account(account)
    for corp in corps:
        world.put_corp(corp)
    return {"ok": True, "checks": checks}


async def check(asked: Asked) -> Told:
    """Run the URL check of every configured callback address."""
    return {"checks": await _check(asked.world, receivers_of(asked.world))}


def show_switches(asked: Asked) -> Told:
    """The switches as they stand."""
    return asdict(asked.world.switches)


def change_switches(asked: Asked) -> Told:
    """Set the named switches."""
    asked.world.switches.change(asked.fields)
    return show_switches(asked)


def add_templates(asked: Asked) -> Told:
    """{templates: [{template_id, title, content?}], appid?}: template notices the account may send from now on."""
    asked.only("templates", "appid")
    account = asked.world.account(str(asked.fields.get("appid", "")))
    for row in asked.fields["templates"]:
        account.templates[str(row["template_id"])] = {"title": "", "content": "", **row}
    return {"templates": list(account.templates.values())}


def receivers_of(world: World) -> list[Receiver]:
    """Every app that may get callbacks."""
    receivers = [wrapping.for_account(one.config) for one in world.accounts.values()]
    corps = world.corps.values()
    return receivers + [wrapping.for_agent(one.corpid, agent) for one in corps for agent in one.config.agents]


def receiver_of(world: World, app: str) -> Receiver:
    """The app of this name; an empty name means the first. LookupError when there is none."""
    found = next((one for one in receivers_of(world) if not app or one.app == app), None)
    if found is None:
        raise LookupError(f"no app {app}")
    return found


def _point(world: World, accounts: list[Any], corps: list[Any], app: str, url: str) -> None:
    side, _, rest = app.partition(":")
    if side == "oa":
        if not any(one.appid == rest for one in accounts):
            accounts.append(replace(world.account(rest).config))
        next(one for one in accounts if one.appid == rest).callback_url = url
        return
    corpid, _, agentid = rest.partition(":")
    if not any(one.corpid == corpid for one in corps):
        known = world.corp(corpid).config
        corps.append(replace(known, agents=[replace(agent) for agent in known.agents]))
    agents = next(one for one in corps if one.corpid == corpid).agents
    agent = next((one for one in agents if str(one.agentid) == agentid), None)
    if agent is None:
        raise LookupError(f"no app {app}")
    agent.callback_url = url


async def _check(world: World, receivers: list[Receiver]) -> list[dict[str, Any]]:
    told = []
    for receiver in receivers:
        if receiver.url:
            told.append({"app": receiver.app, **await world.sender.check_url(receiver)})
    return told
