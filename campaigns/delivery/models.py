"""The frozen audience: one row per campaign, step and person, with the decision and its reason."""

from __future__ import annotations

from tortoise import fields

from campaigns.planning.models import Campaign
from community.clients.models import Client
from kernel.records import Record


class Delivery(Record):
    """What was decided for one person when the audience was frozen; bucket 0 to 9,999.

    arm: treated or control for everybody who could have been reached (decision due or held_out), none for people left
    out before the draw. Only rows with decision `due` become sends; intention to treat compares treated with control.
    """

    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.CASCADE
    )
    campaign_id: int
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    arm = fields.CharField(max_length=8)
    bucket = fields.IntField()
    decision = fields.CharField(max_length=30)
    tier = fields.CharField(max_length=20, default="", db_default="")
    branch_id = fields.BigIntField(null=True)

    class Meta:
        table = "delivery"
        unique_together = (("campaign_id", "client_id"),)
        indexes = (("campaign_id", "decision"),)
