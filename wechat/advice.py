"""What came of calls, for people: the meaning of an outcome, and what staff should do about it."""

from __future__ import annotations

from wechat import faults
from wechat.rates import SHORT_SIDE

SIDES = {short: side for side, short in SHORT_SIDE.items()}
BY_GROUP = {
    "token": "系统已自动换取新凭证；仍反复出现时，请核对 AppSecret",
    "retry": "无需处理，系统会自动重试",
    "quota_min": "无需处理，系统已暂停该接口并会自动降速恢复",
    "quota_day": "当日额度用尽，次日零点自动恢复；急需时可清零额度（每月 10 次）",
    "recipient": "只影响个别客户，系统已跳过，其余照常",
    "request": "请检查发送内容或素材；反复出现时请联系技术支持",
    "config": "请管理员核对公众号或企业微信的配置",
    "perm": "请按提示调整后再操作，重试不会成功",
    "async": "无需处理，系统稍后会再查询",
    "done": "无需处理，视为成功",
    "unlisted": "尚未收录的错误码，请联系技术支持",
}
BY_CODE = {
    ("oa", 40164): "请把本系统的出口 IP 加入公众平台的 IP 白名单",
    ("wecom", 60020): "请把本系统的出口 IP 加入企业微信应用的可信 IP",
    ("oa", 40243): "AppSecret 已被冻结，请在公众平台重新启用",
    ("oa", 40125): "请在公众平台重置 AppSecret 并填入配置",
    ("wecom", 40001): "请核对应用 Secret；不要使用“客户联系”的系统 Secret",
    ("wecom", 48002): "请改用“可调用接口的应用”中的自建应用",
    ("wecom", 60011): "请检查应用的可见范围是否包含相关成员",
    ("both", 40037): "请在公众平台确认模板仍在使用，并更新配置",
    ("wecom", 41050): "这位客户已收不到欢迎语；反复出现时请查看“回调接收”的积压",
    ("wecom", 45033): "无需处理，系统已减少同时调用的数量",
}
WORDS = {
    "0": ("成功", ""),
    "timeout": ("微信服务器超时未答复", "无需处理；发送类请求会先核对结果，不会盲目重发"),
    "cut": ("连接中断，没有收到完整答复", "无需处理；发送类请求会先核对结果，不会盲目重发"),
    "no_json": ("微信返回了无法识别的内容", "多为微信维护页面，系统稍后会再试"),
    "not_connected": ("无法连接微信服务器", "请检查网络出口与域名解析"),
    "host_not_allowed": ("目标地址不在允许的范围内", "请核对接口地址配置"),
    "redirected": ("接口地址被转向", "请检查网络出口是否有登录页或代理"),
    "incomplete": ("微信的答复缺少必要内容", "系统会核对结果后再处理"),
}


def meaning(side: str, outcome: str) -> str:
    """An outcome in plain Chinese. side: oa or wecom; outcome: an errcode, or the word that was counted instead."""
    if outcome in WORDS:
        return WORDS[outcome][0]
    if outcome.startswith("http_"):
        return f"微信服务器返回 HTTP {outcome[5:]}"
    if _is_code(outcome):
        return faults.code(SIDES[side], int(outcome)).message  # type: ignore[arg-type]  # one of two sides
    return outcome


def todo(side: str, outcome: str) -> str:
    """What staff should do about it; says so when there is nothing to do."""
    if outcome in WORDS:
        return WORDS[outcome][1] or "无需处理"
    if not _is_code(outcome):
        return "无需处理，系统稍后会再试"
    code = int(outcome)
    group = faults.code(SIDES[side], code).group  # type: ignore[arg-type]  # one of two sides
    return BY_CODE.get((side, code)) or BY_CODE.get(("both", code)) or BY_GROUP[group]


def _is_code(outcome: str) -> bool:
    return outcome.lstrip("-").isdecimal()
