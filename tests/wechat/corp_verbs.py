"""What WeCom's verbs about members, clients, tags, ways in and transfers say and read."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tests.wechat.verbs import Verb
from wechat.shapes import CorpTag, Page
from wechat.wecom import shapes

CONTACT = "/cgi-bin/externalcontact"
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
STAMP = int(AT.timestamp())
DAY = date(2026, 11, 24)
MIDNIGHT = int(datetime(2026, 11, 23, 16, 0, tzinfo=UTC).timestamp())
WAY = shapes.ContactWay(("li.na",), state="branch-01", remark="网点")
JOIN = shapes.JoinWay(("wr1",), "hall", base_name="沙龙", base_number=3)
WAY_ROW = {"type": 2, "scene": 2, "skip_verify": True, "remark": "网点", "state": "branch-01", "user": ["li.na"]}
JOIN_ROW = {
    "scene": 2,
    "auto_create_room": 1,
    "room_base_name": "沙龙",
    "room_base_id": 3,
    "chat_id_list": ["wr1"],
    "state": "hall",
}
MEMBER_ROW = {
    "userid": "li.na",
    "name": "李娜",
    "department": [1, 2],
    "is_leader_in_dept": [0, 1],
    "position": "理财经理",
    "status": 1,
}
MEMBER = shapes.Member("li.na", "李娜", (1, 2), (2,), "理财经理")
GROUP_COUNTS = {"new_chat_cnt": 1, "chat_total": 2, "chat_has_msg": 1, "new_member_cnt": 3, "member_total": 9}
GROUP_COUNTS |= {"member_has_msg": 4, "msg_total": 50}
TRANSFER = {"handover_userid": "a", "takeover_userid": "b"}
VERBS = [
    Verb(lambda c: c.member("li.na"), "/cgi-bin/user/get", {"userid": "li.na"}, MEMBER_ROW, MEMBER, "GET"),
    Verb(
        lambda c: c.members_of(2),
        "/cgi-bin/user/list",
        {"department_id": "2"},
        {"userlist": [MEMBER_ROW]},
        [MEMBER],
        "GET",
    ),
    Verb(
        lambda c: c.departments(),
        "/cgi-bin/department/list",
        answer={"department": [{"id": 2, "name": "零售部", "parentid": 1, "order": 5, "department_leader": ["li.na"]}]},
        reads=[shapes.Department(2, "零售部", 1, 5, ("li.na",))],
        method="GET",
    ),
    Verb(
        lambda c: c.app_view(),
        "/cgi-bin/agent/get",
        {"agentid": "7"},
        {"name": "回流", "allow_userinfos": {"user": [{"userid": "li.na"}]}, "allow_partys": {"partyid": [1]}},
        shapes.AppView(7, "回流", ("li.na",), (1,)),
        "GET",
    ),
    Verb(
        lambda c: c.remark("li.na", "wm1", remark="王女士", company="海岳", mobiles=[]),
        f"{CONTACT}/remark",
        {"remark": "王女士", "remark_company": "海岳", "remark_mobiles": [""]},
    ),
    Verb(
        lambda c: c.external_id_of("u1", "o1"),
        f"{CONTACT}/unionid_to_external_userid",
        {"unionid": "u1", "openid": "o1"},
        {"external_userid": "wm1"},
        "wm1",
    ),
    Verb(
        lambda c: c.external_id_of("u1", "o1"),
        f"{CONTACT}/unionid_to_external_userid",
        answer={"errcode": 84061},
        reads="",
    ),
    Verb(lambda c: c.chat_id_of("g1"), f"{CONTACT}/opengid_to_chatid", {"opengid": "g1"}, {"chat_id": "wr1"}, "wr1"),
    Verb(
        lambda c: c.corp_tags(),
        f"{CONTACT}/get_corp_tag_list",
        answer={"tag_group": [{"group_id": "G", "group_name": "资产", "tag": [{"id": "T", "name": "金"}]}]},
        reads=[CorpTag("T", "金", "G", "资产")],
    ),
    Verb(
        lambda c: c.add_corp_tags(["金"], group="资产"),
        f"{CONTACT}/add_corp_tag",
        {"group_name": "资产", "tag": [{"name": "金"}], "agentid": 7},
        {"tag_group": {"group_id": "G", "group_name": "资产", "tag": [{"id": "T", "name": "金"}]}},
        shapes.TagGroup("G", "资产", (("T", "金"),)),
    ),
    Verb(
        lambda c: c.add_corp_tags(["金"], group_id="G", strategy=3),
        f"{CONTACT}/add_strategy_tag",
        {"group_id": "G", "strategy_id": 3},
        {"tag_group": {"group_id": "G", "strategy_id": 3}},
        shapes.TagGroup("G", "", (), 3),
    ),
    Verb(
        lambda c: c.strategy_tags(3),
        f"{CONTACT}/get_strategy_tag_list",
        {"strategy_id": 3},
        {"tag_group": [{"group_id": "G", "group_name": "资产"}]},
        [shapes.TagGroup("G", "资产", (), 3)],
    ),
    Verb(
        lambda c: c.rename_corp_tag("T", "银", order=2),
        f"{CONTACT}/edit_corp_tag",
        {"id": "T", "name": "银", "order": 2},
    ),
    Verb(lambda c: c.rename_corp_tag("T", "银", strategy=3), f"{CONTACT}/edit_strategy_tag", {"id": "T", "name": "银"}),
    Verb(lambda c: c.delete_corp_tags(["T"]), f"{CONTACT}/del_corp_tag", {"tag_id": ["T"], "group_id": []}),
    Verb(lambda c: c.delete_corp_tags(["T"], strategy=3), f"{CONTACT}/del_strategy_tag", {"tag_id": ["T"]}),
    Verb(
        lambda c: c.add_contact_way(WAY),
        f"{CONTACT}/add_contact_way",
        {**WAY_ROW, "party": []},
        {"config_id": "C", "qr_code": "q"},
        shapes.ContactWay(("li.na",), state="branch-01", remark="网点", config_id="C", qr_url="q"),
    ),
    Verb(
        lambda c: c.contact_way("C"),
        f"{CONTACT}/get_contact_way",
        {"config_id": "C"},
        {"contact_way": {**WAY_ROW, "config_id": "C", "qr_code": "q"}},
        shapes.ContactWay(("li.na",), state="branch-01", remark="网点", config_id="C", qr_url="q"),
    ),
    Verb(
        lambda c: c.contact_way_ids(AT),
        f"{CONTACT}/list_contact_way",
        {"start_time": STAMP, "limit": 1000},
        {"contact_way": [{"config_id": "C"}], "next_cursor": "n"},
        Page(("C",), "n"),
    ),
    Verb(
        lambda c: c.change_contact_way(shapes.ContactWay(("b",), config_id="C")),
        f"{CONTACT}/update_contact_way",
        {"config_id": "C", "user": ["b"]},
    ),
    Verb(lambda c: c.delete_contact_way("C"), f"{CONTACT}/del_contact_way", {"config_id": "C"}),
    Verb(lambda c: c.close_temporary_chat("a", "wm1"), f"{CONTACT}/close_temp_chat", {"external_userid": "wm1"}),
    Verb(
        lambda c: c.add_join_way(JOIN),
        f"{CONTACT}/groupchat/add_join_way",
        JOIN_ROW,
        {"config_id": "C"},
        shapes.JoinWay(("wr1",), "hall", base_name="沙龙", base_number=3, config_id="C"),
    ),
    Verb(
        lambda c: c.join_way("C"),
        f"{CONTACT}/groupchat/get_join_way",
        {"config_id": "C"},
        {"join_way": {**JOIN_ROW, "config_id": "C", "qr_code": "q"}},
        shapes.JoinWay(("wr1",), "hall", base_name="沙龙", base_number=3, config_id="C", qr_url="q"),
    ),
    Verb(
        lambda c: c.change_join_way(shapes.JoinWay(("wr2",), config_id="C")),
        f"{CONTACT}/groupchat/update_join_way",
        {"config_id": "C", "chat_id_list": ["wr2"]},
    ),
    Verb(lambda c: c.delete_join_way("C"), f"{CONTACT}/groupchat/del_join_way", {"config_id": "C"}),
    Verb(
        lambda c: c.transfer_contacts("a", "b", ["wm1", "wm2"], "您好"),
        f"{CONTACT}/transfer_customer",
        {**TRANSFER, "external_userid": ["wm1", "wm2"], "transfer_success_msg": "您好"},
        {"customer": [{"external_userid": "wm1", "errcode": 40096}, {"external_userid": "wm2", "errcode": 0}]},
        [shapes.Refusal("wm1", 40096)],
    ),
    Verb(
        lambda c: c.transfer_results("a", "b"),
        f"{CONTACT}/transfer_result",
        TRANSFER,
        {"customer": [{"external_userid": "wm1", "status": 2, "takeover_time": STAMP}], "next_cursor": "n"},
        Page((shapes.Transfer("wm1", "waiting", AT),), "n"),
    ),
    Verb(
        lambda c: c.transfer_contacts_of_left("a", "b", ["wm1"]),
        f"{CONTACT}/resigned/transfer_customer",
        TRANSFER,
        {"customer": []},
        [],
    ),
    Verb(
        lambda c: c.transfer_results_of_left("a", "b"),
        f"{CONTACT}/resigned/transfer_result",
        TRANSFER,
        {"customer": [{"external_userid": "wm1", "status": 4}]},
        Page((shapes.Transfer("wm1", "over_limit"),)),
    ),
    Verb(
        lambda c: c.unassigned(),
        f"{CONTACT}/get_unassigned_list",
        {"page_size": 1000},
        {"info": [{"handover_userid": "a", "external_userid": "wm1", "dimission_time": STAMP}], "is_last": True},
        Page((shapes.Unassigned("a", "wm1", AT),)),
    ),
    Verb(
        lambda c: c.transfer_groups_of_left(["wr1"], "b"),
        f"{CONTACT}/groupchat/transfer",
        {"chat_id_list": ["wr1"], "new_owner": "b"},
        {"failed_chat_list": [{"chat_id": "wr1", "errcode": 90500}]},
        [shapes.Refusal("wr1", 90500)],
    ),
    Verb(lambda c: c.transfer_groups(["wr1"], "b"), f"{CONTACT}/groupchat/onjob_transfer", reads=[]),
    Verb(
        lambda c: c.group_figures(["a"], DAY, DAY),
        f"{CONTACT}/groupchat/statistic",
        {"day_begin_time": MIDNIGHT, "owner_filter": {"userid_list": ["a"]}, "offset": 0},
        {"total": 1, "next_offset": 1, "items": [{"owner": "a", "data": GROUP_COUNTS}]},
        [shapes.GroupFigures("a", None, 1, 2, 1, 3, 9, 4, 50)],
    ),
    Verb(
        lambda c: c.group_figures_by_day(["a"], DAY, DAY),
        f"{CONTACT}/groupchat/statistic_group_by_day",
        {"day_end_time": MIDNIGHT},
        {"items": [{"stat_time": MIDNIGHT, "data": GROUP_COUNTS}]},
        [shapes.GroupFigures("", DAY, 1, 2, 1, 3, 9, 4, 50)],
    ),
    Verb(
        lambda c: c.staff_figures(DAY, DAY, userids=["a"]),
        f"{CONTACT}/get_user_behavior_data",
        {"userid": ["a"], "start_time": MIDNIGHT},
        {"behavior_data": [{"stat_time": MIDNIGHT, "chat_cnt": 3, "reply_percentage": 60.5, "new_contact_cnt": 2}]},
        [shapes.StaffFigures(DAY, 3, 0, 60.5, None, 0, 0, 2)],
    ),
]
