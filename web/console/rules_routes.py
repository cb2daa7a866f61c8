"""The doors of the wording rules."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import rules
from web.doors import staff_page

ROUTES: list[BaseRoute] = [
    staff_page("/rules", rules.index, "rules", may="content.see"),
    staff_page("/rules/trial", rules.try_text, "rule_trial", may="content.see", methods="POST"),
    staff_page("/rules/changes", rules.change, "rule_change", may="policies.edit", methods="POST"),
]
