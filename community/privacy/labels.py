"""How tables and columns are called when a client sees what we hold, and in the evidence of an erasure."""

from __future__ import annotations

TABLES = {
    "client": "基本信息",
    "identity": "身份标识",
    "erased_number": "号码指纹（防止自动恢复）",
    "fan": "公众号关注",
    "contact": "企业微信好友",
    "client_tag": "标签",
    "contact_tag": "企业微信标签",
    "contact_transfer": "客户转接",
    "subscription_credit": "订阅通知额度",
    "subscription_move": "订阅通知记录",
    "reconcile_run": "对账进度",
    "consent": "同意与撤回记录",
    "consent_state": "当前的同意",
    "timeline_entry": "互动记录",
    "send": "发出的消息",
    "inbound": "客户发来的消息",
    "membership": "客户群",
    "risk_assessment": "风险承受能力评估",
    "kyc": "身份核实",
    "account": "账户",
    "movement": "账户交易",
    "account_day": "账户每日余额",
    "client_day": "每日资产",
    "outflow": "存款外流",
    "standing": "当前等级",
    "standing_change": "等级变动",
    "grant_": "权益",
    "points_transaction": "积分变动",
    "points_posting": "积分账",
    "points_balance": "积分余额",
    "delivery": "活动分组",
    "invitation": "活动邀请",
    "live_guest": "直播预约",
    "attendance": "直播观看",
    "privacy_request": "个人信息请求",
    "import_refusal": "未导入行的原文",
    "callback": "微信回调的原文",
    "export": "待下载的导出文件",
    "interest": "员工申报的利益关系",
    "audit_entry": "员工操作记录",
}
_COLUMNS = {
    "id": "编号",
    "created_at": "记录时间",
    "client_id": "客户编号",
    "name_sealed": "姓名",
    "phone_sealed": "手机",
    "gender": "性别",
    "source": "来源",
    "owner_id": "客户经理编号",
    "branch_id": "机构编号",
    "marketing_consent": "同意营销信息",
    "opted_out_at": "退订时间",
    "last_activity_at": "最近互动",
    "kind": "类型",
    "scope": "所属",
    "value": "标识",
    "sealed": "银行客户号",
    "openid": "公众号标识",
    "external_userid": "企业微信标识",
    "at": "时间",
    "detail": "内容",
    "purpose": "目的",
    "granted": "是否同意",
    "text_version": "条款版本",
    "channel": "渠道",
    "product_class": "产品类别",
    "receiver": "接收方",
    "evidence": "凭据",
    "body_sealed": "正文",
    "text_sealed": "内容",
    "recipient": "接收人",
    "state": "状态",
    "reason": "原因",
    "number_sealed": "账号",
    "tail": "尾号",
    "amount_fen": "金额",
    "balance_fen": "余额",
    "points": "积分",
    "balance": "积分余额",
    "balance_after": "变动后积分",
    "account": "账目",
    "total_fen": "资产合计",
    "deposit_fen": "存款",
    "booked_on": "记账日",
    "day": "日期",
    "tier": "等级",
    "level": "评级",
    "assessed_at": "评估日期",
    "code": "凭证",
    "period": "周期",
    "joined_at": "加入时间",
    "left_at": "离开时间",
    "added_at": "添加时间",
    "ended_at": "结束时间",
    "subscribed": "是否关注",
    "subscribed_at": "关注时间",
    "watch_seconds": "观看秒数",
    "due_at": "期限",
    "wish_sealed": "请求内容",
    "change_sealed": "更正前后",
    "answer": "答复",
    "document_kind": "证件类型",
    "document_expires_on": "证件到期日",
}
# what only serves to find or to run: keys of hashes, leases, counters
_TECHNICAL = frozenset({"merged_into_id", "consent_seq", "erased_at", "salt", "epoch", "key", "batch_id", "stream_id"})


def table(name: str) -> str:
    """What a table holds."""
    return TABLES.get(name, name)


def column(name: str) -> str:
    """What a column holds; its own name where nobody gave it one."""
    return _COLUMNS.get(name, name)


def is_technical(table_name: str, name: str) -> bool:
    """Whether a column tells nothing about the client."""
    is_hash = name.endswith("_index") or (table_name == "identity" and name == "value_index")
    return is_hash or name in _TECHNICAL or name.startswith("lease_") or name.endswith("_run_id")
