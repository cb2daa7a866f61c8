"""The platform's limits as we know them, each with the days it held and where that was read; fills `platform_limit`.

A row: name, label, preset, value (None: as many as the month has days), per, span in seconds of a rolling window,
first day, last day (None: still), whether it holds when the bank chose nothing, source. Newest readings: 2025-11.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

EVER = date(2000, 1, 1)
"""For limits whose first day nobody wrote down: older than anything that we look at."""
CUT = date(2023, 6, 12)
"""From this day on an action opens a shorter window for customer-service messages."""
PRESETS = date(2025, 11, 17)
"""The day on which the platform's page was read that names the present presets of group messages."""


class Known(NamedTuple):
    """One row of the table."""

    name: str
    label: str
    value: int | None
    per: str
    source: str
    preset: str = ""
    span_s: int = 0
    since: date = EVER
    until: date | None = None
    is_default: bool = True


_W = "developer.work.weixin.qq.com/document/path/"
_O = "developers.weixin.qq.com/doc/service/"
_CHAT = "2023-06-12 公告：客服消息下发规则调整"
_API = "公众号接口调用频次限制"

GROUP_MESSAGES = (
    Known("wecom.group_message", "每月与当月天数相同", None, "month", _W + "92135", "month_days", since=PRESETS),
    Known("wecom.group_message", "每周 7 条", 7, "week", _W + "92135", "week_7", since=PRESETS, is_default=False),
    Known("wecom.group_message", "每天 1 条", 1, "day", _W + "92135", "day_1", since=PRESETS, is_default=False),
    Known(
        *("wecom.group_message", "每天 1 条", 1, "day", "2022 至 2023 年的接口说明", "day_1"),
        since=date(2022, 1, 1),
        until=date(2025, 11, 16),
    ),
    Known("wecom.group_message", "每月 4 条", 4, "month", "更早的接口说明", "month_4", until=date(2021, 12, 31)),
)
WINDOWS = (
    Known("oa.window.message", "客户发消息后可回复的客服消息", 5, "action", _CHAT, span_s=172_800, since=CUT),
    Known("oa.window.tap", "客户点菜单、关注或扫码后的客服消息", 3, "action", _CHAT, span_s=60, since=CUT),
    *(
        Known(
            f"oa.window.{action}",
            "客户互动后的客服消息",
            20,
            "action",
            "旧规则",
            span_s=172_800,
            until=date(2023, 6, 11),
        )
        for action in ("message", "tap")
    ),
)
ACCOUNT = (
    Known("oa.mass.per_fan", "每位粉丝每月最多收到的群发", 4, "month", _O + "guide/product/Batch_Sends"),
    Known("oa.mass.to_all", "每月对全部粉丝的群发", 4, "month", _O + "guide/product/Batch_Sends"),
    Known("oa.mass.recipients", "一次按名单群发的人数", 10_000, "call", _O + "api/notify/message/api_masssend"),
    Known("oa.template", "每天可发的模板消息", 100_000, "day", _O + "guide/product/template_message"),
    Known("oa.template.in_use", "同时使用的模板", 25, "account", _O + "guide/product/template_message"),
    Known("oa.subscribe", "每次订阅授权可发的通知", 1, "consent", "一次性订阅通知规则"),
    Known("oa.tags", "公众号标签总数", 100, "account", _O + "api/usermanage/tag"),
    Known("oa.tags.per_fan", "每位粉丝的标签", 20, "person", _O + "api/usermanage/tag"),
    Known("oa.qrcode.permanent", "永久二维码", 100_000, "account", _API),
    Known("oa.clear_quota", "每月可清零接口次数", 10, "month", _API),
)
OA_DAILY = tuple(
    Known(f"oa.api.{api}", label, count, "day", _API)
    for api, label, count in (
        ("cgi-bin/token", "获取接口凭证（旧接口）", 2_000),
        ("cgi-bin/stable_token", "获取稳定版接口凭证", 500_000),
        ("cgi-bin/menu/create", "创建自定义菜单", 1_000),
        ("cgi-bin/message/custom/send", "发送客服消息", 500_000),
        ("cgi-bin/message/mass/sendall", "按标签群发", 100),
        ("cgi-bin/message/mass/send", "按名单群发", 100),
        ("cgi-bin/message/mass/preview", "群发预览", 100),
        ("cgi-bin/message/template/send", "发送模板消息", 100_000),
        ("cgi-bin/qrcode/create", "创建二维码", 100_000),
        ("cgi-bin/user/get", "获取粉丝列表", 500),
        ("cgi-bin/user/info", "获取粉丝信息", 5_000_000),
        ("cgi-bin/user/info/updateremark", "设置粉丝备注", 10_000),
        ("cgi-bin/media/upload", "上传临时素材", 5_000),
        ("cgi-bin/media/get", "下载临时素材", 10_000),
    )
)
WECOM = (
    Known("wecom.api.minute", "每个接口每分钟调用", 10_000, "minute", _W + "90454", since=date(2023, 8, 28)),
    Known("wecom.api.hour", "每个接口每小时调用", 150_000, "hour", _W + "90454", since=date(2023, 8, 28)),
    Known("wecom.api.minute", "每个接口每分钟调用", 2_000, "minute", "旧规则", until=date(2023, 8, 27)),
    Known("wecom.api.hour", "每个接口每小时调用", 30_000, "hour", "旧规则", until=date(2023, 8, 27)),
    Known("wecom.jsapi.corp", "每小时获取企业页面凭证", 400, "hour", _W + "90454"),
    Known("wecom.jsapi.app", "每小时获取应用页面凭证", 100, "hour", _W + "90454"),
    Known("wecom.group_message.clients", "一次群发任务的客户数", 10_000, "call", _W + "92135"),
    Known("wecom.group_message.groups", "一次群发任务的客户群数", 2_000, "call", _W + "92135"),
    Known("wecom.group_message.reminders", "每个群发任务 24 小时内提醒次数", 3, "job", _W + "97610", span_s=86_400),
    Known("wecom.group_message.attachments", "群发消息的附件", 9, "message", _W + "92135"),
    Known("wecom.welcome", "欢迎语须在好友添加后多少秒内发出", 20, "code", _W + "92137", span_s=20),
    Known("wecom.moments.per_client", "每位客户每天看到的朋友圈", 3, "day", _W + "95094"),
    Known("wecom.moments.per_minute", "每分钟创建的朋友圈任务", 10, "minute", _W + "95094"),
    Known("wecom.tags", "企业标签总数", 3_000, "corp", _W + "92117"),
    Known("wecom.contact_ways", "渠道活码与入群码总数", 500_000, "corp", _W + "92572"),
    Known("wecom.contact_ways.temporary", "每天新建的临时活码", 100_000, "day", _W + "92572"),
    Known("wecom.contact_ways.members", "每个活码的员工数", 100, "code", _W + "92572"),
    Known("wecom.transfer", "每位客户 90 天内可转接次数", 2, "client", _W + "92125", span_s=7_776_000),
    Known("wecom.group_transfer", "每位群主每天可转出的群", 300, "day", _W + "92127"),
    Known("wecom.app.member_minute", "每位员工每分钟收到的应用消息", 30, "minute", _W + "90236"),
    Known("wecom.app.member_hour", "每位员工每小时收到的应用消息", 1_000, "hour", _W + "90236"),
    Known("wecom.media.permanent_month", "每月上传的永久图片", 3_000, "month", _W + "90256"),
)
ROWS: tuple[Known, ...] = (*GROUP_MESSAGES, *WINDOWS, *ACCOUNT, *OA_DAILY, *WECOM)
