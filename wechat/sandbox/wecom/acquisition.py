"""Customer-acquisition links: made for members, counted, and paid for from a balance."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, get, page, post
from wechat.sandbox.corp_records import AcquisitionLink
from wechat.sandbox.wecom.scope import contact_member
from wechat.sandbox.wecom.spans import days_between

NAME_CHARS = 30
MEMBERS = 100
PATH = "/wx/cgi-bin/externalcontact/customer_acquisition"


def list_links(call: Call) -> dict[str, Any]:
    """Ids of all links, up to 100 per page."""
    rows, cursor = page(list(call.corp.links), str(call.body.get("cursor") or ""), call.number("limit", 100, 100))
    return {"link_id_list": rows, "next_cursor": cursor}


def show(call: Call) -> dict[str, Any]:
    """One link with its members."""
    link = _link(call)
    return {
        "link": {**_row(link), "skip_verify": link.skip_verify},
        "range": {"user_list": link.userids, "department_list": link.parties},
    }


def create(call: Call) -> dict[str, Any]:
    """A new link."""
    userids, parties = _range(call)
    world, link_id = call.world, call.world.ids.secret("cawcde", 20)
    url = f"https://work.weixin.qq.com/ca/{link_id}"
    link = AcquisitionLink(link_id, _name(call), url, world.now(), userids, parties)
    link.skip_verify = bool(call.body.get("skip_verify", True))
    call.corp.links[link_id] = link
    return {"link": _row(link)}


def update(call: Call) -> dict[str, Any]:
    """Change name, members or whether they must confirm."""
    link = _link(call)
    if "link_name" in call.body:
        link.name = _name(call)
    if "range" in call.body:
        link.userids, link.parties = _range(call)
    link.skip_verify = bool(call.body.get("skip_verify", link.skip_verify))
    return {}


def delete(call: Call) -> dict[str, Any]:
    """The link no longer works."""
    del call.corp.links[_link(call).link_id]
    return {}


def list_customers(call: Call) -> dict[str, Any]:
    """Who came by the link, up to 1 000 per page: chat_status 0 silent, 1 has written."""
    link = _link(call)
    rows, cursor = page(link.customers, str(call.body.get("cursor") or ""), call.number("limit", 100, 1000))
    return {"customer_list": rows, "next_cursor": cursor}


def show_quota(call: Call) -> dict[str, Any]:
    """How many more clients may come by links."""
    came = sum(len(link.customers) for link in call.corp.links.values())
    return {"total": call.corp.link_balance + came, "balance": call.corp.link_balance, "quota_list": []}


def show_statistic(call: Call) -> dict[str, Any]:
    """Clicks and new clients of a link within at most 30 days."""
    link = _link(call)
    days = days_between(call, call.body.get("start_time"), call.body.get("end_time"))
    first, last = days[0][1], days[-1][1] + 86_400
    new = sum(first <= int(row["created"]) < last for row in _dated(call, link))
    return {
        "click_link_customer_cnt": sum(link.clicks.get(day, 0) for day, _ in days),
        "new_customer_cnt": new,
    }


def _dated(call: Call, link: AcquisitionLink) -> list[dict[str, Any]]:
    relations = (call.corp.relation(row["userid"], row["external_userid"]) for row in link.customers)
    return [{"created": one.created} for one in relations if one]


def _row(link: AcquisitionLink) -> dict[str, Any]:
    return {"link_id": link.link_id, "link_name": link.name, "url": link.url, "create_time": link.created}


def _name(call: Call) -> str:
    name = call.text("link_name")
    if len(name) > NAME_CHARS:
        raise Problem(40058, "link_name too long")
    return name


def _range(call: Call) -> tuple[list[str], list[int]]:
    told = call.body.get("range") or {}
    userids = [contact_member(call, str(one)).userid for one in told.get("user_list") or []]
    parties = [int(one) for one in told.get("department_list") or []]
    if not (userids or parties) or len(userids) > MEMBERS:
        raise Problem(40058, "invalid range")
    if any(number not in call.corp.departments for number in parties):
        raise Problem(60003, "department not found")
    return userids, parties


def _link(call: Call) -> AcquisitionLink:
    link = call.corp.links.get(call.text("link_id"))
    if link is None:
        raise Problem(40058, "invalid link_id")
    return link


ENDPOINTS = (
    post(f"{PATH}/list_link", list_links, capability="customer"),
    post(f"{PATH}/get", show, capability="customer"),
    post(f"{PATH}/create_link", create, capability="customer"),
    post(f"{PATH}/update_link", update, capability="customer"),
    post(f"{PATH}/delete_link", delete, capability="customer"),
    post(f"{PATH}/customer", list_customers, capability="customer"),
    post(f"{PATH}/statistic", show_statistic, capability="customer"),
    get(f"{PATH}_quota", show_quota, capability="customer"),
)
