"""Template cards: five kinds, some of which can be answered, and changed once afterwards by their response code."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem
from wechat.sandbox.corp_records import AppMessage

KINDS = ("text_notice", "news_notice", "button_interaction", "vote_interaction", "multiple_interaction")
ANSWERED = KINDS[2:]
CODE_S = 86_400
TASK_BYTES = 128


def check(card: dict[str, Any]) -> None:
    """A known kind, a title where it is due, an action of the whole card, a task id where people answer."""
    kind = card.get("card_type")
    if kind not in KINDS:
        raise Problem(40058, "invalid card_type")
    title = (card.get("main_title") or {}).get("title") or card.get("sub_title_text")
    if not title:
        raise Problem(40058, "missing main_title")
    if kind in ("text_notice", "news_notice") and not isinstance(card.get("card_action"), dict):
        raise Problem(40058, "missing card_action")
    if kind in ANSWERED and not card.get("task_id"):
        raise Problem(42014, "invalid task_id")
    if kind == "button_interaction" and not 1 <= len(card.get("button_list") or []) <= 6:
        raise Problem(40058, "button_list has 1 to 6 buttons")


def register(call: Call, message: AppMessage) -> None:
    """Note the card's task id (unique within the app) and give the code by which it may be changed once."""
    message.task_id = str(message.body.get("task_id") or "")
    if len(message.task_id.encode()) > TASK_BYTES:
        raise Problem(42014, "invalid task_id")
    sent = call.corp.app_messages.values()
    if message.task_id and any(one.task_id == message.task_id and one.agentid == message.agentid for one in sent):
        raise Problem(42014, "task_id already exists")
    if message.body["card_type"] in ANSWERED or message.body.get("action_menu"):
        message.codes[call.world.ids.secret()] = message.at + CODE_S


def update(call: Call) -> dict[str, Any]:
    """Change a card that was sent: by its code, once and within 24 hours."""
    code, now = call.text("response_code"), call.world.clock.now()
    message = next((one for one in call.corp.app_messages.values() if code in one.codes), None)
    if message is None or now >= message.codes[code]:
        raise Problem(42016, "invalid response_code or expired")
    if message.agentid != call.agent.agentid:
        raise Problem(42015, "the app is not the sender")
    if not isinstance(call.body.get("button"), dict) and not isinstance(call.body.get("template_card"), dict):
        raise Problem(40058, "missing button or template_card")
    wanted = call.names("userids", 1000) or list(message.to)
    invalid = [one for one in wanted if one not in message.to]
    del message.codes[code]
    if isinstance(call.body.get("template_card"), dict):
        message.body = {**message.body, **call.body["template_card"]}
    return {"invaliduser": invalid}
