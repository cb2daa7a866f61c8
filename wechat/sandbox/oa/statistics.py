"""The platform's statistics, counted from what really happened in the sandbox: fans, messages and callbacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from wechat.sandbox.accounts import Account
from wechat.sandbox.calls import Call, Endpoint, Problem, post
from wechat.sandbox.virtual_clock import SHANGHAI

SOURCES = {"ADD_SCENE_SEARCH": 1, "ADD_SCENE_QR_CODE": 30, "ADD_SCENE_PROFILE_CARD": 17}
KINDS = {"text": 1, "image": 2, "voice": 3, "video": 4, "shortvideo": 4, "location": 5, "link": 6}
Rows = Callable[[Call, str], Iterator[dict[str, Any]]]


def days_of(call: Call, most: int) -> list[str]:
    """The days asked for, yesterday at the latest and at most so many; else 61500, 61501 or 61503."""
    begin, end = _day(call.body.get("begin_date")), _day(call.body.get("end_date"))
    if begin > end or (end - begin).days >= most:
        raise Problem(61501, "date range error")
    if end >= call.world.clock.local().date():
        raise Problem(61503, "data not ready, please try later")
    return [(begin + timedelta(days=number)).isoformat() for number in range((end - begin).days + 1)]


def new_and_gone(call: Call, day: str) -> Iterator[dict[str, Any]]:
    """Who came, by source, and who left."""
    page = call.account.diary.get(day, {})
    came = {name.partition(":")[2]: count for name, count in page.items() if name.startswith("new:")}
    left = {name.partition(":")[2]: count for name, count in page.items() if name.startswith("gone:")}
    for source in sorted({*came, *left}, key=int):
        new, gone = came.get(source, 0), left.get(source, 0)
        yield {"ref_date": day, "user_source": int(source), "new_user": new, "cancel_user": gone}


def followers(call: Call, day: str) -> Iterator[dict[str, Any]]:
    """How many followed at the end of the day: those of now, less who came later, and who left later again."""
    now = sum(fan.subscribed for fan in call.account.fans.values())
    for later, page in call.account.diary.items():
        if later > day:
            now -= sum(count for name, count in page.items() if name.startswith("new:"))
            now += sum(count for name, count in page.items() if name.startswith("gone:"))
    yield {"ref_date": day, "user_source": 0, "cumulate_user": max(now, 0)}


def messages(call: Call, day: str) -> Iterator[dict[str, Any]]:
    """Messages of fans by kind: how many people, how many messages."""
    for kind, by_person in sorted(_said(call.account, [day]).items()):
        yield {"ref_date": day, "msg_type": kind, "msg_user": len(by_person), "msg_count": sum(by_person.values())}


def messages_by_hour(call: Call, day: str) -> Iterator[dict[str, Any]]:
    """The same by the hour."""
    hours: dict[tuple[int, int], Counter[str]] = {}
    for name, count in call.account.diary.get(day, {}).items():
        what, _, rest = name.partition(":")
        if what == "say":
            kind, hour, openid = rest.split(":", 2)
            hours.setdefault((int(hour), int(kind)), Counter())[openid] += count
    for (at, number), people in sorted(hours.items()):
        row = {"ref_date": day, "ref_hour": at * 100, "msg_type": number}
        yield {**row, "msg_user": len(people), "msg_count": sum(people.values())}


def messages_spread(call: Call, day: str) -> Iterator[dict[str, Any]]:
    """How many people wrote 1 to 5, 6 to 10 and more messages."""
    yield from _spread(day, _said(call.account, [day]))


def callbacks_by_day(call: Call, day: str) -> Iterator[dict[str, Any]]:
    """Callbacks that the account got, how many failed and how long they took."""
    found = [took for _, took in _callbacks(call, day)]
    if found:
        yield {"ref_date": day, **_interface(found)}


def callbacks_by_hour(call: Call, day: str) -> Iterator[dict[str, Any]]:
    """The same by the hour."""
    hours: dict[int, list[list[tuple[bool, float]]]] = {}
    for hour, took in _callbacks(call, day):
        hours.setdefault(hour, []).append(took)
    for hour, found in sorted(hours.items()):
        yield {"ref_date": day, "ref_hour": hour * 100, **_interface(found)}


def by_day(most: int, rows: Rows) -> Callable[[Call], dict[str, Any]]:
    """An answer with the rows of every day asked for."""

    def answer(call: Call) -> dict[str, Any]:
        return {"list": [row for day in days_of(call, most) for row in rows(call, day)]}

    return answer


def messages_by_span(months: bool, spread: bool) -> Callable[[Call], dict[str, Any]]:
    """An answer by calendar week (from Monday) or month, for those that begin within the days asked for."""

    def answer(call: Call) -> dict[str, Any]:
        rows: list[dict[str, Any]] = []
        for day in days_of(call, 30):
            first = date.fromisoformat(day)
            if first.day == 1 if months else first.weekday() == 0:
                said = _said(call.account, _span(first, months))
                rows += list(_spread(day, said)) if spread else list(_sums(day, said))
        return {"list": rows}

    return answer


def _day(value: Any) -> date:
    try:
        return datetime.strptime(str(value), "%Y-%m-%d").replace(tzinfo=SHANGHAI).date()
    except ValueError:
        raise Problem(61500, "date format error") from None


def _span(first: date, months: bool) -> list[str]:
    days = [first + timedelta(days=number) for number in range(31 if months else 7)]
    return [day.isoformat() for day in days if not months or day.month == first.month]


def _said(account: Account, days: list[str]) -> dict[int, Counter[str]]:
    found: dict[int, Counter[str]] = {}
    for day in days:
        for name, count in account.diary.get(day, {}).items():
            what, _, rest = name.partition(":")
            if what == "say":
                kind, _, openid = rest.split(":", 2)
                found.setdefault(int(kind), Counter())[openid] += count
    return found


def _sums(day: str, said: dict[int, Counter[str]]) -> Iterator[dict[str, Any]]:
    for kind, people in sorted(said.items()):
        yield {"ref_date": day, "msg_type": kind, "msg_user": len(people), "msg_count": sum(people.values())}


def _spread(day: str, said: dict[int, Counter[str]]) -> Iterator[dict[str, Any]]:
    everybody: Counter[str] = sum(said.values(), Counter())
    steps = Counter(1 if count <= 5 else 2 if count <= 10 else 3 for count in everybody.values())
    for step, people in sorted(steps.items()):
        yield {"ref_date": day, "count_interval": step, "msg_user": people}


def _callbacks(call: Call, day: str) -> Iterator[tuple[int, list[tuple[bool, float]]]]:
    app = f"oa:{call.account.appid}"
    for one in call.world.sender.log:
        if one.receiver.app == app and one.attempts and call.world.clock.day_of(one.made_at) == day:
            hour = datetime.fromtimestamp(one.made_at, SHANGHAI).hour
            yield hour, [(try_["status"] == 200, float(try_["ms"])) for try_ in one.attempts]


def _interface(found: list[list[tuple[bool, float]]]) -> dict[str, int]:
    tries = [one for row in found for one in row]
    took = [round(ms) for _, ms in tries]
    return {
        "callback_count": len(tries),
        "fail_count": sum(not good for good, _ in tries),
        "total_time_cost": sum(took),
        "max_time_cost": max(took),
    }


ENDPOINTS: tuple[Endpoint, ...] = (
    post("/oa/datacube/getusersummary", by_day(7, new_and_gone)),
    post("/oa/datacube/getusercumulate", by_day(7, followers)),
    post("/oa/datacube/getupstreammsg", by_day(7, messages)),
    post("/oa/datacube/getupstreammsghour", by_day(1, messages_by_hour)),
    post("/oa/datacube/getupstreammsgdist", by_day(15, messages_spread)),
    post("/oa/datacube/getupstreammsgweek", messages_by_span(months=False, spread=False)),
    post("/oa/datacube/getupstreammsgmonth", messages_by_span(months=True, spread=False)),
    post("/oa/datacube/getupstreammsgdistweek", messages_by_span(months=False, spread=True)),
    post("/oa/datacube/getupstreammsgdistmonth", messages_by_span(months=True, spread=True)),
    post("/oa/datacube/getinterfacesummary", by_day(30, callbacks_by_day)),
    post("/oa/datacube/getinterfacesummaryhour", by_day(1, callbacks_by_hour)),
)
