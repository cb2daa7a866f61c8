"""From the fields of a callback to the event they tell of; what has no word here stays Unrecognised."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from wechat import events
from wechat.events import Event, Fields, Side

Reader = Callable[["Body"], Event | None]
LIVING = {"0": "booked", "1": "live", "2": "ended", "3": "expired", "4": "cancelled"}


class Body:
    """A callback's fields, read without surprises: an absent or nested field is an empty text."""

    def __init__(self, side: Side, fields: Fields) -> None:
        self.side = side
        self.fields = fields
        self.at = datetime.fromtimestamp(self.number("CreateTime"), UTC)

    def text(self, *path: str) -> str:
        """The text at a path of names."""
        here: Any = self.fields
        for name in path:
            here = here.get(name, "") if isinstance(here, dict) else ""
        return here if isinstance(here, str) else ""

    def number(self, *path: str) -> int:
        """The whole number at a path; 0 when there is none."""
        found = self.text(*path)
        return int(found) if found.isascii() and found.isdecimal() and len(found) <= 11 else 0

    def names(self, name: str) -> tuple[str, ...]:
        """A list of ids, as items or, in the older form, joined by commas."""
        here = self.fields.get(name, "")
        if isinstance(here, dict):
            here = here.get("Item", "")
        items = here if isinstance(here, list) else str(here).split(",") if isinstance(here, str) else []
        return tuple(item.strip() for item in items if isinstance(item, str) and item.strip())

    def base(self) -> tuple[Side, datetime, Fields]:
        """The three fields that every event begins with."""
        return self.side, self.at, self.fields


def recognise(side: Side, fields: Fields) -> Event:
    """The event of a callback's fields."""
    body = Body(side, fields)
    kind = body.text("MsgType")
    if kind != "event":
        return _message(body, kind)
    table = ACCOUNT if side == "official_account" else CORP
    reader = table.get((body.text("Event").lower(), body.text("ChangeType"))) or table.get(
        (body.text("Event").lower(), "")
    )
    return (reader(body) if reader else None) or events.Unrecognised(*body.base())


def _message(body: Body, kind: str) -> Event:
    sender, msg_id = body.text("FromUserName"), body.text("MsgId")
    if not (kind and sender and msg_id):
        return events.Unrecognised(*body.base())
    if kind == "text":
        return events.TextMessage(*body.base(), sender, msg_id, body.text("Content"), body.text("bizmsgmenuid"))
    readable = next((found for name in ("Recognition", "Label", "Title") if (found := body.text(name))), "")
    return events.Message(*body.base(), sender, msg_id, kind, body.text("MediaId"), readable)


def _followed(body: Body) -> Event | None:
    return events.Followed(*body.base(), body.text("FromUserName"), body.text("EventKey").removeprefix("qrscene_"))


def _unfollowed(body: Body) -> Event | None:
    return events.Unfollowed(*body.base(), body.text("FromUserName"))


def _scanned(body: Body) -> Event | None:
    return events.Scanned(*body.base(), body.text("FromUserName"), scene=body.text("EventKey"))


def _scanned_by_menu(body: Body) -> Event | None:
    key, result = body.text("EventKey"), body.text("ScanCodeInfo", "ScanResult")
    return events.Scanned(*body.base(), body.text("FromUserName"), key=key, result=result)


def _menu_tapped(body: Body) -> Event | None:
    opens_page = body.text("Event").lower() != "click"
    return events.MenuTapped(*body.base(), body.text("FromUserName"), body.text("EventKey"), opens_page)


def _template_finished(body: Body) -> Event | None:
    status = body.text("Status")
    outcome = "delivered" if status == "success" else "failed"
    if "user block" in status:
        outcome = "blocked"
    elif "freq limit" in status:
        outcome = "too_often"
    return events.TemplateSendFinished(*body.base(), body.text("FromUserName"), body.text("MsgID"), outcome)  # type: ignore[arg-type]  # one of the four


