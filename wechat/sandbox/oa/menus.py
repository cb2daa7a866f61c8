"""The account's menu, menus for some fans only, and what the console's pages would show of both."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.accounts import Account, Fan
from wechat.sandbox.calls import Call, Problem, either, post
from wechat.sandbox.oa import menu_rules

OK = {"errcode": 0, "errmsg": "ok"}


def create(call: Call) -> dict[str, Any]:
    """The menu for everybody."""
    account = call.account
    kept = menu_rules.buttons(account, call.body.get("button"))
    account.menu = {"button": kept, "menuid": int(account.menu.get("menuid") or call.world.ids.number() % 10**9)}
    return OK


def show(call: Call) -> dict[str, Any]:
    """The menu and the conditional ones; 46003 without any."""
    account = call.account
    if not account.menu:
        raise Problem(46003, "menu no exist")
    told: dict[str, Any] = {
        "menu": dict(account.menu) if account.conditional_menus else {"button": account.menu["button"]}
    }
    if account.conditional_menus:
        told["conditionalmenu"] = list(account.conditional_menus.values())
    return told


def delete(call: Call) -> dict[str, Any]:
    """Away with every menu."""
    call.account.menu = {}
    call.account.conditional_menus.clear()
    return OK


def add_conditional(call: Call) -> dict[str, Any]:
    """A menu for some fans; there must be one for everybody first."""
    account = call.account
    if not account.menu:
        raise Problem(65303, "there is no selfmenu, please create selfmenu first")
    kept = menu_rules.buttons(account, call.body.get("button"))
    rule = menu_rules.match_rule(account, call.body.get("matchrule"))
    menuid = call.world.ids.number() % 10**9
    account.conditional_menus[str(menuid)] = {"button": kept, "matchrule": rule, "menuid": menuid}
    return {"menuid": str(menuid)}


def delete_conditional(call: Call) -> dict[str, Any]:
    """Away with one conditional menu."""
    if call.account.conditional_menus.pop(str(call.body.get("menuid", "")), None) is None:
        raise Problem(65301, "there is no conditional menu")
    return OK


def try_match(call: Call) -> dict[str, Any]:
    """The menu that one fan sees, named by openid or WeChat name."""
    wanted = str(call.body.get("user_id", ""))
    fans = call.account.fans.values()
    fan = call.account.fans.get(wanted) or next((one for one in fans if one.name == wanted), None)
    if fan is None:
        raise Problem(65309, "the user is invalid")
    menu = menu_of(call.account, fan)
    if not menu:
        raise Problem(46003, "menu no exist")
    return {"menu": {"button": menu["button"]}, "button": menu["button"]}


def show_current(call: Call) -> dict[str, Any]:
    """The menu as the console would show it, wherever it was made."""
    rows = [_as_info(one) for one in call.account.menu.get("button", [])]
    return {"is_menu_open": int(bool(rows)), **({"selfmenu_info": {"button": rows}} if rows else {})}


def show_autoreplies(_call: Call) -> dict[str, Any]:
    """The console's automatic replies: the sandbox has none."""
    return {"is_add_friend_reply_open": 0, "is_autoreply_open": 0, "keyword_autoreply_info": {"list": []}}


def menu_of(account: Account, fan: Fan) -> dict[str, Any]:
    """The menu that a fan sees: the newest conditional one that suits, else the one for everybody."""
    if not account.menu:
        return {}
    for one in reversed(account.conditional_menus.values()):
        if menu_rules.suits(fan, one["matchrule"]):
            return one
    return account.menu


def _as_info(button: dict[str, Any]) -> dict[str, Any]:
    below = button.get("sub_button") or []
    if below:
        return {"name": button["name"], "sub_button": {"list": [_as_info(one) for one in below]}}
    return {name: value for name, value in button.items() if name != "sub_button"}


ENDPOINTS = (
    post("/oa/cgi-bin/menu/create", create),
    either("/oa/cgi-bin/menu/get", show),
    either("/oa/cgi-bin/menu/delete", delete),
    post("/oa/cgi-bin/menu/addconditional", add_conditional),
    post("/oa/cgi-bin/menu/delconditional", delete_conditional),
    post("/oa/cgi-bin/menu/trymatch", try_match),
    either("/oa/cgi-bin/get_current_selfmenu_info", show_current),
    either("/oa/cgi-bin/get_current_autoreply_info", show_autoreplies),
)
