"""Why a message was not delivered, in words for staff, wherever the reason came from."""

from __future__ import annotations

import functools

from community.sending import gate
from wechat import faults

_OWN = {
    "cancelled": "活动已取消",
    "erased": "客户信息已删除",
    "no_channel": "当时没有可用的渠道",
    "mass_single": "微信群发至少要两位收件人",
    "mass_failed": "微信没有完成这次群发",
    "no_credit": "客户没有剩余的订阅授权",
    "not_visible": "员工不在应用可见范围内，或没有客户",
    "gave_way": "让位于同日更优先的活动",
    "control_arm": "与对照组客户是同一人",
    "journey_left": "客户已离开旅程",
    "goal_reached": "客户已达成旅程的目标",
    "duplicate_identity": "与另一位收到同一消息的客户是同一人",
    "not_sent": "员工没有确认发送",
    "not_friend": "客户已不是好友",
    "over_platform_quota": "客户当日接收群发已达微信上限",
    "user_block": "客户拒收",
    "freq_limit": "微信限制了发送频率",
    "system_failed": "微信系统发送失败",
    "gave_up": "多次重试仍未成功",
    "no_text": "消息没有正文",
    "not_made": "企业微信没有建立任务",
    "dispatcher_lost": "发送中断，结果不明",
    "broke": "发送中断，结果不明",
    "repeated_by_hand": "人工决定重发",
    "closed_by_hand": "人工核对后关闭",
}

# the client, or nobody: such failures say nothing about the campaign or the channel being broken
OF_THE_CLIENT = ("cancelled", "erased", "expired", "not_sent", "not_friend", "over_platform_quota", "user_block")


def label(reason: str) -> str:
    """The reason in Chinese; an unknown one as it is, so that nothing is hidden."""
    return _OWN.get(reason) or gate.REASONS.get(reason) or _of_platform().get(reason) or reason or "未说明"


@functools.lru_cache(maxsize=1)
def _of_platform() -> dict[str, str]:
    return {code.reason: code.message for code in faults.codes().values()}
