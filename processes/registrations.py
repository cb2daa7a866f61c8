"""Whatever registers itself with a lower package; every process that runs imports this page once."""

from __future__ import annotations

from campaigns.delivery import uniting
from campaigns.kinds import registry
from campaigns.planning import approval
from community.clients import ownership
from community.sending import stops
from community.suitability import kyc
from staff import people

REGISTERED = (registry, uniting, approval, stops, kyc, ownership, people)
"""Imported for what they do on import; a test holds this list against all modules that register something."""
