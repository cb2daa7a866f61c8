"""Who may do what: one table from role to permissions, read by pages, navigation and tests."""

from __future__ import annotations

from kernel.errors import Forbidden
from staff.models import Staff

ROLE_NAMES = {
    "marketing": "营销经理",
    "director": "客户总监",
    "branch_head": "分行负责人",
    "reviewer": "合规复核",
    "administrator": "系统管理员",
    "auditor": "审计",
}
REACH_NAMES = {"own": "本人", "team": "团队", "sub_branch": "支行", "branch": "分行", "bank": "全行"}

_SEES_CAMPAIGNS = frozenset(
    {"overview.see", "campaigns.see", "calendar.see", "events.see", "livestreams.see", "content.see", "products.see"}
)
_SEES_CLIENTS = frozenset({"clients.see", "groups.see", "tiers.see", "benefits.see"})
_REVIEWS = frozenset({"approvals.see", "approvals.decide", "campaigns.stop", "stops.pull", "stops.release"})

TABLE: dict[str, frozenset[str]] = {
    "marketing": _SEES_CAMPAIGNS
    | _SEES_CLIENTS
    | {
        "imports.run",
        "segments.edit",
        "campaigns.edit",
        "campaigns.stop",
        "events.edit",
        "events.check_in",
        "livestreams.edit",
        "content.edit",
        "groups.edit",
        "products.edit",
        "grants.make",
        "points.adjust",
        "policies.edit",
        "exports.ask",
        "stops.pull",
        "consents.see",
    },
    "director": _SEES_CAMPAIGNS
    | _SEES_CLIENTS
    | {"clients.reveal", "clients.edit", "events.check_in", "tasks.do", "grants.make", "exports.ask"},
    "branch_head": _SEES_CAMPAIGNS
    | _SEES_CLIENTS
    | _REVIEWS
    | {"clients.reveal", "audit.see", "exports.ask", "interests.see", "people.see"},
    "reviewer": _SEES_CAMPAIGNS
    | _REVIEWS
    | {
        "audit.see",
        "clients.see",
        "consents.see",
        "privacy.see",
        "privacy.handle",
        "interests.see",
        "products.rate",
        "policies.edit",
        "exports.ask",
        "people.see",
        "permissions.see",
        "approvals.decide_roles",
    },
    "administrator": frozenset(
        {
            "overview.see",
            "imports.run",
            "tiers.see",
            "benefits.see",
            "health.see",
            "health.repair",
            "people.see",
            "people.manage",
            "organisation.manage",
            "permissions.see",
            "audit.see",
            "exports.ask",
            "keys.manage",
            "connections.manage",
            "stops.pull",
            "stops.release",
            "policies.edit",
            "retention.manage",
            "approvals.see",
            "approvals.decide_roles",
        }
    ),
    "auditor": _SEES_CAMPAIGNS
    | {
        "clients.see",
        "audit.see",
        "audit.verify",
        "exports.ask",
        "approvals.see",
        "consents.see",
        "interests.see",
        "people.see",
        "permissions.see",
        "privacy.see",
        "health.see",
    },
}
EVERY = frozenset().union(*TABLE.values())
# in plain words and by subject, as the page of permissions reads
SUBJECTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("总览", {"overview.see": "查看经营总览"}),
    (
        "客户与社群",
        {
            "clients.see": "查看客户（姓名、手机等打码显示）",
            "clients.reveal": "说明原因后查看客户完整信息",
            "clients.edit": "修改客户资料、标签与归属",
            "groups.see": "查看客户群",
            "groups.edit": "管理客户群",
            "segments.edit": "保存和修改分群",
            "imports.run": "导入客户名单与对账文件",
            "tasks.do": "处理跟进任务",
        },
    ),
    (
        "活动与内容",
        {
            "campaigns.see": "查看活动与效果",
            "campaigns.edit": "编写活动并提交审批",
            "campaigns.stop": "暂停或取消活动",
            "calendar.see": "查看活动日历",
            "events.see": "查看邀约会",
            "events.edit": "调整邀约会席位",
            "events.check_in": "邀约会现场签到",
            "livestreams.see": "查看直播",
            "livestreams.edit": "管理直播",
            "content.see": "查看内容库",
            "content.edit": "编写和下架内容",
        },
    ),
    (
        "权益与产品",
        {
            "tiers.see": "查看客户分层",
            "benefits.see": "查看等级与权益",
            "grants.make": "人工发放权益",
            "points.adjust": "申请调整积分",
            "products.see": "查看产品",
            "products.edit": "维护产品",
            "products.rate": "评定产品风险等级",
        },
    ),
    (
        "审批与合规",
        {
            "approvals.see": "查看审核台",
            "approvals.decide": "审批同事提交的内容",
            "approvals.decide_roles": "审批成员的角色与范围",
            "stops.pull": "紧急停发",
            "stops.release": "同意解除紧急停发",
            "consents.see": "查看同意与退订记录",
            "privacy.see": "查看个人信息请求",
            "privacy.handle": "办理个人信息请求",
            "interests.see": "查看同事的利益申报",
            "exports.ask": "申请导出",
            "audit.see": "查看操作留痕",
            "audit.verify": "核验操作留痕未被篡改",
        },
    ),
    (
        "设置",
        {
            "people.see": "查看成员与组织架构",
            "people.manage": "邀请成员、提出角色调整、办理离职",
            "organisation.manage": "调整组织架构",
            "permissions.see": "查看权限一览",
            "policies.edit": "提出制度与上限的修改",
            "retention.manage": "设定数据保存期限",
            "keys.manage": "管理密钥与加密",
            "connections.manage": "接入公众号与企业微信",
            "health.see": "查看系统健康",
            "health.repair": "处理失败的回调与未知的发送",
        },
    ),
)
PERMISSION_NAMES: dict[str, str] = {code: name for _subject, names in SUBJECTS for code, name in names.items()}
REACH_WORDS = {
    "own": "本人名下的客户，代理期间另加所代理同事名下的客户",
    "team": "所在团队的客户，以及本人名下的客户",
    "sub_branch": "所在支行（含下属团队）的客户，以及本人名下的客户",
    "branch": "所在分行（含下属支行与团队）的客户，以及本人名下的客户",
    "bank": "全行客户，包括尚未归属机构的客户",
}


def may(person: Staff, permission: str) -> bool:
    """Whether this role has the permission; an unknown permission is a bug and says so."""
    if permission not in EVERY:
        raise ValueError(f"unknown permission {permission}")
    return person.is_active and permission in TABLE.get(person.role, frozenset())


def require(person: Staff, permission: str) -> None:
    """Go on only with the permission. Forbidden otherwise."""
    if not may(person, permission):
        raise Forbidden()
