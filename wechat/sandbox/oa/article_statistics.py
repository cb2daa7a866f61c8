"""Statistics of articles, older and newer kind: who read and shared what was sent or published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from wechat.sandbox.accounts import Account
from wechat.sandbox.calls import Call, Endpoint, post
from wechat.sandbox.oa.statistics import by_day, days_of
from wechat.sandbox.virtual_clock import SHANGHAI

EVERYWHERE = 99_999_999
SCENES = {0: "公众号消息", 1: "好友转发", 2: "朋友圈", 4: "公众号主页", 5: "其他", 6: "看一看", 7: "搜一搜"}
DETAIL_DAYS, TOTAL_DAYS = 30, 7


@dataclass(slots=True)
class Article:
    """One article that went out: `msgid` is the sending and the place in it, `on` its day, `silent` not sent."""

    msgid: str
    title: str
    on: str
    reached: int
    silent: bool
    url: str


def articles_of(call: Call) -> list[Article]:
    """Every article that was sent or published."""
    found, day_of = [], call.world.clock.day_of
    for job in call.account.mass_jobs.values():
        for place, title in enumerate(job.titles, 1):
            if job.finished:
                url = f"http://mp.weixin.qq.com/s?mid={job.msg_id}&idx={place}"
                found.append(Article(f"{job.msg_data_id}_{place}", title, day_of(job.finished), job.sent, False, url))
    for one in call.account.publications.values():
        for place, article in enumerate(one.articles, 1):
            if one.updated:
                url = f"{call.base}/mp/s?id={one.article_id}&idx={place}"
                msgid = f"{one.msg_data_id}_{place}"
                found.append(Article(msgid, str(article["title"]), day_of(one.updated), 0, True, url))
    return found


def summary(call: Call, day: str) -> Iterator[dict[str, Any]]:
    """Articles that somebody read or shared on a day."""
    for one in articles_of(call):
        numbers = _old_numbers(call.account, [day], one.msgid)
        if numbers["int_page_read_count"] or numbers["share_count"]:
            yield {"ref_date": day, "user_source": 0, "msgid": one.msgid, "title": one.title, **numbers}


def total(call: Call, day: str) -> Iterator[dict[str, Any]]:
    """Articles of a day with their growing totals of the seven days after."""
    for one in articles_of(call):
        if one.on == day:
            rows = []
            for last in _days_after(call, day, TOTAL_DAYS):
                numbers = _old_numbers(call.account, _between(day, last), one.msgid)
                rows.append({"stat_date": last, "target_user": one.reached, **numbers})
            yield {"ref_date": day, "msgid": one.msgid, "title": one.title, "url": one.url, "details": rows}


def readers(call: Call, day: str) -> Iterator[dict[str, Any]]:
    """Readings of all articles, by where the reader came from."""
    yield {"ref_date": day, "user_source": EVERYWHERE, **_old_numbers(call.account, [day])}
    for scene in SCENES:
        numbers = _old_numbers(call.account, [day], scene=scene)
        if numbers["int_page_read_count"]:
            yield {"ref_date": day, "user_source": scene, **numbers}


def readers_by_hour(call: Call, day: str) -> Iterator[dict[str, Any]]:
    """The same by the hour."""
    for hour in range(24):
        numbers = _old_numbers(call.account, [day], hour=hour)
        if numbers["int_page_read_count"] or numbers["share_count"]:
            yield {"ref_date": day, "ref_hour": hour * 100, "user_source": EVERYWHERE, **numbers}


def sharers(call: Call, day: str) -> Iterator[dict[str, Any]]:
    """Sharings of all articles by where they went."""
    for scene in SCENES:
        people = _people(call.account, "share", [day], scene=scene)
        if people:
            yield {
                "ref_date": day,
                "share_scene": scene,
                "share_count": sum(people.values()),
                "share_user": len(people),
            }


def sharers_by_hour(call: Call, day: str) -> Iterator[dict[str, Any]]:
    """The same by the hour."""
    for hour in range(24):
        for scene in SCENES:
            people = _people(call.account, "share", [day], scene=scene, hour=hour)
            if people:
                row = {"ref_date": day, "ref_hour": hour * 100, "share_scene": scene}
                yield {**row, "share_count": sum(people.values()), "share_user": len(people)}


def read_new(call: Call) -> dict[str, Any]:
    """The newer kind: what was read on one day."""
    (day,) = days_of(call, 1)
    rows = []
    for one in articles_of(call):
        if people := _people(call.account, "read", [day], one.msgid):
            detail = {"read_user": len(people), "read_user_source": _scenes(call.account, [day], one.msgid)}
            rows.append({"ref_date": day, "msgid": one.msgid, "detail": detail})
    return {"list": rows, "is_delay": False}


def share_new(call: Call) -> dict[str, Any]:
    """The newer kind: what was shared on one day."""
    (day,) = days_of(call, 1)
    rows = []
    for one in articles_of(call):
        if people := _people(call.account, "share", [day], one.msgid):
            rows.append({"ref_date": day, "msgid": one.msgid, "detail": {"share_user": len(people)}})
    return {"list": rows, "is_delay": False}


def account_summary(call: Call) -> dict[str, Any]:
    """The newer kind: all articles together, day by day."""
    rows = []
    for day in days_of(call, 30):
        people, sharing = _people(call.account, "read", [day]), _people(call.account, "share", [day])
        numbers = {"read_user": len(people), "read_user_source": _scenes(call.account, [day])}
        quiet = dict.fromkeys(("zaikan_user", "like_user", "comment_count", "collection_user"), 0)
        sent = sum(one.on == day for one in articles_of(call))
        whole = {**numbers, "share_user": len(sharing), **quiet, "send_page_count": sent}
        rows.append({"ref_date": day, "detail": whole})
    return {"list": rows, "is_delay": False}


def detail(call: Call) -> dict[str, Any]:
    """The newer kind: every article of the days with its growing totals of thirty days."""
    wanted, rows = days_of(call, 30), []
    for one in articles_of(call):
        if one.on in wanted:
            later = [_detail(call.account, one, last) for last in _days_after(call, one.on, DETAIL_DAYS)]
            row = {"ref_date": one.on, "msgid": one.msgid, "publish_type": int(one.silent), "title": one.title}
            rows.append({**row, "content_url": one.url, "detail_list": later})
    return {"list": rows, "is_delay": False}


def _detail(account: Account, one: Article, last: str) -> dict[str, Any]:
    days = _between(one.on, last)
    people = _people(account, "read", days, one.msgid)
    came = [openid for openid in people if (fan := account.fans.get(openid)) and _day_of(fan.subscribe_time) in days]
    return {
        "stat_date": last,
        "read_user": len(people),
        "read_user_source": _scenes(account, days, one.msgid),
        "share_user": len(_people(account, "share", days, one.msgid)),
        "zaikan_user": 0,
        "like_user": 0,
        "comment_count": 0,
        "collection_user": 0,
        "praise_money": 0,
        "read_subscribe_user": len(came),
        "read_delivery_rate": round(len(people) / one.reached, 4) if one.reached else 0,
        "read_finish_rate": 0,
        "read_avg_activetime": 0,
        "read_jump_position": [],
    }


def _old_numbers(
    account: Account, days: list[str], msgid: str = "", scene: int | None = None, hour: int | None = None
) -> dict[str, int]:
    read, shared = (_people(account, what, days, msgid, scene, hour) for what in ("read", "share"))
    return {
        "int_page_read_user": len(read),
        "int_page_read_count": sum(read.values()),
        "ori_page_read_user": 0,
        "ori_page_read_count": 0,
        "share_user": len(shared),
        "share_count": sum(shared.values()),
        "add_to_fav_user": 0,
        "add_to_fav_count": 0,
    }


def _people(
    account: Account, what: str, days: list[str], msgid: str = "", scene: int | None = None, hour: int | None = None
) -> Counter[str]:
    """How often each person did it; notes read `what:msgid:scene:hour:openid`."""
    found: Counter[str] = Counter()
    for day in days:
        for name, count in account.diary.get(day, {}).items():
            if name.startswith(f"{what}:{msgid}"):
                _, article, where, when, openid = name.split(":", 4)
                if msgid in ("", article) and scene in (None, int(where)) and hour in (None, int(when)):
                    found[openid] += count
    return found


def _scenes(account: Account, days: list[str], msgid: str = "") -> list[dict[str, Any]]:
    rows = [{"scene_desc": "全部", "user_count": len(_people(account, "read", days, msgid))}]
    for scene, words in SCENES.items():
        rows.append({"scene_desc": words, "user_count": len(_people(account, "read", days, msgid, scene))})
    return rows


def _day_of(moment: int) -> str:
    return datetime.fromtimestamp(moment, SHANGHAI).date().isoformat()


def _days_after(call: Call, day: str, most: int) -> list[str]:
    first, today = date.fromisoformat(day), call.world.clock.local().date()
    days = (first + timedelta(days=number) for number in range(most))
    return [one.isoformat() for one in days if one < today]


def _between(first: str, last: str) -> list[str]:
    span = (date.fromisoformat(last) - date.fromisoformat(first)).days
    return [(date.fromisoformat(first) + timedelta(days=number)).isoformat() for number in range(span + 1)]


ENDPOINTS: tuple[Endpoint, ...] = (
    post("/oa/datacube/getarticlesummary", by_day(1, summary)),
    post("/oa/datacube/getarticletotal", by_day(1, total)),
    post("/oa/datacube/getuserread", by_day(3, readers)),
    post("/oa/datacube/getuserreadhour", by_day(1, readers_by_hour)),
    post("/oa/datacube/getusershare", by_day(7, sharers)),
    post("/oa/datacube/getusersharehour", by_day(1, sharers_by_hour)),
    post("/oa/datacube/getarticleread", read_new),
    post("/oa/datacube/getarticleshare", share_new),
    post("/oa/datacube/getbizsummary", account_summary),
    post("/oa/datacube/getarticletotaldetail", detail),
)
