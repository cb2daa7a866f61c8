"""What we say by ourselves, and the words that make us say it."""

from __future__ import annotations

import unicodedata

OPT_OUT = frozenset({"td", "t", "tdf", "退订", "取消订阅", "拒收", "退订营销", "不再接收", "unsubscribe"})
OPT_IN = frozenset({"dy", "订阅", "恢复订阅", "重新订阅"})
HAND_OVER = frozenset({"人工", "人工服务", "转人工", "客户经理", "联系客户经理"})
"""Whole messages, compared without spaces, punctuation and case: "我不想退订" is not an order to opt out."""
COMPLAINTS = ("投诉", "举报", "12378", "12363", "骚扰", "金融监管总局", "银保监", "消费者协会")
"""Anywhere in a message they make it count as a complaint: a guard rail of campaigns, and somebody's to answer."""

OPTED_OUT = (
    "您已退订{bank}的营销信息，我们不会再向您推送活动内容；与您业务相关的服务通知不受影响。如需恢复，请回复“订阅”，"
    "或在这里设置：{link}"
)
OPTED_IN = "您已恢复接收{bank}的活动信息。如不希望继续接收，可随时回复“退订”，或在这里设置：{link}"
HANDED_OVER = "已为您联系客户经理，工作时间内将尽快与您联系。如需紧急服务，请拨打客服热线。"
DIRECTOR_ASKED = "客户（编号 {client}）在公众号请求人工服务，请登录回流控制台查看并回复。"
DIRECTOR_WARNED = "客户（编号 {client}）在公众号的消息里提到投诉，请尽快登录回流控制台查看并回复。"
CONTACT_WELCOME = (
    "您好，我是{bank}的客户经理{staff}，感谢您添加我的企业微信。后续账户服务、权益与活动咨询都可以随时找我。"
)
CONTACT_WELCOME_NAMELESS = "您好，感谢您添加{bank}客户经理的企业微信。后续账户服务、权益与活动咨询都可以随时找我。"


def plain(text: str) -> str:
    """The message as it is compared with the words above."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(filter(str.isalnum, folded))
