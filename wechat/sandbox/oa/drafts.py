"""Drafts: articles that wait to be published or sent."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.account_content import Draft
from wechat.sandbox.calls import Call, Problem, either, post
from wechat.sandbox.oa import articles

OK = {"errcode": 0, "errmsg": "ok"}


def add(call: Call) -> dict[str, Any]:
    """Up to eight articles in one draft."""
    kept = articles.check(call, call.body.get("articles"))
    media_id, now = call.world.ids.secret(size=48), call.world.now()
    call.account.drafts[media_id] = Draft(media_id, kept, now, now)
    return {"media_id": media_id, "item": []}


def add_for_mass(call: Call) -> dict[str, Any]:
    """The same by its older name, for mass sends."""
    made = add(call)
    return {"type": "news", "media_id": made["media_id"], "created_at": call.world.now()}


def show(call: Call) -> dict[str, Any]:
    """The articles of one draft."""
    draft = _one(call)
    return {
        "news_item": articles.with_address(call, draft.articles, draft.media_id),
        "create_time": draft.created,
        "update_time": draft.updated,
    }


def update(call: Call) -> dict[str, Any]:
    """Put another article into one place of a draft."""
    draft, place = _one(call), call.body.get("index", 0)
    if not isinstance(place, int) or not 0 <= place < len(draft.articles):
        raise Problem(40114, "invalid index")
    article = call.body.get("articles")
    if not isinstance(article, dict):
        raise Problem(44003, "empty news data")
    draft.articles[place] = articles.check_one(call, article)
    draft.updated = call.world.now()
    return OK


def delete(call: Call) -> dict[str, Any]:
    """Away with a draft."""
    del call.account.drafts[_one(call).media_id]
    return OK


def count(call: Call) -> dict[str, Any]:
    """How many drafts there are."""
    return {"total_count": len(call.account.drafts)}


def browse(call: Call) -> dict[str, Any]:
    """A page of drafts, newest first, at most 20; texts are left out with no_content 1."""
    drafts = list(reversed(call.account.drafts.values()))
    offset, many = page_of(call)
    rows = [
        {
            "media_id": one.media_id,
            "content": {
                "news_item": without_content(call, articles.with_address(call, one.articles, one.media_id)),
                "create_time": one.created,
                "update_time": one.updated,
            },
            "update_time": one.updated,
        }
        for one in drafts[offset : offset + many]
    ]
    return {"total_count": len(drafts), "item_count": len(rows), "item": rows}


def switch(call: Call) -> dict[str, Any]:
    """Whether the draft box is on, which it is for everybody now; `checkonly=1` only asks."""
    if call.query.get("checkonly") != "1":
        call.account.draft_switch = True
    return {**OK, "is_open": int(call.account.draft_switch)}


def page_of(call: Call) -> tuple[int, int]:
    """(offset, count) of a listing, the count between 1 and 20."""
    offset, many = call.body.get("offset", 0), call.body.get("count", 20)
    if not isinstance(offset, int) or offset < 0 or not isinstance(many, int) or not 1 <= many <= 20:
        raise Problem(40097, "invalid args")
    return offset, many


def without_content(call: Call, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The articles, without their texts when the caller asks so."""
    if call.body.get("no_content") != 1:
        return items
    return [{name: value for name, value in one.items() if name != "content"} for one in items]


def _one(call: Call) -> Draft:
    draft = call.account.drafts.get(str(call.body.get("media_id", "")))
    if draft is None:
        raise Problem(40007, "invalid media_id")
    return draft


ENDPOINTS = (
    post("/oa/cgi-bin/draft/add", add),
    post("/oa/cgi-bin/media/uploadnews", add_for_mass),
    post("/oa/cgi-bin/draft/get", show),
    post("/oa/cgi-bin/draft/update", update),
    post("/oa/cgi-bin/draft/delete", delete),
    either("/oa/cgi-bin/draft/count", count),
    post("/oa/cgi-bin/draft/batchget", browse),
    post("/oa/cgi-bin/draft/switch", switch),
)
