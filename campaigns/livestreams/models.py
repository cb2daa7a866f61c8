"""Livestreams made through WeCom, who reserved, who watched and for how long."""

from __future__ import annotations

from tortoise import fields

from campaigns.planning.models import Campaign
from community.clients.models import Client
from kernel.records import Record


class Livestream(Record):
    """One livestream; `status` follows WeCom: 0 booked, 1 live, 2 ended, 3 expired, 4 cancelled."""

    campaign: fields.OneToOneRelation[Campaign] = fields.OneToOneField("campaigns.Campaign", on_delete=fields.CASCADE)
    campaign_id: int
    anchor_userid = fields.CharField(max_length=64)
    starts_at = fields.DatetimeField()
    minutes = fields.IntField(default=60, db_default=60)
    livingid = fields.CharField(max_length=64, null=True, unique=True)
    asked_at = fields.DatetimeField(null=True)
    status = fields.IntField(default=0, db_default=0)
    started_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    attendance_at = fields.DatetimeField(null=True)

    class Meta:
        table = "livestream"


class LiveGuest(Record):
    """A client who was invited to a livestream; `reserved_at` when they asked to be reminded."""

    livestream: fields.ForeignKeyRelation[Livestream] = fields.ForeignKeyField(
        "campaigns.Livestream", on_delete=fields.CASCADE
    )
    livestream_id: int
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    opened_at = fields.DatetimeField(null=True)
    reserved_at = fields.DatetimeField(null=True)

    class Meta:
        table = "live_guest"
        unique_together = (("livestream_id", "client_id"),)


class Attendance(Record):
    """What WeCom says of one viewer; importing again only ever updates the same row."""

    livestream: fields.ForeignKeyRelation[Livestream] = fields.ForeignKeyField(
        "campaigns.Livestream", on_delete=fields.CASCADE
    )
    livestream_id: int
    viewer_id = fields.CharField(max_length=64)
    is_client = fields.BooleanField()
    client: fields.ForeignKeyNullableRelation[Client] = fields.ForeignKeyField(
        "community.Client", null=True, on_delete=fields.SET_NULL
    )
    client_id: int | None
    watch_seconds = fields.IntField()
    commented = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "attendance"
        unique_together = (("livestream_id", "viewer_id"),)
        indexes = (("client_id",),)
