"""The doors of compliance: approvals, audit, consents, privacy requests, interests, exports, emergency stop."""

from __future__ import annotations

from starlette.routing import BaseRoute

ROUTES: list[BaseRoute] = []
