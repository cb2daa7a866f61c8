"""From the fields of a callback to the event they tell of; what has no word here stays Unrecognised."""

from __future__ import annotations

from wechat import account_recognition, corp_recognition
from wechat.happening import Broken, Event, Fields, Side, Unrecognised
from wechat.reading import Body, Entry, lacking

EVENTS: dict[Side, dict[tuple[str, str], Entry]] = {
    "official_account": account_recognition.EVENTS,
    "wecom": corp_recognition.EVENTS,
}
MESSAGES: dict[Side, dict[str, Entry]] = {
    "official_account": account_recognition.MESSAGES,
    "wecom": corp_recognition.MESSAGES,
}


def recognise(side: Side, fields: Fields, app: str = "") -> Event:
    """The event of a callback's fields; app: the appid or corpid that it came for."""
    body = Body(side, fields, app)
    found = _entry(side, body.text("MsgType"), body.text("Event"), body.text("ChangeType"))
    if found is None:
        return body.tell(Unrecognised)
    missing = lacking(body, found.needs)
    return body.tell(Broken, found.word, missing) if missing else found.read(body)


def word_for(side: Side, fields: Fields) -> str:
    """What the event of these fields is called, told without reading them whole; empty: nobody has a word for it."""
    kind, name, change = (_text(fields, element) for element in ("MsgType", "Event", "ChangeType"))
    found = _entry(side, kind, name, change)
    return found.word if found else ""


def _entry(side: Side, kind: str, name: str, change: str) -> Entry | None:
    if kind != "event":
        table = MESSAGES[side]
        # a message of a kind that is new to us is a message all the same: somebody wrote
        return table.get(kind) or (table.get("") if kind else None)
    events, name = EVENTS[side], name.lower()
    return events.get((name, change)) or events.get((name, ""))


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""
