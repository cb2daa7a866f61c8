"""The frozen audience: one row per campaign, step and person, with the decision and its reason."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from campaigns.planning.models import Campaign
from community.clients.models import Client
from kernel.records import Record
from staff.models import Staff


class Delivery(Record):
    """What was decided for one person when the audience was frozen; bucket 0 to 9,999.

    arm: treated or control for everybody who could have been reached (decision due or held_out), none for people left
    out before the draw. Only rows with decision `due` become sends; intention to treat compares treated with control.
    variant: which version a treated person gets (planning.Variant); empty for everybody else. channel: by which of the
    campaign's channels they were reachable at the freeze. note: more about the decision, such as the other campaign.
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
    variant = fields.CharField(max_length=1, default="A", db_default="A")
    channel = fields.CharField(max_length=20, default="", db_default="")
    note = fields.CharField(max_length=120, default="", db_default="")

    class Meta:
        table = "delivery"
        unique_together = (("campaign_id", "client_id"),)
        indexes = (("campaign_id", "decision"),)


class Target(Record):
    """One client group, or one member's moments, frozen for a campaign that speaks where anybody reads.

    recipient: the group's chat id or the member's userid. people: clients in it at the freeze. arm and decision as of a
    delivery; the draw is by recipient, because whoever is in a group reads what is said there.
    """

    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.CASCADE
    )
    campaign_id: int
    recipient = fields.CharField(max_length=80)
    sender_userid = fields.CharField(max_length=64, default="", db_default="")
    app = fields.CharField(max_length=64, default="", db_default="")
    label = fields.CharField(max_length=120, default="", db_default="")
    branch_id = fields.BigIntField(null=True)
    people = fields.IntField(default=0, db_default=0)
    arm = fields.CharField(max_length=8)
    bucket = fields.IntField()
    decision = fields.CharField(max_length=30)
    variant = fields.CharField(max_length=1, default="A", db_default="A")

    class Meta:
        table = "target"
        unique_together = (("campaign_id", "recipient"),)


class Verdict(Record):
    """What somebody decided in view of a campaign's result (adopt, again, drop), with the figures it rests on."""

    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.CASCADE
    )
    campaign_id: int
    by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("staff.Staff", on_delete=fields.RESTRICT)
    by_id: int
    choice = fields.CharField(max_length=8)
    note = fields.CharField(max_length=300)
    figures: dict[str, Any] = fields.JSONField()

    class Meta:
        table = "verdict"
        indexes = (("campaign_id", "id"),)
