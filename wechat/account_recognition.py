"""How the callbacks of an official account are read: one short function per kind, and the tables that name them."""

from __future__ import annotations

import re
from typing import Any

from wechat import account_events as told
from wechat.happening import Event
from wechat.reading import Body, Entry, entry

MASS_ERROR = re.compile(r"err\((\d{1,9})\)")
PICTURES = {"pic_sysphoto": "camera", "pic_photo_or_album": "camera_or_album", "pic_weixin": "album"}
SESSIONS = {"kf_create_session": "began", "kf_close_session": "ended", "kf_switch_session": "passed_on"}
WHO = "FromUserName"


def _text(body: Body) -> Event:
    choice = body.text("bizmsgmenuid")
    return body.tell(told.TextMessage, body.text(WHO), body.text("MsgId"), body.text("Content"), choice)


def _message(body: Body) -> Event:
    readable = next((found for name in ("Recognition", "Label", "Title") if (found := body.text(name))), "")
    return body.tell(
        told.Message,
        body.text(WHO),
        body.text("MsgId"),
        body.text("MsgType"),
        body.text("MediaId"),
        readable,
        thumb_media_id=body.text("ThumbMediaId"),
        address=body.text("PicUrl") or body.text("Url"),
        place=body.place("Location_X", "Location_Y"),
    )


def _followed(body: Body) -> Event:
    return body.tell(told.Followed, body.text(WHO), body.text("EventKey").removeprefix("qrscene_"))


def _unfollowed(body: Body) -> Event:
    return body.tell(told.Unfollowed, body.text(WHO))


def _scanned(body: Body) -> Event:
    return body.tell(told.Scanned, body.text(WHO), scene=body.text("EventKey"))


def _scanned_by_menu(body: Body) -> Event:
    result = body.text("ScanCodeInfo", "ScanResult")
    return body.tell(told.Scanned, body.text(WHO), key=body.text("EventKey"), result=result)


def _menu_tapped(body: Body) -> Event:
    opens_page = body.text("Event").lower() != "click"
    return body.tell(told.MenuTapped, body.text(WHO), body.text("EventKey"), opens_page, body.text("MenuId"))


def _location_reported(body: Body) -> Event:
    where = body.place("Latitude", "Longitude") or (0.0, 0.0)
    return body.tell(told.LocationReported, body.text(WHO), *where, body.real("Precision"))


def _location_picked(body: Body) -> Event:
    sent = next(iter(body.rows("SendLocationInfo")), body)
    where = sent.place("Location_X", "Location_Y") or (0.0, 0.0)
    return body.tell(told.LocationPicked, body.text(WHO), body.text("EventKey"), *where, sent.text("Label"))


def _pictures_picked(body: Body) -> Event:
    sums = (one.text("PicMd5Sum") for one in body.rows("SendPicsInfo", "PicList", "item"))
    source = PICTURES[body.text("Event").lower()]
    return body.tell(told.PicturesPicked, body.text(WHO), body.text("EventKey"), source, tuple(filter(None, sums)))


def _template_finished(body: Body) -> Event:
    status = body.text("Status")
    outcome = "delivered" if status == "success" else "failed"
    if "user block" in status:
        outcome = "blocked"
    elif "freq limit" in status:
        outcome = "too_often"
    return body.tell(told.TemplateSendFinished, body.text(WHO), body.text("MsgID"), outcome)


def _mass_finished(body: Body) -> Event:
    status = body.text("Status")
    error = MASS_ERROR.search(status)
    counts = [body.number(name) for name in ("TotalCount", "FilterCount", "SentCount", "ErrorCount")]
    is_sent = status in ("send success", "sendsuccess")
    return body.tell(told.MassSendFinished, body.text("MsgID"), is_sent, int(error[1]) if error else 0, *counts)


def _published(body: Body) -> Event:
    info = next(iter(body.rows("PublishEventInfo")), body)
    addresses = (one.text("article_url") for one in info.rows("article_detail", "item"))
    status = info.number("publish_status") if info.text("publish_status") else -1
    return body.tell(
        told.PublishFinished, info.text("publish_id"), status, info.text("article_id"), tuple(filter(None, addresses))
    )


def _choices(body: Body, outer: str) -> tuple[told.Choice, ...]:
    return tuple(
        told.Choice(one.text("TemplateId"), one.text("SubscribeStatusString") == "accept", one.text("PopupScene"))
        for one in body.rows(outer, "List")
        if one.text("TemplateId")
    )


