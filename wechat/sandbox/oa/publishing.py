"""Publishing a draft on the account's page: accepted at once, done a moment later, told of by PUBLISHJOBFINISH."""

from __future__ import annotations

import html
from typing import Any

from wechat.sandbox.account_content import Publication
from wechat.sandbox.accounts import Account
from wechat.sandbox.calls import Answer, Call, Problem, get, post
from wechat.sandbox.oa import articles
from wechat.sandbox.oa.drafts import page_of, without_content
from wechat.sandbox.world import World

OK = {"errcode": 0, "errmsg": "ok"}
DONE, GOING, ALL_DELETED = 0, 1, 5


def submit(call: Call) -> dict[str, Any]:
    """Publish a draft; the draft is used up."""
    account, world = call.account, call.world
    draft = account.drafts.pop(str(call.body.get("media_id", "")), None)
    if draft is None:
        raise Problem(40007, "invalid media_id")
    publish_id = str(world.ids.number())
    one = Publication(publish_id, world.ids.secret(size=32), draft.articles, world.now())
    one.msg_data_id = world.ids.number()
    account.publications[publish_id] = one
    base = call.base
    world.after(world.switches.publish_delay_s, lambda: _finish(world, account, one, base))
    return {**OK, "publish_id": publish_id, "msg_data_id": one.msg_data_id}


def show_state(call: Call) -> dict[str, Any]:
    """How far a publication is: 0 published, 1 on its way, 5 all its articles deleted."""
    one = call.account.publications.get(str(call.body.get("publish_id", "")))
    if one is None:
        raise Problem(53600, "invalid article_id or publish_id")
    told: dict[str, Any] = {"publish_id": one.publish_id, "publish_status": one.status}
    if one.status == DONE:
        items = [{"idx": place, "article_url": articles.link(call, one.article_id, place)} for place in _left(one)]
        told |= {"article_id": one.article_id, "article_detail": {"count": len(items), "item": items}}
    return {**told, "fail_idx": []}


def delete(call: Call) -> dict[str, Any]:
    """Take one article of a publication away, or all of them with index 0."""
    one, place = _one(call), call.body.get("index") or 0
    if not isinstance(place, int) or place < 0 or place > len(one.articles):
        raise Problem(40114, "invalid index")
    one.deleted = list(range(1, len(one.articles) + 1)) if place == 0 else sorted({*one.deleted, place})
    if not _left(one):
        one.status = ALL_DELETED
    return OK


def show_articles(call: Call) -> dict[str, Any]:
    """The articles of a publication."""
    return {"news_item": _items(call, _one(call))}


def browse(call: Call) -> dict[str, Any]:
    """A page of what is published, newest first, at most 20."""
    offset, many = page_of(call)
    there = [one for one in reversed(call.account.publications.values()) if one.status == DONE]
    rows = [
        {
            "article_id": one.article_id,
            "content": {
                "news_item": without_content(call, _items(call, one)),
                "create_time": one.created,
                "update_time": one.updated,
            },
            "update_time": one.updated,
        }
        for one in there[offset : offset + many]
    ]
    return {"total_count": len(there), "item_count": len(rows), "item": rows}


def read(call: Call) -> Answer:
    """The page of one article, as a reader opens it; each opening counts as a reading."""
    mark, place = call.query.get("id", ""), call.query.get("idx", "1")
    for account in call.world.accounts.values():
        for one in account.publications.values():
            if one.article_id == mark and place.isdecimal() and int(place) in _left(one) and one.status == DONE:
                hour = call.world.clock.local().hour
                account.note(call.world.clock.day(), f"read:{one.msg_data_id}_{place}:5:{hour}:")
                article = one.articles[int(place) - 1]
                text = f"<h1>{html.escape(article['title'])}</h1>{article['content']}"
                page = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><main>{text}</main></html>'
                return Answer(page.encode(), headers={"content-security-policy": "default-src 'none'; img-src *"})
    return Answer("该内容已被发布者删除".encode(), status=404)


def _finish(world: World, account: Account, one: Publication, base: str) -> None:
    if one.status != GOING:
        return
    one.status, one.updated = DONE, world.now()
    items = [
        {"idx": place, "article_url": f"{base}/mp/s?id={one.article_id}&idx={place}"}
        for place in range(1, len(one.articles) + 1)
    ]
    told = {
        "publish_id": one.publish_id,
        "publish_status": DONE,
        "article_id": one.article_id,
        "article_detail": {"count": len(items), "item": items},
    }
    world.tell_account(account, "mphelper", {"Event": "PUBLISHJOBFINISH", "PublishEventInfo": told})


def _one(call: Call) -> Publication:
    wanted = str(call.body.get("article_id", ""))
    for one in call.account.publications.values():
        if one.article_id == wanted and one.status == DONE:
            return one
    raise Problem(53600, "invalid article_id")


def _left(one: Publication) -> list[int]:
    return [place for place in range(1, len(one.articles) + 1) if place not in one.deleted]


def _items(call: Call, one: Publication) -> list[dict[str, Any]]:
    items = articles.with_address(call, one.articles, one.article_id)
    return [{**item, "is_deleted": place in one.deleted} for place, item in enumerate(items, 1)]


ENDPOINTS = (
    post("/oa/cgi-bin/freepublish/submit", submit),
    post("/oa/cgi-bin/freepublish/get", show_state),
    post("/oa/cgi-bin/freepublish/delete", delete),
    post("/oa/cgi-bin/freepublish/getarticle", show_articles),
    post("/oa/cgi-bin/freepublish/batchget", browse),
    get("/mp/s", read, token=False),
)
