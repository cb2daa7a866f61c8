"""Events with seats and the invitations to them."""

from __future__ import annotations

from tortoise import fields

from campaigns.planning.models import Campaign
from community.clients.models import Client
from kernel.records import Record
from staff.models import Staff


class Event(Record):
    """An occasion with a limited number of seats; `taken` is moved only together with an invitation, under row lock."""

    campaign: fields.OneToOneRelation[Campaign] = fields.OneToOneField("campaigns.Campaign", on_delete=fields.CASCADE)
    campaign_id: int
    place = fields.CharField(max_length=120)
    starts_at = fields.DatetimeField()
    reply_by = fields.DatetimeField(null=True)
    seats = fields.IntField()
    taken = fields.IntField(default=0, db_default=0)

    class Meta:
        table = "event"


class Invitation(Record):
    """One client's invitation: invited, opened, accepted, declined, waiting or attended; `code` checks in."""

    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("campaigns.Event", on_delete=fields.CASCADE)
    event_id: int
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    state = fields.CharField(max_length=12, default="invited", db_default="invited")
    code = fields.CharField(max_length=16, unique=True)
    opened_at = fields.DatetimeField(null=True)
    replied_at = fields.DatetimeField(null=True)
    waiting_since = fields.DatetimeField(null=True)
    checked_in_at = fields.DatetimeField(null=True)
    checked_in_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", null=True, on_delete=fields.RESTRICT
    )
    checked_in_by_id: int | None

    class Meta:
        table = "invitation"
        unique_together = (("event_id", "client_id"),)
        indexes = (("event_id", "state"),)
