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
    found = _entry(body)
    if found is None:
        return body.tell(Unrecognised)
    missing = lacking(body, found.needs)
    return body.tell(Broken, found.word, missing) if missing else found.read(body)


def _entry(body: Body) -> Entry | None:
    kind = body.text("MsgType")
    if kind != "event":
        table = MESSAGES[body.side]
        # a message of a kind that is new to us is a message all the same: somebody wrote
        return table.get(kind) or (table.get("") if kind else None)
    name = body.text("Event").lower()
    events = EVENTS[body.side]
    return events.get((name, body.text("ChangeType"))) or events.get((name, ""))
