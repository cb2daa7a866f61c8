"""What moves points: each kind names the bank's account on the other side, and which way the client's balance goes."""

from __future__ import annotations

from typing import NamedTuple

CLIENT = "client"
BANK_ACCOUNTS = {
    "issued": "已发放",
    "redeemed": "已兑换",
    "expired": "已过期",
    "adjusted": "人工调整",
    "moved": "档案合并",
}


class PointsKind(NamedTuple):
    """other: the bank's account. sign: +1 only adds, -1 only takes, 0 both. may_owe: may leave less than 0."""

    label: str
    other: str
    sign: int = 0
    may_owe: bool = False


KINDS = {
    "earned": PointsKind("获得", "issued", 1),
    "spent": PointsKind("兑换", "redeemed", -1),
    "expired": PointsKind("过期", "expired", -1),
    "adjusted": PointsKind("人工调整", "adjusted"),
    # an earning that turned out wrong is taken back in full: the client's next points fill the gap
    "taken_back": PointsKind("收回", "issued", -1, may_owe=True),
    "moved": PointsKind("档案合并", "moved", may_owe=True),
}
