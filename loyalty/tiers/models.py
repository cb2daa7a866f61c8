"""Tier policies as data, each client's standing, and every change of it."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from community.clients.models import Client
from kernel.records import Record


class TierPolicy(Record):
    """A policy with its effective day; `definition` lists tiers from low to high (see loyalty.tiers.policies)."""

    code = fields.CharField(max_length=32)
    name = fields.CharField(max_length=80)
    effective_on = fields.DateField()
    definition: dict[str, Any] = fields.JSONField()
    source = fields.CharField(max_length=300, default="", db_default="")

    class Meta:
        table = "tier_policy"
        unique_together = (("code", "effective_on"),)


class Standing(Record):
    """Where a client stands now: tier, months below its threshold in a row and the best of them, since which day."""

    client: fields.OneToOneRelation[Client] = fields.OneToOneField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    tier = fields.CharField(max_length=20)
    months_below = fields.IntField(default=0, db_default=0)
    best_below_fen = fields.BigIntField(default=0, db_default=0)
    since_on = fields.DateField()
    reviewed_month = fields.DateField()

    class Meta:
        table = "standing"
        indexes = (("tier",),)


class StandingChange(Record):
    """What a monthly review decided for a client: a row when the tier moved, or only the months below did.

    tier_before: empty for a client without an earlier standing; a code of another policy when policies changed.
    """

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    month = fields.DateField()
    tier_before = fields.CharField(max_length=20)
    tier_after = fields.CharField(max_length=20)
    months_below = fields.IntField()
    average_fen = fields.BigIntField()
    policy_id = fields.BigIntField()

    class Meta:
        table = "standing_change"
        unique_together = (("client_id", "month"),)
        indexes = (("month", "tier_after"),)


class TierReview(Record):
    """One monthly review: how many were raised, watched and lowered, and assigned: had no tier of its policy before."""

    month = fields.DateField(unique=True)
    policy_id = fields.BigIntField()
    finished_at = fields.DatetimeField(null=True)
    clients = fields.IntField(default=0, db_default=0)
    assigned = fields.IntField(default=0, db_default=0)
    raised = fields.IntField(default=0, db_default=0)
    watched = fields.IntField(default=0, db_default=0)
    lowered = fields.IntField(default=0, db_default=0)

    class Meta:
        table = "tier_review"
