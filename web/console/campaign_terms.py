"""The terms of a campaign in words: its products with their levels, and the limits under which it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from campaigns.planning import fingerprint
from campaigns.planning.models import Campaign
from community.suitability.products import CLASS_NAMES
from web.language import gettext as _


async def facts(campaign: Campaign) -> list[tuple[str, str]]:
    """Pairs of label and value for pages that show a campaign."""
    contents = await fingerprint.contents(campaign)
    chosen = products(contents["products"]) or _("没有选择产品，不按风险承受能力筛选客户")
    return [("涉及的产品", chosen), ("触达上限", limits(contents["limits"]))]


def products(chosen: Iterable[Mapping[str, Any]] | None) -> str:
    """Name, class and level of each."""
    said = []
    for one in chosen or ():
        level = f" R{one['level']}" if one["level"] else ""
        private = _("，私募") if one["is_private"] else ""
        said.append(f"{one['name']}（{_(CLASS_NAMES.get(one['class'], one['class']))}{level}{private}）")
    return _("、").join(said)


def limits(rules: Mapping[str, str] | None) -> str:
    """Caps, quiet hours, hold-out and the level for open channels."""
    if not rules:
        return ""
    return _(
        "每天 %(day)s 条、每月 %(month)s 条，静默 %(start)s–%(end)s，全行对照 %(share)s%%，开放渠道最高 R%(level)s"
    ) % {
        "day": rules["daily_cap"],
        "month": rules["monthly_cap"],
        "start": rules["quiet_from"][:5],
        "end": rules["quiet_until"][:5],
        "share": rules["holdout_percent"],
        "level": rules["open_level"],
    }
