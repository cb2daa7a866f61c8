"""What codes are called on pages: channels and states of messages, with the colour of their mark."""

from __future__ import annotations

CHANNELS = {
    "wecom_message": "企业微信 1 对 1",
    "wecom_welcome": "企业微信欢迎语",
    "wecom_group": "客户群消息",
    "oa_service": "公众号客服消息",
    "oa_template": "公众号模板消息",
    "oa_subscribe": "公众号订阅通知",
    "oa_mass": "公众号群发",
    "moments": "朋友圈",
    "staff_message": "员工通知",
}
SEND_STATES = {
    "planned": "待发送",
    "leased": "处理中",
    "requested": "已提交",
    "accepted": "已派发",
    "confirmed": "员工已确认",
    "delivered": "已送达",
    "failed": "失败",
    "skipped": "已跳过",
    "unknown": "待核实",
}
SEND_TONES = {
    "planned": "plan",
    "leased": "plan",
    "requested": "plan",
    "accepted": "run",
    "confirmed": "run",
    "delivered": "good",
    "failed": "bad",
    "skipped": "",
    "unknown": "warn",
}
CAMPAIGN_TONES = {
    "draft": "",
    "submitted": "review",
    "approved": "plan",
    "scheduled": "plan",
    "sending": "run",
    "paused": "warn",
    "held": "bad",
    "finished": "done",
    "cancelled": "done",
}