def _subscription_answered(body: Body) -> Event:
    return body.tell(told.SubscriptionAnswered, body.text(WHO), _choices(body, "SubscribeMsgPopupEvent"))


def _subscription_changed(body: Body) -> Event:
    return body.tell(told.SubscriptionChanged, body.text(WHO), _choices(body, "SubscribeMsgChangeEvent"))


def _notices_sent(body: Body) -> Event:
    notices = tuple(
        told.NoticeSent(one.text("TemplateId"), one.text("MsgID"), one.number("ErrorCode"), one.text("ErrorStatus"))
        for one in body.rows("SubscribeMsgSentEvent", "List")
        if one.text("TemplateId")
    )
    return body.tell(told.SubscriptionNoticeSent, body.text(WHO), notices)


def _of_consent(kind: Any) -> Any:
    def read(body: Body) -> Event:
        who, what = body.text("OpenID") or body.text(WHO), body.text("RevokeInfo")
        found: Event = body.tell(kind, who, body.text("AppID"), what)
        return found

    return read


def _service_session(body: Body) -> Event:
    account = body.text("KfAccount") or body.text("ToKfAccount")
    change = SESSIONS[body.text("Event").lower()]
    return body.tell(told.ServiceSessionChanged, body.text(WHO), change, account, body.text("FromKfAccount"))


def _verified(body: Body) -> Event:
    until, change = body.moment("ExpiredTime"), body.text("Event").lower()
    return body.tell(told.VerificationChanged, change, until, body.text("FailReason"))


_SCAN = entry(told.Scanned, _scanned, WHO, "EventKey")
_SCAN_BY_MENU = entry(told.Scanned, _scanned_by_menu, WHO, "ScanCodeInfo")
_TAP = entry(told.MenuTapped, _menu_tapped, WHO, "EventKey")
_PICTURES = entry(told.PicturesPicked, _pictures_picked, WHO)
_SESSION = entry(told.ServiceSessionChanged, _service_session, WHO)
_VERIFICATION = entry(told.VerificationChanged, _verified)
MESSAGES: dict[str, Entry] = {
    "text": entry(told.TextMessage, _text, WHO, "MsgId"),
    "": entry(told.Message, _message, WHO, "MsgId"),
}
EVENTS: dict[tuple[str, str], Entry] = {
    ("subscribe", ""): entry(told.Followed, _followed, WHO),
    ("unsubscribe", ""): entry(told.Unfollowed, _unfollowed, WHO),
    ("scan", ""): _SCAN,
    ("scancode_waitmsg", ""): _SCAN_BY_MENU,
    ("scancode_push", ""): _SCAN_BY_MENU,
    ("click", ""): _TAP,
    ("view", ""): _TAP,
    ("view_miniprogram", ""): _TAP,
    ("location", ""): entry(told.LocationReported, _location_reported, WHO, "Latitude", "Longitude"),
    ("location_select", ""): entry(told.LocationPicked, _location_picked, WHO, "SendLocationInfo"),
    **{(name, ""): _PICTURES for name in PICTURES},
    ("templatesendjobfinish", ""): entry(told.TemplateSendFinished, _template_finished, WHO, "MsgID"),
    ("masssendjobfinish", ""): entry(told.MassSendFinished, _mass_finished, "MsgID"),
    ("publishjobfinish", ""): entry(told.PublishFinished, _published, "PublishEventInfo"),
    ("subscribe_msg_popup_event", ""): entry(told.SubscriptionAnswered, _subscription_answered, WHO),
    ("subscribe_msg_change_event", ""): entry(told.SubscriptionChanged, _subscription_changed, WHO),
    ("subscribe_msg_sent_event", ""): entry(told.SubscriptionNoticeSent, _notices_sent, WHO),
    ("user_authorization_revoke", ""): entry(told.AuthorizationRevoked, _of_consent(told.AuthorizationRevoked)),
    ("user_authorization_cancellation", ""): entry(told.AuthorizationRevoked, _of_consent(told.AuthorizationRevoked)),
    ("user_info_modified", ""): entry(told.UserInfoModified, _of_consent(told.UserInfoModified)),
    **{(name, ""): _SESSION for name in SESSIONS},
    **{
        (name, ""): _VERIFICATION
        for name in (
            "qualification_verify_success",
            "qualification_verify_fail",
            "naming_verify_success",
            "naming_verify_fail",
            "annual_renew",
            "verify_expired",
        )
    },
}
