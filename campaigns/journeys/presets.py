"""Journeys to start from: the welcome, the five stages of a client's life, care before dates, and winning back.

Each is a whole definition, to be read, changed and approved like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from campaigns.journeys import definition
from campaigns.journeys.definition import CONTROL, Definition, Step
from campaigns.journeys.steps import registry


class Preset(NamedTuple):
    """A template: code, name, stage of life, one sentence on what it does, and how its rules are made."""

    code: str
    name: str
    stage: str
    about: str
    make: Callable[[], Definition]


class _Builder:
    """Steps with codes counted up, for one template."""

    def __init__(self) -> None:
        self.number = 0

    def step(self, kind: str, ways: dict[str, list[Step]] | None = None, **params: Any) -> Step:
        self.number += 1
        face = registry.of(kind)
        made: Step = {"code": f"s{self.number}", "kind": kind, "params": face.new() | params}
        shares = made["params"].get("shares", {})
        if face.ways:
            made["ways"] = [
                {"way": way, "label": label, "share": shares.get(way, 0), "steps": (ways or {}).get(way, [])}
                for way, label in face.ways
            ]
        return made

    def control(self, percent: int = 10) -> Step:
        return self.step("split", shares={"a": 100 - percent, "b": 0, CONTROL: percent})

    def finish(self, steps: list[Step], **rules: Any) -> Definition:
        return definition.renumber(definition.empty() | rules | {"steps": steps, "last_code": self.number})


def all_presets() -> tuple[Preset, ...]:
    """The templates in the order in which the page shows them."""
    return _ALL


def of(code: str) -> Preset | None:
    """One template; None for an unknown code."""
    return next((one for one in _ALL if one.code == code), None)


def _event(kind: str) -> dict[str, Any]:
    return {"kind": "event", "event": kind}


def _goal(kind: str, days: int = 30) -> dict[str, Any]:
    return {"event": kind, "days": days, "ends": True}


def _welcome() -> Definition:
    b = _Builder()
    hello = b.step(
        "send", text="{称呼}您好，我是{客户经理}，很高兴成为您的专属客户经理。有任何需要，直接在这里找我就好。"
    )
    wait = b.step("wait_for", event="message.received", days=3)
    wait["ways"][0]["steps"] = [b.step("tag", tag="新客已互动")]
    wait["ways"][1]["steps"] = [
        b.step(
            "send",
            fallback="oa_service",
            text="{称呼}您好，我行每周有一堂免费的理财知识课，您感兴趣的话回复“课程”，我把时间发给您。",
        ),
        b.step("task", title="新客三天未互动：致电问候，了解金融需求", days=2),
    ]
    return b.finish([hello, wait], trigger=_event("contact.added"), goal=_goal("event.accepted"), fresh_hours=48)


def _aware() -> Definition:
    b = _Builder()
    steps = [
        b.control(),
        b.step(
            "send",
            fallback="oa_service",
            text="{称呼}您好，为您整理了一份家庭资产配置入门，三分钟读完，回复“入门”即可领取。",
        ),
        b.step("wait", days=5),
        b.step(
            "send", fallback="oa_service", text="{称呼}您好，本周四晚有一场面向新朋友的直播课，回复“直播”为您预留席位。"
        ),
    ]
    conditions = {
        "op": "and",
        "items": [{"field": "contact", "op": "is"}, {"field": "balance", "op": "between", "value": [None, 100]}],
    }
    trigger = {"kind": "segment", "at": "09:30"}
    return b.finish(steps, trigger=trigger, conditions=conditions, goal=_goal("livestream.reserved"))


def _interested() -> Definition:
    b = _Builder()
    wait = b.step("wait_for", event="event.accepted", days=10)
    wait["ways"][0]["steps"] = [b.step("points", points=100)]
    wait["ways"][1]["steps"] = [b.step("task", title="看过直播但未报名线下活动：电话邀请", days=3)]
    steps = [
        b.step("wait", days=1, at="10:00"),
        b.step(
            "send", text="{称呼}您好，感谢您观看我行直播。下周有一场小型线下沙龙，可以当面解答您的问题，欢迎回复报名。"
        ),
        wait,
    ]
    return b.finish(
        steps, trigger=_event("livestream.watched"), reentry="after", reentry_days=60, goal=_goal("event.attended", 45)
    )


def _deciding() -> Definition:
    b = _Builder()
    steps = [
        b.step("task", title="客户刚完成风险评估：结合评估结果约一次面谈", days=2),
        b.step("wait", days=3),
        b.step(
            "send", text="{称呼}您好，根据您最近完成的风险评估，我整理了与之匹配的配置思路，您方便时我们约个时间聊聊。"
        ),
    ]
    return b.finish(
        steps, trigger=_event("risk.assessed"), reentry="after", reentry_days=180, goal=_goal("message.received", 21)
    )


def _loyal() -> Definition:
    b = _Builder()
    steps = [
        b.control(),
        b.step("send", text="{称呼}您好，恭喜您升为{客户等级}。专属权益已为您开通，我把使用方法发给您，欢迎随时问我。"),
        b.step("points", points=500),
        b.step("wait", days=14),
        b.step("send", text="{称呼}您好，{客户等级}客户专属沙龙开放报名，期待与您见面。"),
    ]
    return b.finish(
        steps, trigger=_event("tier.raised"), reentry="after", reentry_days=90, goal=_goal("benefit.redeemed", 60)
    )


def _leaving() -> Definition:
    b = _Builder()
    wait = b.step("wait_for", event="message.received", days=5)
    wait["ways"][0]["steps"] = [b.step("tag", tag="流失挽留-已回应")]
    wait["ways"][1]["steps"] = [b.step("task", title="资金流出后未回应：主管陪同回访", days=5)]
    steps = [
        b.control(),
        b.step("task", title="发现资金流出：当日致电，了解去向与需求", days=1),
        b.step("wait", days=2),
        b.step("send", text="{称呼}您好，最近有几种期限灵活的存款安排，想听听您的资金计划，看哪种更合适。"),
        wait,
    ]
    return b.finish(
        steps, trigger=_event("outflow.noticed"), reentry="after", reentry_days=60, goal=_goal("message.received", 30)
    )


def _maturity() -> Definition:
    b = _Builder()
    wait = b.step("wait_for", event="message.received", days=7)
    wait["ways"][0]["steps"] = [b.step("tag", tag="到期已沟通")]
    wait["ways"][1]["steps"] = [b.step("task", title="存款即将到期未回应：致电沟通承接安排", days=3)]
    steps = [
        b.control(20),
        b.step(
            "send",
            text="{称呼}您好，您有一笔存款即将到期，我为您整理了几种不同期限的承接安排，方便时我们电话聊十分钟。",
        ),
        wait,
        b.step("wait", days=10),
        b.step("task", title="到期当周回访：确认到期资金去向", days=2),
    ]
    trigger = {"kind": "date", "fact": "maturity", "days_before": 30, "at": "09:30"}
    return b.finish(steps, trigger=trigger, reentry="each", fresh_hours=120, goal=_goal("message.received", 45))


def _papers() -> Definition:
    b = _Builder()
    wait = b.step("wait_for", event="kyc.renewed", days=20)
    wait["ways"][1]["steps"] = [b.step("task", title="证件即将到期仍未更新：致电提醒", days=2, is_service=True)]
    steps = [
        b.step(
            "send",
            fallback="oa_service",
            text="{称呼}您好，您在我行登记的证件快到有效期了，请携新证件到任一网点更新，以免影响业务办理。",
        ),
        wait,
    ]
    trigger = {"kind": "date", "fact": "document", "days_before": 30, "at": "09:30"}
    return b.finish(steps, trigger=trigger, reentry="each", fresh_hours=120, goal=_goal("kyc.renewed", 40))


def _assessment() -> Definition:
    b = _Builder()
    wait = b.step("wait_for", event="risk.assessed", days=15)
    wait["ways"][1]["steps"] = [b.step("task", title="风险评估即将过期：协助客户重新评估", days=3, is_service=True)]
    steps = [
        b.step(
            "send",
            fallback="oa_service",
            text="{称呼}您好，您的风险承受能力评估即将满一年，到期后需重新评估，我可以陪您一起完成。",
        ),
        wait,
    ]
    trigger = {"kind": "date", "fact": "assessment", "days_before": 30, "at": "09:30"}
    return b.finish(steps, trigger=trigger, reentry="each", fresh_hours=120, goal=_goal("risk.assessed", 40))


def _win_back() -> Definition:
    b = _Builder()
    draw = b.step("split", shares={"a": 45, "b": 45, CONTROL: 10})
    draw["ways"][0]["steps"] = [
        b.step(
            "send",
            fallback="oa_service",
            text="{称呼}您好，好久没有联系，近期有一场答谢活动想邀请您，回复“参加”我为您留位。",
        )
    ]
    draw["ways"][1]["steps"] = [b.step("task", title="沉睡客户唤醒：电话问候并更新客户近况", days=5)]
    wait = b.step("wait_for", event="message.received", days=14)
    wait["ways"][0]["steps"] = [b.step("tag", tag="已唤醒")]
    conditions = {
        "op": "and",
        "items": [{"field": "contact", "op": "is"}, {"field": "activity", "op": "older", "value": 180}],
    }
    return b.finish(
        [draw, wait],
        trigger={"kind": "segment", "at": "10:00"},
        conditions=conditions,
        reentry="after",
        reentry_days=180,
        goal=_goal("message.received", 30),
    )


_ALL = (
    Preset("welcome", "新客欢迎", "欢迎", "加好友后问候，三天没有互动再联系一次", _welcome),
    Preset("aware", "认知：从好友到了解", "认知", "只加了好友、还没有资产的客户，用两条内容引到直播", _aware),
    Preset("interested", "兴趣：看过直播之后", "兴趣", "看过直播的客户，邀请到线下活动", _interested),
    Preset("deciding", "决策：完成风险评估之后", "决策", "客户经理先约谈，三天后再跟一条消息", _deciding),
    Preset("loyal", "忠诚：升级答谢", "忠诚", "升级时祝贺、送积分，两周后邀请专属活动", _loyal),
    Preset("leaving", "流失预警：资金流出挽留", "流失", "当日派任务致电，没有回应由主管陪同回访", _leaving),
    Preset("maturity", "存款到期承接", "到期关怀", "到期前 30 天联系，没有回应派任务，到期当周再回访", _maturity),
    Preset("papers", "证件到期关怀", "到期关怀", "到期前 30 天提醒，未更新再派任务", _papers),
    Preset("assessment", "风险评估到期关怀", "到期关怀", "到期前 30 天提醒，未评估再派任务", _assessment),
    Preset("win_back", "沉睡客户唤醒", "唤醒", "半年没有互动的客户，消息与电话两种做法对照", _win_back),
)
