"""What WeCom's verbs about messages, moments, files, links and upkeep say and read."""

from __future__ import annotations

from tests.wechat.corp_verbs import AT, CONTACT, DAY, MIDNIGHT, STAMP
from tests.wechat.verbs import Verb
from wechat.shapes import Link, Media, Page
from wechat.wecom import shapes

SEND = "/cgi-bin/message/send"
LINKS = f"{CONTACT}/customer_acquisition"
WELCOME = f"{CONTACT}/group_welcome_template"
SENT = shapes.StaffMessageSent("M", ("x",))
CARD = shapes.Card("text_notice", "t1", {"main_title": {"title": "待办"}})
WRITTEN = {"card_type": "text_notice", "task_id": "t1", "main_title": {"title": "待办"}}
LINK = Link("礼遇", "https://h5.example.test/", "详情")
VERBS = [
    Verb(
        lambda c: c.add_group_welcome("欢迎", LINK),
        f"{WELCOME}/add",
        {
            "text": {"content": "欢迎"},
            "link": {"title": "礼遇", "url": LINK.url, "desc": "详情"},
            "notify": 1,
            "agentid": 7,
        },
        {"template_id": "W"},
        "W",
    ),
    Verb(
        lambda c: c.change_group_welcome("W", "您好"),
        f"{WELCOME}/edit",
        {"template_id": "W", "text": {"content": "您好"}},
    ),
    Verb(lambda c: c.group_welcome("W"), f"{WELCOME}/get", {"template_id": "W"}, {"text": {"content": "欢迎"}}, "欢迎"),
    Verb(lambda c: c.delete_group_welcome("W"), f"{WELCOME}/del", {"template_id": "W", "agentid": 7}),
    Verb(
        lambda c: c.create_moment("今日行情", [Media("image", "I")], userids=["a"], tags=["T"]),
        f"{CONTACT}/add_moment_task",
        {
            "text": {"content": "今日行情"},
            "attachments": [{"msgtype": "image", "image": {"media_id": "I"}}],
            "visible_range": {
                "sender_list": {"user_list": ["a"], "department_list": []},
                "external_contact_list": {"tag_list": ["T"]},
            },
        },
        {"jobid": "J"},
        "J",
    ),
    Verb(
        lambda c: c.moment_result("J"),
        f"{CONTACT}/get_moment_task_result",
        {"jobid": "J"},
        {"status": 3, "result": {"moment_id": "P", "invalid_sender_list": {"user_list": ["x"]}}},
        shapes.MomentResult("made", "P", ("x",)),
        "GET",
    ),
    Verb(lambda c: c.cancel_moment("P"), f"{CONTACT}/cancel_moment_task", {"moment_id": "P"}),
    Verb(
        lambda c: c.moments(AT, AT, creator="a"),
        f"{CONTACT}/get_moment_list",
        {"start_time": STAMP, "creator": "a", "limit": 20},
        {"moment_list": [{"moment_id": "P", "create_time": STAMP, "create_type": 1, "creator": "a"}]},
        Page((shapes.Moment("P", AT, "", "a", False),)),
    ),
    Verb(
        lambda c: c.moment_tasks("P"),
        f"{CONTACT}/get_moment_task",
        {"moment_id": "P"},
        {"task_list": [{"userid": "a", "publish_status": "1"}, {"userid": "b", "publish_status": "0"}]},
        Page((shapes.MomentTask("a", True), shapes.MomentTask("b", False))),
    ),
    Verb(
        lambda c: c.moment_clients("P", "a"),
        f"{CONTACT}/get_moment_customer_list",
        {"userid": "a", "limit": 1000},
        {"customer_list": [{"userid": "a", "external_userid": "wm1"}]},
        Page(("wm1",)),
    ),
    Verb(
        lambda c: c.moment_reached("P", "a"),
        f"{CONTACT}/get_moment_send_result",
        {"limit": 5000},
        {"customer_list": [{"external_userid": "wm1"}], "next_cursor": "n"},
        Page(("wm1",), "n"),
    ),
    Verb(
        lambda c: c.moment_voices("P", "a"),
        f"{CONTACT}/get_moment_comments",
        {"moment_id": "P", "userid": "a"},
        {"comment_list": [{"external_userid": "wm1", "create_time": STAMP}], "like_list": [{"userid": "b"}]},
        shapes.MomentVoices((shapes.MomentVoice("wm1", False, AT),), (shapes.MomentVoice("b", True),)),
    ),
    Verb(
        lambda c: c.send_staff_text(["a", "x"], "请确认", once_in_s=600),
        SEND,
        {
            "touser": "a|x",
            "msgtype": "text",
            "enable_duplicate_check": 1,
            "duplicate_check_interval": 600,
            "agentid": 7,
        },
        {"invaliduser": "x", "msgid": "M"},
        ["x"],
    ),
    Verb(
        lambda c: c.send_staff_markdown(["a"], "**待办**"),
        SEND,
        {"markdown": {"content": "**待办**"}},
        {"msgid": "M", "invaliduser": "x"},
        SENT,
    ),
    Verb(
        lambda c: c.send_staff_file(["a"], "file", "F"),
        SEND,
        {"msgtype": "file", "file": {"media_id": "F"}},
        {"msgid": "M", "unlicenseduser": "x"},
        SENT,
    ),
    Verb(
        lambda c: c.send_staff_link(["a"], LINK),
        SEND,
        {"textcard": {"title": "礼遇", "description": "详情", "url": LINK.url, "btntxt": "详情"}},
        {"msgid": "M"},
        shapes.StaffMessageSent("M"),
    ),
    Verb(
        lambda c: c.send_staff_news(["a"], [LINK]),
        SEND,
        {"news": {"articles": [{"title": "礼遇", "description": "详情", "url": LINK.url, "picurl": ""}]}},
        {"msgid": "M"},
        shapes.StaffMessageSent("M"),
    ),
    Verb(
        lambda c: c.send_staff_mini_program(["a"], "wxmini", "p", "活动提醒", [("时间", "周六")]),
        SEND,
        {"msgtype": "miniprogram_notice"},
        {"msgid": "M"},
        shapes.StaffMessageSent("M"),
    ),
    Verb(
        lambda c: c.send_staff_card(["a"], CARD),
        SEND,
        {"template_card": WRITTEN},
        {"msgid": "M", "response_code": "R"},
        shapes.StaffMessageSent("M", (), "R"),
    ),
    Verb(
        lambda c: c.update_staff_card("R", button="已处理"),
        "/cgi-bin/message/update_template_card",
        {"response_code": "R", "button": {"replace_name": "已处理"}, "agentid": 7},
    ),
    Verb(
        lambda c: c.update_staff_card("R", card=CARD),
        "/cgi-bin/message/update_template_card",
        {"template_card": WRITTEN},
    ),
    Verb(lambda c: c.recall_staff_message("M"), "/cgi-bin/message/recall", {"msgid": "M"}),
    Verb(lambda c: c.upload_picture(b"data", "a.png"), "/cgi-bin/media/uploadimg", answer={"url": "u"}, reads="u"),
    Verb(
        lambda c: c.upload_attachment(b"data", "a.png", "image", "moment"),
        "/cgi-bin/media/upload_attachment",
        {"media_type": "image", "attachment_type": "1"},
        {"media_id": "M"},
        "M",
    ),
    Verb(lambda c: c.delete_replay("L"), "/cgi-bin/living/delete_replay_data", {"livingid": "L"}),
    Verb(
        lambda c: c.acquisition_link_ids(),
        f"{LINKS}/list_link",
        {"limit": 100},
        {"link_id_list": ["K"]},
        Page(("K",)),
    ),
    Verb(
        lambda c: c.acquisition_link("K"),
        f"{LINKS}/get",
        {"link_id": "K"},
        {
            "link": {"link_id": "K", "link_name": "开户", "url": "u", "create_time": STAMP},
            "range": {"user_list": ["a"]},
        },
        shapes.AcquisitionLink("K", "开户", "u", ("a",), (), AT),
    ),
    Verb(
        lambda c: c.create_acquisition_link("开户", ["a"], [2]),
        f"{LINKS}/create_link",
        {"link_name": "开户", "range": {"user_list": ["a"], "department_list": [2]}, "skip_verify": True},
        {"link": {"link_id": "K", "link_name": "开户", "url": "u"}},
        shapes.AcquisitionLink("K", "开户", "u", ("a",), (2,)),
    ),
    Verb(lambda c: c.change_acquisition_link("K", "开户", ["b"]), f"{LINKS}/update_link", {"link_id": "K"}),
    Verb(lambda c: c.delete_acquisition_link("K"), f"{LINKS}/delete_link", {"link_id": "K"}),
    Verb(
        lambda c: c.acquired_contacts("K"),
        f"{LINKS}/customer",
        {"link_id": "K", "limit": 1000},
        {"customer_list": [{"external_userid": "wm1", "userid": "a", "chat_status": 1, "state": "s"}]},
        Page((shapes.AcquiredContact("wm1", "a", True, "s"),)),
    ),
    Verb(
        lambda c: c.acquisition_quota(),
        f"{CONTACT}/customer_acquisition_quota",
        answer={"total": 1000, "balance": 500},
        reads=shapes.AcquisitionQuota(1000, 500),
        method="GET",
    ),
    Verb(
        lambda c: c.acquisition_figures("K", DAY, DAY),
        f"{LINKS}/statistic",
        {"link_id": "K", "start_time": MIDNIGHT},
        {"click_link_customer_cnt": 10, "new_customer_cnt": 4},
        shapes.AcquisitionFigures(10, 4),
    ),
    Verb(
        lambda c: c.callback_addresses(),
        "/cgi-bin/getcallbackip",
        answer={"ip_list": ["1.1.1.1"]},
        reads=["1.1.1.1"],
        method="GET",
    ),
    Verb(lambda c: c.api_addresses(), "/cgi-bin/get_api_domain_ip", answer={"ip_list": []}, reads=[], method="GET"),
]
