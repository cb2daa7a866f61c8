"""Events beside the published list, the same events in JSON, what is broken, and what another library reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import wechatpy
import xmltodict
from wechatpy.work import parse_message as parse_work_message

from wechat import bodies, callbacks, events
from wechat.account_events import Choice, NoticeSent
from wechat.events import Event, Side

DATA = Path(__file__).parent / "data"
BODIES = json.loads((DATA / "events.json").read_text(encoding="utf-8"))
NOW = 1_790_000_000
SIDES: dict[str, Side] = {"oa": "official_account", "wecom": "wecom"}
HEADS = {
    "oa": "<ToUserName>gh</ToUserName><FromUserName>o1</FromUserName><CreateTime>1790000000</CreateTime>",
    "wecom": "<ToUserName>ww1</ToUserName><FromUserName>li.na</FromUserName><CreateTime>1790000000</CreateTime>",
}


def parsed(side: str, rest: str, kind: str = "event") -> Any:
    xml = f"<xml>{HEADS[side]}<MsgType>{kind}</MsgType>{rest}</xml>"
    return callbacks.parse(SIDES[side], xml.encode(), "app1")


def every_body() -> Iterator[tuple[str, str, str]]:
    for side in SIDES:
        for name, rest in BODIES[side].items():
            xml = f"<xml>{BODIES['common'][side]}{rest}</xml>"
            yield side, name, xml.format(openid="oA1", ts=NOW, msgid=7_000_000_001, corpid="ww1")


PICTURES = (
    "<Event>pic_weixin</Event><EventKey>k</EventKey><SendPicsInfo><Count>2</Count><PicList>"
    "<item><PicMd5Sum>aa</PicMd5Sum></item><item><PicMd5Sum>bb</PicMd5Sum></item></PicList></SendPicsInfo>"
)
PLACE = (
    "<Event>location_select</Event><EventKey>k</EventKey><SendLocationInfo><Location_X>23</Location_X>"
    "<Location_Y>113.5</Location_Y><Scale>15</Scale><Label>广州</Label><Poiname/></SendLocationInfo>"
)
PUBLISHED = (
    "<Event>PUBLISHJOBFINISH</Event><PublishEventInfo><publish_id>22</publish_id><publish_status>0</publish_status>"
    "<article_id>a1</article_id><article_detail><count>1</count><item><idx>1</idx><article_url>http://x/1</article_url>"
    "</item></article_detail></PublishEventInfo>"
)
CARD = (
    "<Event>template_card_event</Event><EventKey>yes</EventKey><TaskId>t1</TaskId><CardType>vote</CardType>"
    "<ResponseCode>rc</ResponseCode><AgentID>1</AgentID><SelectedItems><SelectedItem><QuestionKey>q1</QuestionKey>"
    "<OptionIds><OptionId>a</OptionId><OptionId>b</OptionId></OptionIds></SelectedItem></SelectedItems>"
)
TAGGED = (
    "<Event>change_contact</Event><ChangeType>update_tag</ChangeType><TagId>1</TagId><AddUserItems>a,b</AddUserItems>"
    "<DelUserItems>c</DelUserItems><AddPartyItems>1,2</AddPartyItems><DelPartyItems>3</DelPartyItems>"
)
MORE: list[tuple[str, str, type[Event], dict[str, Any]]] = [
    ("oa", PICTURES, events.PicturesPicked, {"source": "album", "sums": ("aa", "bb"), "key": "k"}),
    ("oa", PICTURES.replace("pic_weixin", "pic_sysphoto"), events.PicturesPicked, {"source": "camera"}),
    ("oa", PLACE, events.LocationPicked, {"latitude": 23.0, "longitude": 113.5, "label": "广州"}),
    ("oa", PUBLISHED, events.PublishFinished, {"status": 0, "article_id": "a1", "addresses": ("http://x/1",)}),
    (
        "oa",
        "<Event>user_info_modified</Event><OpenID>o9</OpenID><AppID>w</AppID><RevokeInfo>2</RevokeInfo>",
        events.UserInfoModified,
        {"openid": "o9", "what": "2"},
    ),
    (
        "oa",
        "<Event>kf_create_session</Event><KfAccount>k@b</KfAccount>",
        events.ServiceSessionChanged,
        {"change": "began", "account": "k@b"},
    ),
    (
        "oa",
        "<Event>kf_switch_session</Event><FromKfAccount>a@b</FromKfAccount><ToKfAccount>c@b</ToKfAccount>",
        events.ServiceSessionChanged,
        {"change": "passed_on", "account": "c@b", "from_account": "a@b"},
    ),
    (
        "oa",
        "<Event>annual_renew</Event><ExpiredTime>1790000001</ExpiredTime>",
        events.VerificationChanged,
        {"until": datetime.fromtimestamp(NOW + 1, UTC)},
    ),
    (
        "wecom",
        CARD,
        events.CardTapped,
        {"userid": "li.na", "task_id": "t1", "response_code": "rc", "chosen": (("q1", ("a", "b")),)},
    ),
    ("wecom", TAGGED, events.StaffTagChanged, {"members_added": ("a", "b"), "parties_removed": ("3",)}),
    (
        "wecom",
        "<Event>change_contact</Event><ChangeType>create_party</ChangeType><Id>7</Id><ParentId>1</ParentId>",
        events.PartyChanged,
        {"party_id": "7", "change": "created", "parent_id": "1"},
    ),
    (
        "wecom",
        "<Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>a</UserID><NewUserID>b</NewUserID>",
        events.StaffChanged,
        {"change": "updated", "new_userid": "b"},
    ),
    (
        "wecom",
        "<Event>msgaudit_notify</Event><AgentID>2000004</AgentID>",
        events.ArchiveNotified,
        {"agentid": "2000004"},
    ),
    (
        "wecom",
        "<Event>kf_msg_or_event</Event><Token>T</Token><OpenKfId>wk1</OpenKfId>",
        events.ServiceNotified,
        {"token": "T", "open_kfid": "wk1"},
    ),
    (
        "wecom",
        "<Event>customer_acquisition</Event><ChangeType>balance_low</ChangeType>",
        events.AcquisitionChanged,
        {"change": "balance_low"},
    ),
    (
        "wecom",
        "<Event>change_external_contact</Event><ChangeType>msg_audit_approved</ChangeType><UserID>a</UserID>"
        "<ExternalUserID>wm</ExternalUserID>",
        events.ArchiveConsented,
        {"external_userid": "wm"},
    ),
    ("wecom", "<Event>enter_agent</Event><EventKey/><AgentID>1</AgentID>", events.AppUsed, {"what": "enter_agent"}),
    (
        "wecom",
        "<Event>batch_job_result</Event><BatchJob><JobId>j</JobId><JobType>sync_user</JobType><ErrCode>0</ErrCode>"
        "</BatchJob>",
        events.JobFinished,
        {"job_id": "j", "error": 0},
    ),
    (
        "wecom",
        "<Event>sys_approval_change</Event><ApprovalInfo><SpNo>20</SpNo><SpStatus>2</SpStatus></ApprovalInfo>",
        events.ApprovalChanged,
        {"number": "20", "status": "2"},
    ),
]


@pytest.mark.parametrize(("side", "rest", "kind", "said"), MORE, ids=lambda value: getattr(value, "__name__", ""))
def test_events_beside_the_published_list_are_typed_too(
    side: str, rest: str, kind: type[Event], said: dict[str, Any]
) -> None:
    event = parsed(side, rest)
    assert type(event) is kind
    assert event.app == "app1"
    assert {name: getattr(event, name) for name in said} == said


def test_messages_say_all_that_they_carry() -> None:
    found = {
        name: callbacks.parse("official_account", xml.encode()) for side, name, xml in every_body() if side == "oa"
    }
    location, link, image, video = (found[name] for name in ("location", "link", "image", "video"))
    assert isinstance(location, events.Message) and location.place == (31.23, 121.47)  # noqa: PT018
    assert isinstance(link, events.Message) and link.address == "http://127.0.0.1/a"  # noqa: PT018
    assert isinstance(image, events.Message) and image.address == "http://127.0.0.1/p.jpg"  # noqa: PT018
    assert isinstance(video, events.Message) and video.thumb_media_id == "t3"  # noqa: PT018
    member = parsed("wecom", "<Content>你好</Content><MsgId>5</MsgId><AgentID>1</AgentID>", kind="text")
    assert isinstance(member, events.StaffMessage)
    assert (member.userid, member.text, member.corp) == ("li.na", "你好", "ww1")
    assert type(parsed("oa", "<MsgId>1</MsgId>", kind="a_new_kind")) is events.Message


def test_answers_about_notices_come_one_by_one() -> None:
    found: dict[str, Any] = {
        name: callbacks.parse("official_account", xml.encode()) for side, name, xml in every_body() if side == "oa"
    }
    assert found["sub_popup_two"].choices == (Choice("T1", True, "0"), Choice("T2", False, "0"))
    assert found["sub_change"].choices == (Choice("T1", False, ""),)
    assert found["sub_sent"].notices == (NoticeSent("T1", "1700827132819554304", 0, "success"),)
    assert found["report_location"].latitude == 31.23


def in_json(value: Any) -> Any:
    """The way a platform would say it in JSON: the outer name of a lone list left out, numbers as numbers."""
    if isinstance(value, dict):
        return {name: in_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [in_json(inner) for inner in value]
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 16 else value


@pytest.mark.parametrize(("side", "name", "xml"), list(every_body()))
def test_every_event_says_the_same_in_json(side: str, name: str, xml: str) -> None:
    from_xml = callbacks.parse(SIDES[side], xml.encode(), "a")
    raw = json.dumps(in_json(bodies.read(xml.encode())), ensure_ascii=False)
    assert callbacks.parse(SIDES[side], raw.encode(), "a") == from_xml


def test_in_json_a_list_may_stand_alone() -> None:
    said = {"ToUserName": "gh", "FromUserName": "o1", "CreateTime": NOW, "MsgType": "event"}
    said |= {"Event": "subscribe_msg_popup_event", "List": [{"TemplateId": "T", "SubscribeStatusString": "accept"}]}
    for outer in (said, {**said, "List": said["List"][0]}, {**said, "SubscribeMsgPopupEvent": said["List"]}):
        event = callbacks.parse("official_account", json.dumps(outer).encode())
        assert isinstance(event, events.SubscriptionAnswered)
        assert event.choices == (Choice("T", True, ""),)
    group = {"ToUserName": "c", "FromUserName": "sys", "CreateTime": NOW, "MsgType": "event", "ChatId": "wr"}
    group |= {"Event": "change_external_chat", "ChangeType": "update", "UpdateDetail": "add_member"}
    for members in (["a", "b"], {"Item": ["a", "b"]}, "a,b"):
        changed = callbacks.parse("wecom", json.dumps({**group, "MemChangeList": members}).encode())
        assert isinstance(changed, events.GroupChanged)
        assert changed.members == ("a", "b")


@pytest.mark.parametrize(("side", "name", "xml"), list(every_body()))
def test_without_its_ids_an_event_is_broken_and_says_what_it_lacks(side: str, name: str, xml: str) -> None:
    fields = bodies.read(xml.encode())
    kept = {key: value for key, value in fields.items() if key in ("ToUserName", "MsgType", "Event", "ChangeType")}
    event = callbacks.parse(SIDES[side], json.dumps(kept).encode())
    assert isinstance(event, events.Broken)
    assert "CreateTime" in event.missing
    assert event.meant


@pytest.mark.parametrize(("side", "name", "xml"), list(every_body()))
def test_another_library_reads_the_same_elements(side: str, name: str, xml: str) -> None:
    theirs = xmltodict.parse(xml)["xml"]

    def texts(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: texts(inner) for key, inner in value.items()}
        return [texts(inner) for inner in value] if isinstance(value, list) else value or ""

    assert bodies.read(xml.encode()) == texts(theirs)
    parse = wechatpy.parse_message if side == "oa" else parse_work_message
    message = parse(xml)
    event = callbacks.parse(SIDES[side], xml.encode())
    assert message.source == event.fields["FromUserName"]
    assert message.create_time.timestamp() == event.at.timestamp() or message.create_time.tzinfo is None
