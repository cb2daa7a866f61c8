"""What WeChat keeps beside its lists of contacts and fans, mirrored here: tags per contact, credits, hand-overs."""

from __future__ import annotations

from tortoise import fields

from community.clients.models import Contact, Fan, Tag
from kernel.records import Record


class SubscriptionCredit(Record):
    """How many subscription messages of one template a fan still takes; refused: they said no last.

    told_at: the newest word of the fan that counts; an older one that arrives late changes nothing.
    """

    fan: fields.ForeignKeyRelation[Fan] = fields.ForeignKeyField("community.Fan", on_delete=fields.CASCADE)
    fan_id: int
    template_id = fields.CharField(max_length=64)
    credits = fields.IntField(default=0, db_default=0)
    refused = fields.BooleanField(default=False, db_default=False)
    told_at = fields.DatetimeField(null=True)

    class Meta:
        table = "subscription_credit"
        unique_together = (("fan_id", "template_id"),)


class SubscriptionMove(Record):
    """One movement of a credit, written once per `key`: accepted +1, sent -1, refused and empty set it to 0."""

    credit: fields.ForeignKeyRelation[SubscriptionCredit] = fields.ForeignKeyField(
        "community.SubscriptionCredit", on_delete=fields.CASCADE
    )
    credit_id: int
    what = fields.CharField(max_length=12)
    delta = fields.IntField()
    at = fields.DatetimeField()
    key = fields.CharField(max_length=160, unique=True)

    class Meta:
        table = "subscription_move"
        indexes = (("credit_id", "at"),)


class CorpTag(Record):
    """One tag of a corp's own library in WeCom, beside the bank's tag of that name; deleted_how: told or gone."""

    corpid = fields.CharField(max_length=64)
    wecom_id = fields.CharField(max_length=64)
    name = fields.CharField(max_length=64)
    group_id = fields.CharField(max_length=64, default="", db_default="")
    group_name = fields.CharField(max_length=64, default="", db_default="")
    tag: fields.ForeignKeyNullableRelation[Tag] = fields.ForeignKeyField(
        "community.Tag", null=True, on_delete=fields.SET_NULL
    )
    tag_id: int | None
    deleted_at = fields.DatetimeField(null=True)
    deleted_how = fields.CharField(max_length=12, default="", db_default="")

    class Meta:
        table = "corp_tag"
        unique_together = (("corpid", "wecom_id"),)
        indexes = (("tag_id",), ("corpid", "group_id"))


class ContactTag(Record):
    """A corp tag on one contact: WeCom keeps them per member and client, and so do we."""

    contact: fields.ForeignKeyRelation[Contact] = fields.ForeignKeyField("community.Contact", on_delete=fields.CASCADE)
    contact_id: int
    corp_tag: fields.ForeignKeyRelation[CorpTag] = fields.ForeignKeyField("community.CorpTag", on_delete=fields.CASCADE)
    corp_tag_id: int

    class Meta:
        table = "contact_tag"
        unique_together = (("contact_id", "corp_tag_id"),)
        indexes = (("corp_tag_id",),)


class Transfer(Record):
    """One contact that goes to another member; state asked, done, refused (by the client), over_limit or failed."""

    contact: fields.ForeignKeyRelation[Contact] = fields.ForeignKeyField("community.Contact", on_delete=fields.CASCADE)
    contact_id: int
    to_userid = fields.CharField(max_length=64)
    has_left = fields.BooleanField(default=False, db_default=False)
    state = fields.CharField(max_length=12, default="asked", db_default="asked")
    reason = fields.CharField(max_length=60, default="", db_default="")
    asked_by_id = fields.BigIntField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "contact_transfer"
        indexes = (("contact_id",), ("state",))
