"""A journey in lines of Chinese: what an approver reads, and what lists and histories show."""

from __future__ import annotations

from typing import Any

from campaigns.audience import describing, reach
from campaigns.journeys import checking, definition, events
from campaigns.journeys.definition import Definition
from campaigns.journeys.steps import registry, send
from loyalty.rewards.models import Benefit


async def lines(rules: Definition) -> list[list[str]]:
    """Label and sentence of everything that decides: who enters, rules, each step with its whole text."""
    said = [
        ["进入", checking.say_trigger(rules)],
        ["进入条件", await describing.describe(rules["conditions"])],
        ["再次进入", _reentry(rules)],
        ["中断后补入", f"{rules['fresh_hours']} 小时以内的"],
        ["目标", say_goal(rules)],
        ["离开", "、".join(events.label(kind) for kind in rules["exits"]) or "不提前离开"],
        ["员工每人每天上限", f"{rules['staff_per_day']} 件"],
    ]
    if rules["products"]:
        said.append(["涉及产品", "、".join(rules["products"])])
    for number, placed in enumerate(definition.steps_of(rules), start=1):
        way = f"（{placed.way}）" if placed.way else ""
        said.append([f"{'　' * placed.depth}第 {number} 步{way}", await say_step(placed.step)])
    return said


async def say_step(step: definition.Step) -> str:
    """One step with everything that is approved of it."""
    kind, params = registry.of(step["kind"]), step["params"]
    said = kind.say(params)
    if step["kind"] == "send":
        link = f"；链接 {params['link_url']}" if params["link_url"] else ""
        ways = "，触达不到时用".join(reach.CHANNELS[channel] for channel in send.channels(params))
        said = f"发送（{ways}）：{params['text']}{link}"
    if step["kind"] == "branch" and params["by"] == "conditions":
        said = f"是否满足：{await describing.describe(params['conditions'])}"
    return said


def say_goal(rules: Definition) -> str:
    """The goal in a sentence."""
    goal = rules["goal"]
    if not goal["event"]:
        return "没有设定"
    ends = "，达成即结束" if goal["ends"] else ""
    return f"进入后 {goal['days']} 天内“{events.label(goal['event'])}”{ends}"


async def name_benefits(rules: Definition) -> None:
    """Put the names of chosen benefits into the steps, so that a sentence can say them without asking."""
    steps = [placed.step for placed in definition.steps_of(rules) if placed.step["kind"] == "benefit"]
    if not steps:
        return
    ids = [step["params"]["benefit"] for step in steps]
    names: dict[Any, str] = {one.id: one.name for one in await Benefit.filter(id__in=ids)}
    for step in steps:
        step["params"]["name"] = names.get(step["params"]["benefit"], "")


def _reentry(rules: Definition) -> str:
    said = checking.REENTRY[rules["reentry"]]
    return f"{said}：{rules['reentry_days']} 天" if rules["reentry"] == "after" else said
