"""What the account's verbs about people and messages say and read."""

from __future__ import annotations

from tests.wechat.verbs import Verb
from wechat.official_account import shapes
from wechat.shapes import MiniProgram, Page

TEXT = shapes.MassContent("text", text="您好")
CUSTOM = "/cgi-bin/message/custom/send"
VERBS = [
    Verb(
        lambda a: a.name_fan("o1", "王女士"),
        "/cgi-bin/user/info/updateremark",
        {"openid": "o1", "remark": "王女士"},
    ),
    Verb(
        lambda a: a.blocked_openids(),
        "/cgi-bin/tags/members/getblacklist",
        {"begin_openid": ""},
        {"total": 1, "data": {"openid": ["o1"]}, "next_openid": "o1"},
        Page(("o1",)),
    ),
    Verb(lambda a: a.block(["o1"]), "/cgi-bin/tags/members/batchblacklist", {"openid_list": ["o1"]}),
    Verb(lambda a: a.unblock(["o1"]), "/cgi-bin/tags/members/batchunblacklist", {"openid_list": ["o1"]}),
    Verb(
        lambda a: a.fan_tags(),
        "/cgi-bin/tags/get",
        answer={"tags": [{"id": 100, "name": "金卡", "count": 7}]},
        reads=[shapes.FanTag(100, "金卡", 7)],
        method="GET",
    ),
    Verb(
        lambda a: a.create_fan_tag("金卡"),
        "/cgi-bin/tags/create",
        {"tag": {"name": "金卡"}},
        {"tag": {"id": 100, "name": "金卡"}},
        shapes.FanTag(100, "金卡"),
    ),
    Verb(lambda a: a.rename_fan_tag(100, "银卡"), "/cgi-bin/tags/update", {"tag": {"id": 100, "name": "银卡"}}),
    Verb(lambda a: a.delete_fan_tag(100), "/cgi-bin/tags/delete", {"tag": {"id": 100}}),
    Verb(
        lambda a: a.tag_fans(100, ["o1"]), "/cgi-bin/tags/members/batchtagging", {"openid_list": ["o1"], "tagid": 100}
    ),
    Verb(lambda a: a.untag_fans(100, ["o1"]), "/cgi-bin/tags/members/batchuntagging", {"tagid": 100}),
    Verb(
        lambda a: a.fans_of_tag(100),
        "/cgi-bin/user/tag/get",
        {"tagid": 100},
        {"count": 1, "data": {"openid": ["o1"]}},
        Page(("o1",)),
    ),
    Verb(
        lambda a: a.tags_of_fan("o1"), "/cgi-bin/tags/getidlist", {"openid": "o1"}, {"tagid_list": [2, 100]}, [2, 100]
    ),
    Verb(lambda a: a.send_picture("o1", "M"), CUSTOM, {"msgtype": "image", "image": {"media_id": "M"}}),
    Verb(lambda a: a.send_voice("o1", "M"), CUSTOM, {"msgtype": "voice", "voice": {"media_id": "M"}}),
    Verb(
        lambda a: a.send_video("o1", "M", "C", "题"),
        CUSTOM,
        {"video": {"media_id": "M", "thumb_media_id": "C", "title": "题"}},
    ),
    Verb(lambda a: a.send_article("o1", "A"), CUSTOM, {"mpnewsarticle": {"article_id": "A"}}),
    Verb(
        lambda a: a.send_mini_program("o1", MiniProgram("题", "wxmini", "p", "C")),
        CUSTOM,
        {"miniprogrampage": {"title": "题", "appid": "wxmini", "pagepath": "p", "thumb_media_id": "C"}},
    ),
    Verb(lambda a: a.send_text("o1", "好", as_staff="k@a"), CUSTOM, {"customservice": {"kf_account": "k@a"}}),
    Verb(lambda a: a.show_typing("o1"), "/cgi-bin/message/custom/typing", {"command": "Typing"}),
    Verb(
        lambda a: a.mass_to_all(TEXT, once="c1"),
        "/cgi-bin/message/mass/sendall",
        {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": "您好"}, "clientmsgid": "c1"},
        {"msg_id": 34182, "msg_data_id": 206227730},
        shapes.MassJob("34182", "206227730"),
    ),
    Verb(
        lambda a: a.mass_to_tag(2, shapes.MassContent("mpnews", media_id="M"), once="c1"),
        "/cgi-bin/message/mass/sendall",
        {"filter": {"is_to_all": False, "tag_id": 2}, "mpnews": {"media_id": "M"}},
        {"msg_id": 1},
        shapes.MassJob("1"),
    ),
    Verb(
        lambda a: a.mass_to_fans(["o1", "o2"], TEXT, once="c1"),
        "/cgi-bin/message/mass/send",
        {"touser": ["o1", "o2"], "clientmsgid": "c1"},
        {"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": 77},
        shapes.MassJob("77", was_there=True),
    ),
    Verb(lambda a: a.preview_mass("o1", TEXT), "/cgi-bin/message/mass/preview", {"touser": "o1", "msgtype": "text"}),
    Verb(lambda a: a.delete_mass("77", 1), "/cgi-bin/message/mass/delete", {"msg_id": 77, "article_idx": 1}),
    Verb(
        lambda a: a.mass_state("77"),
        "/cgi-bin/message/mass/get",
        {"msg_id": "77"},
        {"msg_status": "SEND_SUCCESS"},
        "sent",
    ),
    Verb(
        lambda a: a.mass_speed(),
        "/cgi-bin/message/mass/speed/get",
        answer={"speed": 3, "realspeed": 15},
        reads=shapes.MassSpeed(3, 15),
    ),
    Verb(lambda a: a.set_mass_speed(1), "/cgi-bin/message/mass/speed/set", {"speed": 1}),
    Verb(
        lambda a: a.templates(),
        "/cgi-bin/template/get_all_private_template",
        answer={"template_list": [{"template_id": "T", "title": "提醒", "content": "{{a.DATA}}"}]},
        reads=[shapes.Template("T", "提醒", "{{a.DATA}}")],
        method="GET",
    ),
    Verb(
        lambda a: a.add_template("TM1", ["时间"]),
        "/cgi-bin/template/api_add_template",
        {"template_id_short": "TM1", "keyword_name_list": ["时间"]},
        {"template_id": "T"},
        "T",
    ),
    Verb(lambda a: a.delete_template("T"), "/cgi-bin/template/del_private_template", {"template_id": "T"}),
    Verb(
        lambda a: a.send_subscribe_notice("o1", "T", {"thing1": "到期"}, "pages/a"),
        "/cgi-bin/message/subscribe/bizsend",
        {"touser": "o1", "data": {"thing1": {"value": "到期"}}, "page": "pages/a"},
        answer={"msgid": 42},
        reads="42",
    ),
    Verb(
        lambda a: a.subscribe_templates(),
        "/wxaapi/newtmpl/gettemplate",
        answer={"data": [{"priTmplId": "P", "title": "通知", "type": 3}]},
        reads=[shapes.NoticeTemplate("P", "通知", kind=3)],
        method="GET",
    ),
    Verb(
        lambda a: a.add_subscribe_template("401", [1, 2], "活动提醒"),
        "/wxaapi/newtmpl/addtemplate",
        {"tid": "401", "kidList": [1, 2]},
        {"priTmplId": "P"},
        "P",
    ),
    Verb(lambda a: a.delete_subscribe_template("P"), "/wxaapi/newtmpl/deltemplate", {"priTmplId": "P"}),
]
