"""What an erasure leaves behind, table by table, with the basis: shown to the client, to staff and in the evidence."""

from __future__ import annotations

from typing import NamedTuple


class Kept(NamedTuple):
    """One table of which rows stay: what is left in them, and why."""

    table: str
    what: str
    basis: str


AML = "《反洗钱法》：客户身份资料和交易记录至少保存十年；已去除账号与客户关联"
PROOF = "《个人信息保护法》第六十九条：由处理者证明没有过错，须保留处理活动的证据"
SUITABLE = "金融机构产品适当性管理要求：保留评估与推介的记录"
STAYS_AWAY = "《个人信息保护法》第四十七条：使删除持续有效，不因银行文件或后台同步自动恢复"
BOOKS = "会计与内控要求：权益与积分的账目保持平衡"
COUNTS = "仅为计数，不再指向任何人"

RETAINED: tuple[Kept, ...] = (
    Kept("client", "空的客户编号：无姓名、电话、证件与账号", COUNTS),
    Kept("erased_number", "号码的指纹：由单独密钥算出，不可还原，不指向任何客户编号", STAYS_AWAY),
    Kept("consent", "何时、以何种方式同意或撤回（只有编号）", PROOF),
    Kept("send", "何时、通过何渠道、是否送达（无正文、无接收人）", PROOF),
    Kept("privacy_request", "您的请求、处理时间与结果（无内容）", PROOF),
    Kept("risk_assessment", "风险承受能力的评级与日期（只有编号）", SUITABLE),
    Kept("account", "账户的类型与开户日（无账号、无客户）", AML),
    Kept("movement", "账户的交易金额与日期（无账号、无客户、无流水号）", AML),
    Kept("account_day", "账户的每日余额（无账号、无客户）", AML),
    Kept("grant_", "发放过的权益（只有编号）", BOOKS),
    Kept("grant_order", "申请发放权益的编号（无原因、无客户编号）", BOOKS),
    Kept("points_transaction", "积分的每笔变动（无说明文字）", BOOKS),
    Kept("points_posting", "积分账的借贷两边（只有编号）", BOOKS),
    Kept("points_balance", "积分余额（只有编号）", BOOKS),
    Kept("delivery", "活动的分组结果（只有编号）", COUNTS),
    Kept("invitation", "活动席位的占用（只有编号）", COUNTS),
    Kept("live_guest", "直播的预约（只有编号）", COUNTS),
    Kept("journey_entry", "旅程的经过（只有编号）", COUNTS),
    Kept("staff_task", "员工跟进任务是否办理（只有编号）", PROOF),
    Kept("attendance", "直播的观看时长（无编号）", COUNTS),
    Kept("membership", "曾有一名成员在群中（无编号）", COUNTS),
    Kept("approval", "审批的编号、内容指纹与投票（无内容、无意见）", PROOF),
    Kept("line_comment", "审批意见的位置（无文字）", PROOF),
    Kept("export", "导出的编号与时间（无用途文字、无文件）", PROOF),
    Kept("audit_entry", "员工的操作记录（只有编号）", PROOF),
)
NUMBERED = frozenset({"account", "membership", "attendance"})
"""Of these the row stays, but not the client's number in it."""
EMPTIED = frozenset(one.table for one in RETAINED) - NUMBERED
"""Tables in which an erased client's number may still stand; in every other a row of theirs was written too late."""
BEYOND_US = (
    "您手机与客户经理手机中的聊天记录、企业微信好友关系与公众号的关注，由腾讯保存，我们无法删除；"
    "您可以自行删除好友或取消关注。删除后，银行文件与后台同步不会自动重新登记您；"
    "只有您再次添加好友、加入客户群或联系公众号，或由工作人员经核实后解除，才会作为新客户登记。"
)
"""What we can't erase at the platform, told to the client in the answer."""
