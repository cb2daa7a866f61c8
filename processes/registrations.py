"""Whatever registers itself with a lower package; every process that runs imports this page once."""

from __future__ import annotations

from campaigns import erasing as erasing_campaigns
from campaigns.content import library_approval, links, rules_changes
from campaigns.delivery import exporting as exporting_campaigns
from campaigns.delivery import rehearsal_export, resending, uniting
from campaigns.journeys import approval as approving_journeys
from campaigns.journeys import uniting as uniting_entries
from campaigns.journeys import writing as writing_journeys
from campaigns.kinds import registry
from campaigns.planning import approval, stopping
from community.clients import ownership
from community.conversations import erasing as erasing_conversations
from community.conversations import retaining as retaining_conversations
from community.groups import erasing as erasing_groups
from community.privacy import answering, pack
from community.privacy import retaining as retaining_privacy
from community.reconciling import erasing as erasing_passes
from community.sending import erasing as erasing_sends
from community.sending import policy_changes, preset_changes, stops
from community.sending import retaining as retaining_sends
from community.suitability import erasing as erasing_suitability
from community.suitability import kyc
from loyalty import erasing as erasing_loyalty
from loyalty import retaining as retaining_loyalty
from loyalty.assets import exporting as exporting_refusals
from loyalty.rewards import granting, points, points_adjusting, reversing
from loyalty.tiers import exporting as exporting_clients
from loyalty.tiers import policy_changes as tier_policy_changes
from staff import approval_rule_changes, audit_exporting, people, sign_in_resets
from staff.exports import asking
from webhooks import erasing as erasing_callbacks
from webhooks import retaining as retaining_callbacks

REGISTERED = (
    library_approval,
    links,
    registry,
    resending,
    rules_changes,
    uniting,
    approving_journeys,
    uniting_entries,
    writing_journeys,
    approval,
    stopping,
    stops,
    policy_changes,
    preset_changes,
    approval_rule_changes,
    points,
    granting,
    reversing,
    points_adjusting,
    tier_policy_changes,
    kyc,
    ownership,
    people,
    sign_in_resets,
    answering,
    pack,
    erasing_campaigns,
    erasing_conversations,
    erasing_groups,
    erasing_passes,
    erasing_sends,
    erasing_suitability,
    erasing_loyalty,
    erasing_callbacks,
    retaining_privacy,
    retaining_conversations,
    retaining_sends,
    retaining_loyalty,
    retaining_callbacks,
    asking,
    audit_exporting,
    exporting_campaigns,
    rehearsal_export,
    exporting_clients,
    exporting_refusals,
)
"""Imported for what they do on import; a test holds this list against all modules that register something."""
