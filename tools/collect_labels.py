"""Labels that pages translate by a variable, so that no extractor can see them: read from the tables they stand in."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import processes.registrations  # noqa: F401  # what registers itself is only known afterwards
import web.console
from campaigns.audience import deciding, describing, lists, reach, reaching, stages
from campaigns.content import library, library_approval, notices, placeholders, rules, rules_changes
from campaigns.delivery import experiments, exporting, reasons, receiving, responses
from campaigns.journeys import checking, counting, dates, events, follow_ups, listing, presets
from campaigns.journeys.steps import branch, split
from campaigns.journeys.steps import registry as steps
from campaigns.kinds import registry
from campaigns.planning import arbitration, channels, goals, lifecycle, recurring
from community.clients import preferences, timeline
from community.groups import directory as groups
from community.privacy import labels as privacy_labels
from community.privacy import requests as privacy_requests
from community.privacy import retention
from community.sending import gate, preset_changes, stops
from community.suitability import kyc, kyc_rule, products, renewals
from kernel import holidays
from loyalty.metrics import catalogue, comparing, deposit_return
from loyalty.rewards import granting, points_adjusting, points_kinds, reversing
from loyalty.rewards.kinds import registry as benefits
from loyalty.tiers import directory as tiers
from loyalty.tiers import policy_changes
from staff import approval_kinds, approval_rules, organisation, permissions, sign_in_resets
from staff.exports import exporters
from web import errors, navigation, words
from wechat import limits, limits_known

TABLES: tuple[tuple[str, Any], ...] = (
    ("campaigns/audience/deciding.py", deciding.REASONS),
    ("campaigns/audience/describing.py", (describing.GENDERS, describing.BEHAVIOURS)),
    ("campaigns/audience/reach.py", reach.CHANNELS),
    ("campaigns/audience", (lists.MESSAGES, reaching.WHAT, stages.NAMES)),
    ("campaigns/content/library.py", (library.KINDS, library.STATES, library_approval.LABELS)),
    ("campaigns/content/placeholders.py", placeholders.KNOWN),
    ("campaigns/content/notices.py", notices.CLASSES),
    ("campaigns/content/rules_base.toml", [[one.label, one.reason] for one in rules.SHIPPED.families.values()]),
    ("campaigns/content/rules_changes.py", (rules_changes.OPS, rules_changes.LINES)),
    ("campaigns/delivery/exporting.py", (exporting.STATES, exporting.ARMS)),
    ("campaigns/delivery/reasons.py", reasons._OWN),
    ("campaigns/delivery/results.py", "实验组"),
    ("campaigns/delivery/receiving.py", receiving.OUTCOMES),
    ("campaigns/delivery/responses.py", [one.label for one in responses.CUTS.values()]),
    ("campaigns/delivery/experiments.py", experiments.CHOICES),
    ("campaigns/planning/arbitration.py", arbitration.PRIORITIES),
    ("campaigns/planning/channels.py", [one.about for one in channels.POLICIES.values()]),
    (
        "campaigns/kinds",
        [[kind.label, [step.label for step in kind.steps]] for kind in registry.KINDS.values()],
    ),
    ("campaigns/journeys/listing.py", (listing.STATES, listing.REVIEWS)),
    ("campaigns/journeys/checking.py", (checking.TRIGGERS, checking.REENTRY)),
    ("campaigns/journeys", (counting.RESULTS, dates.LABELS, events.options(), follow_ups.OUTCOMES)),
    ("campaigns/journeys/steps", [[one.label, one.about, list(one.ways)] for one in steps.KINDS.values()]),
    ("campaigns/journeys/steps", (branch.BY, split.LABELS)),
    ("campaigns/journeys/presets.py", [[one.name, one.stage, one.about] for one in presets.all_presets()]),
    ("campaigns/planning/lifecycle.py", lifecycle.NAMES),
    ("campaigns/planning/goals.py", [one.label for one in (*goals.GOALS.values(), *goals.GUARDS.values())]),
    ("campaigns/planning/recurring.py", (recurring.EVERY, recurring.ON_HOLIDAY)),
    ("community/clients/timeline.py", timeline.KINDS),
    ("community/groups/directory.py", (groups.JOIN_SCENES, groups.QUIT_SCENES)),
    ("community/clients/preferences.py", preferences.CHANNELS),
    ("community/privacy/labels.py", privacy_labels.TABLES),
    ("community/privacy/requests.py", (privacy_requests.KINDS, privacy_requests.STATES, privacy_requests.SOURCES)),
    ("community/privacy/retention.py", [[one.label, one.what, one.unit] for one in retention.kinds()]),
    ("community/suitability/products.py", products.CLASS_NAMES),
    ("community/sending/gate.py", gate.REASONS),
    ("community/sending/preset_changes.py", (preset_changes.KIND.label, "群发额度")),
    ("wechat/limits.py", (limits.UNITS, sorted({one.label for one in limits_known.ROWS}))),
    ("community/sending/stops.py", (stops.CHANNEL_NAMES, stops.label("all"))),
    ("community/suitability", (kyc_rule.STATES, kyc.DOCUMENT_KINDS, renewals.LISTS, products.CLASS_NAMES)),
    ("loyalty/metrics/catalogue.py", (catalogue.FIGURES, catalogue.RETURN_RATE)),
    ("loyalty/metrics/comparing.py", comparing.VERDICTS),
    ("loyalty/metrics/deposit_return.py", deposit_return.BASES),
    ("loyalty/rewards/kinds/registry.py", [kind.label for kind in benefits.KINDS.values()]),
    ("loyalty/rewards/points_kinds.py", (points_kinds.KINDS, points_kinds.BANK_ACCOUNTS)),
    ("loyalty/rewards", [one.KIND.label for one in (granting, reversing, points_adjusting)]),
    ("loyalty/rewards", [*granting.LABELS, *points_adjusting.LABELS]),
    ("loyalty/tiers/directory.py", tiers.ORDERS),
    ("loyalty/tiers/policy_changes.py", (policy_changes.WORDS, policy_changes.KIND.label)),
    ("staff/permissions.py", permissions.ROLE_NAMES),
    ("staff/permissions.py", permissions.REACH_NAMES),
    ("staff/permissions.py", permissions.REACH_WORDS),
    ("staff/permissions.py", permissions.PERMISSION_NAMES),
    ("staff/permissions.py", {subject: subject for subject, _names in permissions.SUBJECTS}),
    ("staff/organisation.py", organisation.KIND_NAMES),
    ("staff/approval_kinds.py", [kind.label for kind in approval_kinds.every()]),
    ("staff/approval_rules.py", approval_rules.UNITS),
    ("staff/sign_in_resets.py", (sign_in_resets.WHAT, sign_in_resets.LABELS, "本人 24 小时内同类合计")),
    ("staff/exports/exporters.py", [[label, exporters.of(kind).holds] for kind, label in exporters.labels().items()]),
    ("web/errors.py", (errors._TITLES, errors._MESSAGES, errors._BUG, "这一步没有完成")),
    ("web/navigation.py", navigation.GROUPS),
    ("web/words.py", (words.CHANNELS, words.SEND_STATES)),
    ("kernel/holidays.py", holidays._HOLIDAYS),
)
# a message text is the campaign's own and no label; sample values are shown as the client sees them
NOT_LABELS = {"OWN_LINK", "UNKNOWN"}
_CHINESE = re.compile("[\u4e00-\u9fff]")


def labels() -> dict[str, str]:
    """Every label and the file it stands in."""
    found = {text: place for place, table in TABLES for text in _texts(table)}
    for module in _pages():
        place = module.__name__.replace(".", "/") + ".py"
        for name, value in vars(module).items():
            if name.isupper() and name not in NOT_LABELS and not name.startswith("_"):
                found.update({text: place for text in _texts(value) if text not in found})
    return dict(sorted(found.items()))


def _pages() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(web.console.__path__, "web.console."):
        yield importlib.import_module(found.name)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if _CHINESE.search(value):
            yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, tuple | list | set | frozenset):
        for part in value:
            yield from _texts(part)
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        for name in value.__dataclass_fields__:
            yield from _texts(getattr(value, name))
