"""What clients are worth: the tier policy, benefits, a year of statements, the Berka slice, and the monthly reviews."""

from __future__ import annotations

import csv
import gzip
from datetime import date, time, timedelta
from pathlib import Path

from community.clients import personal
from kernel import clock, database
from loyalty.assets import holdings, importing, linking
from loyalty.metrics import following
from loyalty.rewards import benefits, points
from loyalty.rewards import tasks as rewards
from loyalty.tiers import policies, review
from processes.demo import bank_files, money
from processes.demo.money import Entry, Purse
from processes.demo.people import KNOWN_BY_BANK, ONLY_AT_BANK, RANDOM_SEED
from staff.models import Staff

YEAR = 365
FIRST_BEFORE = 75
"""Days from the older of the two finished campaigns to today; the restless weeks end with it."""
REVIEWED_AT = time(5, 10)
BERKA = Path(importing.__file__).parent / "samples" / "berka-slice.csv.gz"
# the last month's averages of those above the lowest tier
AVERAGES = """
SELECT DISTINCT ON (ch.client_id) ch.client_id, ch.average_fen FROM standing_change ch
JOIN standing s ON s.client_id = ch.client_id AND s.tier <> 'basic' ORDER BY ch.client_id, ch.month DESC LIMIT $1
"""
WITH_POINTS = 120
WITH_BANK_NUMBER = "SELECT DISTINCT client_id FROM identity WHERE kind = 'bank_number' ORDER BY client_id LIMIT $1"
WRITTEN_TO = """
SELECT DISTINCT i.sealed, i.id FROM send s
JOIN identity i ON i.client_id = s.client_id AND i.kind = 'bank_number'
WHERE s.state = 'delivered' AND s.purpose = 'marketing'
"""


def first_day() -> date:
    """The day on which the sample bank's statements begin."""
    return clock.today() - timedelta(days=YEAR)


async def set_rules() -> None:
    """A tier policy from the first day on, and what each tier is given."""
    await policies.load_preset("cmb", first_day().replace(day=1))
    await benefits.create("coffee", "精品咖啡券", "voucher", "gold", period="month", value_fen=3_000)
    await benefits.create(
        "health",
        "年度体检券",
        "voucher",
        "sunflower",
        period="year",
        value_fen=68_000,
        stock=300,
        partner="海岳健康管理",
    )
    await benefits.create(
        "lounge", "机场贵宾厅", "lounge", "sunflower", period="quarter", description="北京、上海、广州、深圳机场"
    )
    await benefits.create("golf", "高尔夫练习券", "voucher", "diamond", period="quarter", value_fen=120_000)


async def import_balances(until: date) -> None:
    """Statements from where the last file ended up to a day, as the bank would deliver them."""
    last = (await holdings.feeds()).get(bank_files.MAPPING)
    first = first_day() if last is None else last + timedelta(days=1)
    if first > until:
        return
    asked = {personal.open_bank_number(row["id"], row["sealed"]) for row in await database.fetch(WRITTEN_TO)}
    entries = [entry for one in _purses() for entry in _lived(one, first, until, asked)]
    path = bank_files.write_statement(entries, first, until)
    run = await importing.import_file(path, bank_files.MAPPING, "statement", by=await Staff.get(login="lin.yue"))
    await following.follow_import(run.id)


async def import_berka() -> None:
    """The slice of a real bank's data, its accounts linked to clients of ours."""
    await importing.import_file(BERKA, "berka", "statement", by=await Staff.get(login="lin.yue"))
    with gzip.open(BERKA, "rt", encoding="utf-8") as file:
        numbers = sorted({row["account_id"] for row in csv.DictReader(file, delimiter=";")}, key=int)
    clients = [int(row["client_id"]) for row in await database.fetch(WITH_BANK_NUMBER, len(numbers))]
    await linking.link_many("berka", zip(numbers, clients, strict=False))


async def review_tiers() -> None:
    """Every month that the statements cover, each early in the next; then benefits for whom the last ones raised."""
    month = (first_day().replace(day=1) + timedelta(days=31)).replace(day=1)
    while month < clock.today().replace(day=1):
        following = (month + timedelta(days=31)).replace(day=1)
        with clock.frozen(clock.at_local(following + timedelta(days=1), REVIEWED_AT)):
            await review.review_month(month)
        month = following
    await rewards.monthly_review.now()


async def give_points() -> None:
    """A point per 1,000 yuan of the month's average; every fourth client spent some of them."""
    month = clock.today().replace(day=1)
    for place, row in enumerate(await database.fetch(AVERAGES, WITH_POINTS)):
        client_id, earned = row["client_id"], max(10, row["average_fen"] // 100_000)
        key = f"demo:{client_id}:{month:%Y-%m}"
        with clock.frozen(clock.at_local(month + timedelta(days=1), REVIEWED_AT)):
            await points.post("earned", f"{key}:earned", client_id, earned, "上月日均资产")
            if place % 4 == 0:
                await points.post("spent", f"{key}:spent", client_id, -(earned // 3), "兑换精品咖啡")
    await points.reconcile()


def _purses() -> list[Purse]:
    numbers = [f"HY1{place:06d}" for place in range(KNOWN_BY_BANK)] + [
        f"HY9{place:06d}" for place in range(ONLY_AT_BANK)
    ]
    return [money.purse(number, place, RANDOM_SEED, first_day()) for place, number in enumerate(numbers)]


def _lived(one: Purse, first: date, until: date, asked: set[str]) -> list[Entry]:
    campaign = clock.today() - timedelta(days=FIRST_BEFORE)
    restless = (campaign - timedelta(days=16), campaign - timedelta(days=1))
    # the days of earlier files are lived again and not told again: what follows depends on them
    if first > first_day():
        money.live(one, first_day(), first - timedelta(days=1), restless=restless)
    return money.live(one, first, until, asked, restless)
