"""Words that members may not send, and the products that they may show: kept, listed, changed, deleted."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, get, page, post
from wechat.sandbox.corp_records import Kept

WORDS, WORD_CHARS, RULE_CHARS = 300, 32, 20


def add_rule(call: Call) -> dict[str, Any]:
    """A rule against up to 300 words; intercept_type 1 warns and stops, 2 only warns."""
    rule = _put(call, call.corp.intercept_rules, "ir", _rule_fields(call, call.body))
    return {"rule_id": rule.id}


def list_rules(call: Call) -> dict[str, Any]:
    """All rules by name."""
    rules = call.corp.intercept_rules.values()
    rows = [{"rule_id": one.id, "rule_name": one.fields["rule_name"], "create_time": one.created} for one in rules]
    return {"rule_list": rows}


def show_rule(call: Call) -> dict[str, Any]:
    """One rule."""
    rule = _one(call, call.corp.intercept_rules, "rule_id")
    return {"rule": {"rule_id": rule.id, **rule.fields}}


def change_rule(call: Call) -> dict[str, Any]:
    """Overwrite what is given."""
    rule = _one(call, call.corp.intercept_rules, "rule_id")
    given = {name: value for name, value in call.body.items() if name != "rule_id"}
    rule.fields = _rule_fields(call, {**rule.fields, **given})
    return {}


def delete_rule(call: Call) -> dict[str, Any]:
    """The rule no longer applies."""
    del call.corp.intercept_rules[_one(call, call.corp.intercept_rules, "rule_id").id]
    return {}


def add_product(call: Call) -> dict[str, Any]:
    """A product with description, price and pictures."""
    return {"product_id": _put(call, call.corp.products, "pd", _product_fields(call.body)).id}


def list_products(call: Call) -> dict[str, Any]:
    """All products, up to 100 per page."""
    held = list(call.corp.products.values())
    rows, cursor = page(held, str(call.body.get("cursor") or ""), call.number("limit", 50, 100))
    return {"product_list": [_product(one) for one in rows], "next_cursor": cursor}


def show_product(call: Call) -> dict[str, Any]:
    """One product."""
    return {"product": _product(_one(call, call.corp.products, "product_id"))}


def change_product(call: Call) -> dict[str, Any]:
    """Overwrite what is given."""
    product = _one(call, call.corp.products, "product_id")
    given = {name: value for name, value in call.body.items() if name != "product_id"}
    product.fields = _product_fields({**product.fields, **given})
    return {}


def delete_product(call: Call) -> dict[str, Any]:
    """The product is no longer shown."""
    del call.corp.products[_one(call, call.corp.products, "product_id").id]
    return {}


def _put(call: Call, kept: dict[str, Kept], prefix: str, fields: dict[str, Any]) -> Kept:
    made = Kept(call.world.ids.secret(prefix, 18), call.world.now(), fields)
    kept[made.id] = made
    return made


def _one(call: Call, kept: dict[str, Kept], name: str) -> Kept:
    found = kept.get(call.text(name))
    if found is None:
        raise Problem(40058, f"invalid {name}")
    return found


def _rule_fields(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    words, name = fields.get("word_list") or [], str(fields.get("rule_name") or "")
    if not 1 <= len(name) <= RULE_CHARS or fields.get("intercept_type") not in (1, 2):
        raise Problem(40058, "invalid rule_name or intercept_type")
    if not 1 <= len(words) <= WORDS or any(not 1 <= len(str(word)) <= WORD_CHARS for word in words):
        raise Problem(40058, "invalid word_list")
    for userid in (fields.get("applicable_range") or {}).get("user_list") or []:
        call.member(str(userid))
    return dict(fields)


def _product_fields(fields: dict[str, Any]) -> dict[str, Any]:
    if not fields.get("description") or not isinstance(fields.get("price"), int) or not fields.get("attachments"):
        raise Problem(40058, "missing description, price or attachments")
    return dict(fields)


def _product(one: Kept) -> dict[str, Any]:
    return {"product_id": one.id, "create_time": one.created, **one.fields}


CLIENTS = "/wx/cgi-bin/externalcontact"
ENDPOINTS = (
    post(f"{CLIENTS}/add_intercept_rule", add_rule, capability="customer"),
    get(f"{CLIENTS}/get_intercept_rule_list", list_rules, capability="customer"),
    post(f"{CLIENTS}/get_intercept_rule", show_rule, capability="customer"),
    post(f"{CLIENTS}/update_intercept_rule", change_rule, capability="customer"),
    post(f"{CLIENTS}/del_intercept_rule", delete_rule, capability="customer"),
    post(f"{CLIENTS}/add_product_album", add_product, capability="customer"),
    post(f"{CLIENTS}/get_product_album_list", list_products, capability="customer"),
    post(f"{CLIENTS}/get_product_album", show_product, capability="customer"),
    post(f"{CLIENTS}/update_product_album", change_product, capability="customer"),
    post(f"{CLIENTS}/delete_product_album", delete_product, capability="customer"),
)