def _mass_finished(body: Body) -> Event | None:
    status = body.text("Status")
    error = events.MASS_ERROR.search(status)
    counts = [body.number(name) for name in ("TotalCount", "FilterCount", "SentCount", "ErrorCount")]
    is_sent = status in ("send success", "sendsuccess")
    return events.MassSendFinished(*body.base(), body.text("MsgID"), is_sent, int(error[1]) if error else 0, *counts)


def _pair(body: Body) -> tuple[str, str, str]:
    return body.text("ToUserName"), body.text("UserID"), body.text("ExternalUserID")


def _contact_added(body: Body) -> Event | None:
    half = body.text("ChangeType") == "add_half_external_contact"
    return events.ContactAdded(*body.base(), *_pair(body), body.text("WelcomeCode"), body.text("State"), half)


def _contact_edited(body: Body) -> Event | None:
    return events.ContactEdited(*body.base(), *_pair(body), body.text("State"))


def _contact_lost(body: Body) -> Event | None:
    by_client = body.text("ChangeType") == "del_follow_user"
    return events.ContactLost(*body.base(), *_pair(body), by_client, body.text("Source"))


def _group_created(body: Body) -> Event | None:
    return events.GroupCreated(*body.base(), body.text("ToUserName"), body.text("ChatId"))


def _group_dismissed(body: Body) -> Event | None:
    return events.GroupDismissed(*body.base(), body.text("ToUserName"), body.text("ChatId"))


def _group_changed(body: Body) -> Event | None:
    return events.GroupChanged(
        *body.base(),
        corp=body.text("ToUserName"),
        chat_id=body.text("ChatId"),
        detail=body.text("UpdateDetail"),
        members=body.names("MemChangeList"),
        join_scene=body.number("JoinScene") if body.text("JoinScene") else None,
        quit_scene=body.number("QuitScene") if body.text("QuitScene") else None,
        last_mem_ver=body.text("LastMemVer"),
        cur_mem_ver=body.text("CurMemVer"),
    )


def _tag_changed(body: Body) -> Event | None:
    change, kind, tag = body.text("ChangeType"), body.text("TagType"), body.text("Id")
    return events.TagChanged(*body.base(), body.text("ToUserName"), change, kind, tag)


def _livestream_changed(body: Body) -> Event | None:
    status: Any = LIVING.get(body.text("Status"), "other")
    return events.LivestreamChanged(*body.base(), body.text("ToUserName"), body.text("LivingId"), status)


def _staff_changed(body: Body) -> Event | None:
    change: Any = body.text("ChangeType").removesuffix("_user") + "d"
    return events.StaffChanged(
        *body.base(), body.text("ToUserName"), body.text("UserID"), change, body.text("NewUserID")
    )


ACCOUNT: dict[tuple[str, str], Reader] = {
    ("subscribe", ""): _followed,
    ("unsubscribe", ""): _unfollowed,
    ("scan", ""): _scanned,
    ("scancode_waitmsg", ""): _scanned_by_menu,
    ("scancode_push", ""): _scanned_by_menu,
    ("click", ""): _menu_tapped,
    ("view", ""): _menu_tapped,
    ("view_miniprogram", ""): _menu_tapped,
    ("templatesendjobfinish", ""): _template_finished,
    ("masssendjobfinish", ""): _mass_finished,
}
CORP: dict[tuple[str, str], Reader] = {
    ("change_external_contact", "add_external_contact"): _contact_added,
    ("change_external_contact", "add_half_external_contact"): _contact_added,
    ("change_external_contact", "edit_external_contact"): _contact_edited,
    ("change_external_contact", "del_external_contact"): _contact_lost,
    ("change_external_contact", "del_follow_user"): _contact_lost,
    ("change_external_chat", "create"): _group_created,
    ("change_external_chat", "update"): _group_changed,
    ("change_external_chat", "dismiss"): _group_dismissed,
    ("change_external_tag", ""): _tag_changed,
    ("living_status_change", ""): _livestream_changed,
    ("change_contact", "create_user"): _staff_changed,
    ("change_contact", "update_user"): _staff_changed,
    ("change_contact", "delete_user"): _staff_changed,
}
