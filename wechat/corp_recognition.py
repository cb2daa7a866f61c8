"""How the callbacks of a corp's app are read: one short function per kind, and the tables that name them."""

from __future__ import annotations

from typing import Any

from wechat import corp_events as told
from wechat.happening import Event
from wechat.reading import Body, Entry, entry

LIVING = {"0": "booked", "1": "live", "2": "ended", "3": "expired", "4": "cancelled"}
CHANGES = {"create": "created", "update": "updated", "delete": "deleted"}
PAIR = ("UserID", "ExternalUserID")
WHO = "FromUserName"
USES = (
    "subscribe",
    "unsubscribe",
    "enter_agent",
    "click",
    "view",
    "view_miniprogram",
    "location",
    "scancode_push",
    "scancode_waitmsg",
    "pic_sysphoto",
    "pic_photo_or_album",
    "pic_weixin",
    "location_select",
)


def _corp(body: Body) -> str:
    return body.text("ToUserName") or body.app


def _pair(body: Body) -> tuple[str, str, str]:
    return _corp(body), body.text("UserID"), body.text("ExternalUserID")


def _contact_added(body: Body) -> Event:
    half = body.text("ChangeType") == "add_half_external_contact"
    return body.tell(told.ContactAdded, *_pair(body), body.text("WelcomeCode"), body.text("State"), half)


def _contact_edited(body: Body) -> Event:
    return body.tell(told.ContactEdited, *_pair(body), body.text("State"))


def _contact_lost(body: Body) -> Event:
    by_client = body.text("ChangeType") == "del_follow_user"
    return body.tell(told.ContactLost, *_pair(body), by_client, body.text("Source"))


def _transfer_failed(body: Body) -> Event:
    return body.tell(told.TransferFailed, *_pair(body), body.text("FailReason"))


def _archive_consented(body: Body) -> Event:
    return body.tell(told.ArchiveConsented, *_pair(body), body.text("WelcomeCode"))


def _group_created(body: Body) -> Event:
    return body.tell(told.GroupCreated, _corp(body), body.text("ChatId"))


def _group_dismissed(body: Body) -> Event:
    return body.tell(told.GroupDismissed, _corp(body), body.text("ChatId"))


def _group_changed(body: Body) -> Event:
    return body.tell(
        told.GroupChanged,
        corp=_corp(body),
        chat_id=body.text("ChatId"),
        detail=body.text("UpdateDetail"),
        members=body.names("MemChangeList"),
        join_scene=body.number("JoinScene") if body.text("JoinScene") else None,
        quit_scene=body.number("QuitScene") if body.text("QuitScene") else None,
        last_mem_ver=body.text("LastMemVer"),
        cur_mem_ver=body.text("CurMemVer"),
    )


def _tag_changed(body: Body) -> Event:
    words = (body.text(name) for name in ("ChangeType", "TagType", "Id", "StrategyId"))
    return body.tell(told.TagChanged, _corp(body), *words)


def _livestream_changed(body: Body) -> Event:
    status = LIVING.get(body.text("Status"), "other")
    return body.tell(told.LivestreamChanged, _corp(body), body.text("LivingId"), status)


def _staff_changed(body: Body) -> Event:
    change = CHANGES[body.text("ChangeType").removesuffix("_user")]
    return body.tell(told.StaffChanged, _corp(body), body.text("UserID"), change, body.text("NewUserID"))


def _party_changed(body: Body) -> Event:
    change = CHANGES[body.text("ChangeType").removesuffix("_party")]
    return body.tell(told.PartyChanged, _corp(body), body.text("Id"), change, body.text("Name"), body.text("ParentId"))


def _staff_tag_changed(body: Body) -> Event:
    items = (body.names(name) for name in ("AddUserItems", "DelUserItems", "AddPartyItems", "DelPartyItems"))
    return body.tell(told.StaffTagChanged, _corp(body), body.text("TagId"), *items)


def _acquisition_changed(body: Body) -> Event:
    return body.tell(
        told.AcquisitionChanged,
        _corp(body),
        body.text("ChangeType"),
        body.text("LinkId"),
        body.text("UserID"),
        body.text("ExternalUserID"),
        body.text("State"),
    )


def _card_tapped(body: Body) -> Event:
    chosen = tuple(
        (one.text("QuestionKey"), tuple(_options(one))) for one in body.rows("SelectedItems", "SelectedItem")
    )
    words = (body.text(name) for name in ("TaskId", "EventKey", "CardType", "ResponseCode"))
    return body.tell(told.CardTapped, _corp(body), body.text(WHO), *words, chosen)


