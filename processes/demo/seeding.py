"""Filling an empty demo, step by step, with progress on the console; whatever exists already is left as it is."""

from __future__ import annotations

import time as timing
from collections.abc import Awaitable, Callable
from datetime import time, timedelta

from community.sending import policies
from kernel import clock
from processes.demo import journeys, occasions, people, privacy, products, worth

EARLY = time(9)
Step = tuple[str, Callable[[], Awaitable[object]]]


async def seed(*, staff_only: bool = False) -> None:
    """Make what is missing."""
    steps = STAFF if staff_only else (*STAFF, *BANK)
    for place, (text, work) in enumerate(steps, 1):
        began = timing.monotonic()
        print(f"huiliu: [{place}/{len(steps)}] {text} ...", end="", flush=True)
        await work()
        print(f" {timing.monotonic() - began:.1f} s", flush=True)


async def _import_clients() -> None:
    with clock.frozen(clock.at_local(worth.first_day(), EARLY)):
        await people.import_clients()
        await people.tag_clients()


async def _import_first_part() -> None:
    until = clock.today() - timedelta(days=worth.FIRST_BEFORE + 1)
    await worth.import_balances(until)


async def _import_second_part() -> None:
    await worth.import_balances(clock.today() - timedelta(days=1))


STAFF: tuple[Step, ...] = (
    ("开设支行、录入员工", people.hire_staff),
    ("员工加入企业微信", people.join_wecom),
    ("发送规则", policies.ensure_default),
)
# the order is history's: what came first is made first, because later steps look at it
BANK: tuple[Step, ...] = (
    ("客户与客户群（企业微信全量读取）", people.meet_clients),
    ("导入客户文件、客户标签", _import_clients),
    ("分层规则与权益", worth.set_rules),
    ("导入流水（前九个半月）", _import_first_part),
    ("十周前的活动", occasions.first_campaign),
    ("导入流水（至昨日）", _import_second_part),
    ("导入 Berka 样本", worth.import_berka),
    ("月度分层评定、发放权益", worth.review_tiers),
    ("积分", worth.give_points),
    ("两周前的活动", occasions.second_campaign),
    ("内容库", occasions.pieces),
    ("待审批的活动", occasions.waiting_campaign),
    ("邀约会与答复", occasions.event),
    ("今晚的直播", occasions.livestream),
    ("产品与评级", products.stock),
    ("风险评估与证件资料", people.import_papers),
    ("涉及产品的活动", products.waiting_campaign),
    ("旅程", journeys.run_some),
    ("客户的偏好与合作方", privacy.choose),
    ("个人信息请求", privacy.ask),
)
