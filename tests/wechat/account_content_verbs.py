"""What the account's verbs about files, articles, menus, figures and upkeep say and read."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tests.wechat.verbs import Verb
from wechat.official_account import shapes
from wechat.shapes import Button, Page

DAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
STAMP = int(AT.timestamp())
ARTICLE = shapes.Article("标题", "<p>正文</p>", "T1", digest="摘要")
ROW = {"title": "标题", "content": "<p>正文</p>", "thumb_media_id": "T1", "digest": "摘要"}
FIGURES = {"read_user": 9, "share_user": 2, "zaikan_user": 3, "like_user": 4, "comment_count": 1, "collection_user": 5}
VERBS = [
    Verb(
        lambda a: a.upload_media(b"data", "a.png", "image"),
        "/cgi-bin/media/upload",
        {"type": "image"},
        {"media_id": "M"},
        "M",
    ),
    Verb(
        lambda a: a.upload_article_picture(b"data", "a.png"),
        "/cgi-bin/media/uploadimg",
        answer={"url": "u"},
        reads="u",
    ),
    Verb(
        lambda a: a.add_material(b"data", "a.mp4", "video", title="片"),
        "/cgi-bin/material/add_material",
        {"type": "video"},
        {"media_id": "M"},
        shapes.Material("M", "a.mp4"),
    ),
    Verb(lambda a: a.delete_material("M"), "/cgi-bin/material/del_material", {"media_id": "M"}),
    Verb(
        lambda a: a.material_counts(),
        "/cgi-bin/material/get_materialcount",
        answer={"voice_count": 1, "video_count": 2, "image_count": 3, "news_count": 4},
        reads=shapes.MaterialCounts(1, 2, 3, 4),
        method="GET",
    ),
    Verb(
        lambda a: a.materials("image"),
        "/cgi-bin/material/batchget_material",
        {"type": "image", "offset": 0, "count": 20},
        {"total_count": 21, "item_count": 1, "item": [{"media_id": "M", "name": "a.png", "update_time": STAMP}]},
        Page((shapes.Material("M", "a.png", "", AT),), "1"),
    ),
    Verb(
        lambda a: a.add_draft([ARTICLE]),
        "/cgi-bin/draft/add",
        {"articles": [{**ROW, "need_open_comment": 0, "only_fans_can_comment": 0}]},
        {"media_id": "D"},
        "D",
    ),
    Verb(lambda a: a.update_draft("D", 0, ARTICLE), "/cgi-bin/draft/update", {"media_id": "D", "index": 0}),
    Verb(
        lambda a: a.draft("D"),
        "/cgi-bin/draft/get",
        {"media_id": "D"},
        {"news_item": [ROW]},
        shapes.Draft("D", (ARTICLE,)),
    ),
    Verb(
        lambda a: a.drafts(),
        "/cgi-bin/draft/batchget",
        {"offset": 0, "count": 20},
        {"total_count": 1, "item": [{"media_id": "D", "content": {"news_item": [ROW]}, "update_time": STAMP}]},
        Page((shapes.Draft("D", (ARTICLE,), AT),)),
    ),
    Verb(lambda a: a.draft_count(), "/cgi-bin/draft/count", answer={"total_count": 3}, reads=3, method="GET"),
    Verb(lambda a: a.delete_draft("D"), "/cgi-bin/draft/delete", {"media_id": "D"}),
    Verb(
        lambda a: a.publish("D"),
        "/cgi-bin/freepublish/submit",
        {"media_id": "D"},
        {"publish_id": 100000001},
        "100000001",
    ),
    Verb(
        lambda a: a.publication("1"),
        "/cgi-bin/freepublish/get",
        {"publish_id": "1"},
        {"publish_status": 0, "article_id": "A", "article_detail": {"count": 1, "item": [{"article_url": "u"}]}},
        shapes.Publication("1", "published", "A", ("u",)),
    ),
    Verb(
        lambda a: a.published(),
        "/cgi-bin/freepublish/batchget",
        {"offset": 0},
        {"total_count": 1, "item": [{"article_id": "A", "content": {"news_item": [ROW]}, "update_time": STAMP}]},
        Page((shapes.Draft("A", (ARTICLE,), AT),)),
    ),
    Verb(
        lambda a: a.published_articles("A"),
        "/cgi-bin/freepublish/getarticle",
        answer={"news_item": [ROW]},
        reads=[ARTICLE],
    ),
    Verb(lambda a: a.unpublish("A", 1), "/cgi-bin/freepublish/delete", {"article_id": "A", "index": 1}),
    Verb(
        lambda a: a.menu(),
        "/cgi-bin/menu/get",
        answer={"menu": {"button": [{"name": "服务", "sub_button": [{"type": "click", "name": "权益", "key": "B"}]}]}},
        reads=[Button("服务", entries=(Button("权益", key="B"),))],
        method="GET",
    ),
    Verb(lambda a: a.menu(), "/cgi-bin/menu/get", answer={"errcode": 46003}, reads=[], method="GET"),
    Verb(lambda a: a.delete_menus(), "/cgi-bin/menu/delete", method="GET"),
    Verb(
        lambda a: a.add_conditional_menu([Button("金卡", key="G")], 100),
        "/cgi-bin/menu/addconditional",
        {"matchrule": {"tag_id": "100"}},
        {"menuid": 208},
        "208",
    ),
    Verb(lambda a: a.delete_conditional_menu("208"), "/cgi-bin/menu/delconditional", {"menuid": "208"}),
    Verb(
        lambda a: a.menu_of("o1"),
        "/cgi-bin/menu/trymatch",
        {"user_id": "o1"},
        {"button": [{"type": "view", "name": "官网", "url": "u"}]},
        [Button("官网", url="u")],
    ),
    Verb(
        lambda a: a.service_staff(),
        "/cgi-bin/customservice/getkflist",
        answer={"kf_list": [{"kf_account": "k@a", "kf_nick": "小回", "kf_id": "1001"}]},
        reads=[shapes.ServiceStaff("k@a", "小回", "1001")],
        method="GET",
    ),
    Verb(
        lambda a: a.service_staff_online(),
        "/cgi-bin/customservice/getonlinekflist",
        answer={"kf_online_list": [{"kf_account": "k@a", "status": 1}]},
        reads=["k@a"],
        method="GET",
    ),
    Verb(lambda a: a.add_service_staff("k@a", "小回"), "/customservice/kfaccount/add", {"nickname": "小回"}),
    Verb(lambda a: a.invite_service_staff("k@a", "w"), "/customservice/kfaccount/inviteworker", {"invite_wx": "w"}),
    Verb(lambda a: a.rename_service_staff("k@a", "小流"), "/customservice/kfaccount/update", {"nickname": "小流"}),
    Verb(
        lambda a: a.remove_service_staff("k@a"),
        "/customservice/kfaccount/del",
        {"kf_account": "k@a"},
        method="GET",
    ),
    Verb(
        lambda a: a.article_reads(DAY),
        "/datacube/getarticleread",
        {"begin_date": "2026-11-24", "end_date": "2026-11-24"},
        {
            "list": [
                {
                    "ref_date": "2026-11-24",
                    "msgid": "1_1",
                    "detail": {"read_user": 9, "read_user_source": [{"user_count": 4, "scene_desc": "聊天"}]},
                }
            ]
        },
        [shapes.ArticleFigures("1_1", DAY, readers=9, sources=(("聊天", 4),))],
    ),
    Verb(
        lambda a: a.article_shares(DAY),
        "/datacube/getarticleshare",
        answer={"list": [{"ref_date": "2026-11-24", "msgid": "1_1", "detail": {"share_user": 2}}]},
        reads=[shapes.ArticleFigures("1_1", DAY, sharers=2)],
    ),
    Verb(
        lambda a: a.article_totals(DAY),
        "/datacube/getarticletotaldetail",
        answer={
            "list": [
                {
                    "ref_date": "2026-11-24",
                    "msgid": "1_1",
                    "title": "标题",
                    "content_url": "u",
                    "detail_list": [{"stat_date": "2026-11-24", **FIGURES, "read_finish_rate": 0.5}],
                }
            ]
        },
        reads=[shapes.ArticleFigures("1_1", DAY, "标题", "u", 9, 2, 3, 4, 1, 5, finished_share=0.5)],
    ),
    Verb(
        lambda a: a.article_summary(DAY, DAY),
        "/datacube/getbizsummary",
        answer={"list": [{"ref_date": "2026-11-24", "detail": {**FIGURES, "send_page_count": 6}}]},
        reads=[shapes.DayFigures(DAY, 9, 2, 3, 4, 1, 5, 6)],
    ),
    Verb(
        lambda a: a.fan_changes(DAY, DAY),
        "/datacube/getusersummary",
        answer={"list": [{"ref_date": "2026-11-24", "user_source": 30, "new_user": 12, "cancel_user": 3}]},
        reads=[shapes.FanFigures(DAY, 30, 12, 3)],
    ),
    Verb(
        lambda a: a.fan_totals(DAY, DAY),
        "/datacube/getusercumulate",
        answer={"list": [{"ref_date": "2026-11-24", "cumulate_user": 1000}]},
        reads={DAY: 1000},
    ),
    Verb(
        lambda a: a.quota("/cgi-bin/message/custom/send"),
        "/cgi-bin/openapi/quota/get",
        {"cgi_path": "/cgi-bin/message/custom/send"},
        {"quota": {"daily_limit": 500, "used": 20, "remain": 480}, "rate_limit": {"call_count": 60}},
        shapes.Quota(500, 20, 480, 60),
    ),
    Verb(lambda a: a.clear_quotas(), "/cgi-bin/clear_quota", {"appid": "wx1"}),
    Verb(
        lambda a: a.callback_addresses(),
        "/cgi-bin/getcallbackip",
        answer={"ip_list": ["1.1.1.1"]},
        reads=["1.1.1.1"],
        method="GET",
    ),
    Verb(lambda a: a.api_addresses(), "/cgi-bin/get_api_domain_ip", answer={"ip_list": []}, reads=[], method="GET"),
    Verb(
        lambda a: a.check_callback("ping"),
        "/cgi-bin/callback/check",
        {"action": "ping", "check_operator": "DEFAULT"},
        {"dns": [{"ip": "1.1.1.1"}], "ping": [{"ip": "1.1.1.1", "package_loss": "0%", "time": "23ms"}]},
        shapes.CallbackCheck(("1.1.1.1",), (("1.1.1.1", "0%", "23ms"),)),
    ),
]