def _options(chosen: Body) -> list[str]:
    outer: Any = chosen.fields.get("OptionIds")
    found = outer.get("OptionId", []) if isinstance(outer, dict) else outer
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, str)]


def _archive_notified(body: Body) -> Event:
    return body.tell(told.ArchiveNotified, _corp(body), body.text("AgentID"))


def _service_notified(body: Body) -> Event:
    return body.tell(told.ServiceNotified, _corp(body), body.text("OpenKfId"), body.text("Token"))


def _app_used(body: Body) -> Event:
    what, key = body.text("Event").lower(), body.text("EventKey")
    return body.tell(told.AppUsed, _corp(body), body.text(WHO), what, key, body.text("AgentID"))


def _job_finished(body: Body) -> Event:
    job = next(iter(body.rows("BatchJob")), body)
    return body.tell(
        told.JobFinished,
        _corp(body),
        job.text("JobId"),
        job.text("JobType"),
        job.number("ErrCode"),
        job.text("ErrMsg"),
    )


def _approval_changed(body: Body) -> Event:
    info = next(iter(body.rows("ApprovalInfo")), body)
    number = info.text("SpNo") or info.text("ThirdNo")
    status = info.text("SpStatus") or info.text("OpenSpStatus")
    return body.tell(told.ApprovalChanged, _corp(body), number, status, info.text("TemplateId"))


def _message(body: Body) -> Event:
    words = (body.text(name) for name in ("MsgId", "MsgType", "AgentID", "Content", "MediaId"))
    return body.tell(told.StaffMessage, _corp(body), body.text(WHO), *words)


_ADDED = entry(told.ContactAdded, _contact_added, *PAIR)
_LOST = entry(told.ContactLost, _contact_lost, *PAIR)
_CARD = entry(told.CardTapped, _card_tapped, WHO, "TaskId")
_USE = entry(told.AppUsed, _app_used, WHO)
_APPROVAL = entry(told.ApprovalChanged, _approval_changed, "ApprovalInfo")
MESSAGES: dict[str, Entry] = {"": entry(told.StaffMessage, _message, WHO, "MsgId")}
EVENTS: dict[tuple[str, str], Entry] = {
    ("change_external_contact", "add_external_contact"): _ADDED,
    ("change_external_contact", "add_half_external_contact"): _ADDED,
    ("change_external_contact", "edit_external_contact"): entry(told.ContactEdited, _contact_edited, *PAIR),
    ("change_external_contact", "del_external_contact"): _LOST,
    ("change_external_contact", "del_follow_user"): _LOST,
    ("change_external_contact", "transfer_fail"): entry(told.TransferFailed, _transfer_failed, *PAIR),
    ("change_external_contact", "msg_audit_approved"): entry(told.ArchiveConsented, _archive_consented, *PAIR),
    ("change_external_chat", "create"): entry(told.GroupCreated, _group_created, "ChatId"),
    ("change_external_chat", "update"): entry(told.GroupChanged, _group_changed, "ChatId", "UpdateDetail"),
    ("change_external_chat", "dismiss"): entry(told.GroupDismissed, _group_dismissed, "ChatId"),
    ("change_external_tag", ""): entry(told.TagChanged, _tag_changed, "ChangeType", "Id"),
    ("living_status_change", ""): entry(told.LivestreamChanged, _livestream_changed, "LivingId", "Status"),
    **{("change_contact", f"{how}_user"): entry(told.StaffChanged, _staff_changed, "UserID") for how in CHANGES},
    **{("change_contact", f"{how}_party"): entry(told.PartyChanged, _party_changed, "Id") for how in CHANGES},
    ("change_contact", "update_tag"): entry(told.StaffTagChanged, _staff_tag_changed, "TagId"),
    ("customer_acquisition", ""): entry(told.AcquisitionChanged, _acquisition_changed, "ChangeType"),
    ("template_card_event", ""): _CARD,
    ("template_card_menu_event", ""): _CARD,
    ("taskcard_click", ""): _CARD,
    ("msgaudit_notify", ""): entry(told.ArchiveNotified, _archive_notified),
    ("kf_msg_or_event", ""): entry(told.ServiceNotified, _service_notified, "Token", "OpenKfId"),
    ("batch_job_result", ""): entry(told.JobFinished, _job_finished, "BatchJob"),
    ("sys_approval_change", ""): _APPROVAL,
    ("open_approval_change", ""): _APPROVAL,
    **{(name, ""): _USE for name in USES},
}
