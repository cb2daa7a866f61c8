"""Who works at the sample bank: a branch with three sub-branches and a team, and its people, the same in every demo."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """One member of staff; `branch` is a unit's code or empty for head office. WeCom knows them by their login.

    reach: how far they see; empty: as their role usually does. in_committee: sits on the review committee for
    declared interests.
    """

    login: str
    name: str
    role: str
    branch: str = ""
    reach: str = ""
    in_committee: bool = False

    @property
    def has_clients(self) -> bool:
        """Whether clients add this person in WeCom."""
        return self.branch in BRANCHES and self.role in ("director", "branch_head")


@dataclass(frozen=True)
class Unit:
    """A unit of the tree under another one, or at the top."""

    code: str
    name: str
    kind: str
    parent: str = ""


# from the top down: a unit's parent is opened before it
UNITS = (
    Unit("HY", "海岳分行", "branch"),
    Unit("B01", "滨江支行", "sub_branch", "HY"),
    Unit("B02", "城东支行", "sub_branch", "HY"),
    Unit("B03", "高新支行", "sub_branch", "HY"),
    Unit("B01-1", "滨江财富一团队", "team", "B01"),
)
BRANCHES = {unit.code: unit.name for unit in UNITS if unit.kind != "branch"}
"""Where clients are looked after."""

STAFF = (
    Person("lin.yue", "林悦", "marketing"),
    Person("xu.an", "许安", "marketing"),
    # two, so that what one of them proposes or has an interest in finds another one's word
    Person("zhao.heng", "赵恒", "reviewer", in_committee=True),
    Person("song.yu", "宋予", "reviewer", in_committee=True),
    Person("admin", "唐宁", "administrator"),
    Person("shen.qiu", "沈秋", "auditor"),
    Person("jiang.he", "江禾", "branch_head", "HY"),
    Person("sun.bo", "孙博", "branch_head", "B01"),
    Person("he.jing", "何静", "branch_head", "B02"),
    Person("luo.ming", "罗明", "branch_head", "B03"),
    Person("chen.xi", "陈曦", "director", "B01"),
    Person("wu.qiong", "吴琼", "director", "B01-1", "team"),
    Person("gao.yuan", "高远", "director", "B02"),
    Person("fang.ling", "方玲", "director", "B02"),
    Person("qian.duo", "钱朵", "director", "B03"),
)


def password(person: Person, secret_key: str) -> str:
    """The demo password of a person: differs for every instance, stays the same over its restarts."""
    digest = hmac.new(secret_key.encode(), f"demo|{person.login}".encode(), hashlib.sha256).digest()
    letters = base64.b32encode(digest).decode().lower()
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:12]}"


def with_clients() -> list[Person]:
    """The people whom clients know."""
    return [person for person in STAFF if person.has_clients]
