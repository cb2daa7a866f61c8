"""Clients, the identities that point at them, who looks after them, and what happened to them."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from kernel import sealing
from kernel.records import Record
from staff.models import Branch, Staff

IDENTITY_KINDS = ("openid", "unionid", "external_id", "bank_number")


class Client(Record):
    """One person. Name and phone are sealed (table `client`); `*_index` are blind indexes for exact search.

    consent_seq: grows with every word on consent, so that the last check before a call sees that one was said since.
    erased_at: an erased client, an empty row that points at itself as merged, so that nothing reads through it.
    """

    name_sealed = fields.BinaryField(null=True)
    name_index = fields.CharField(max_length=32, null=True, db_index=True)
    phone_sealed = fields.BinaryField(null=True)
    phone_index = fields.CharField(max_length=32, null=True, db_index=True)
    phone_tail_index = fields.CharField(max_length=32, null=True, db_index=True)
    gender = fields.CharField(max_length=1, default="", db_default="")
    branch: fields.ForeignKeyNullableRelation[Branch] = fields.ForeignKeyField(
        "staff.Branch", null=True, on_delete=fields.RESTRICT
    )
    branch_id: int | None
    owner: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", null=True, related_name="clients", on_delete=fields.RESTRICT
    )
    owner_id: int | None
    source = fields.CharField(max_length=20, default="", db_default="")
    marketing_consent = fields.BooleanField(default=False, db_default=False)
    opted_out_at = fields.DatetimeField(null=True)
    last_activity_at = fields.DatetimeField(null=True, db_index=True)
    merged_into_id = fields.BigIntField(null=True)
    consent_seq = fields.IntField(default=0, db_default=0)
    erased_at = fields.DatetimeField(null=True)

    class Meta:
        table = "client"
        indexes = (("owner_id",), ("branch_id",))


class Identity(Record):
    """What points at a client: `value` is the id, or for bank_number its blind index (then `sealed` holds it)."""

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    kind = fields.CharField(max_length=12)
    scope = fields.CharField(max_length=64)
    value = fields.CharField(max_length=80)
    sealed = fields.BinaryField(null=True)

    class Meta:
        table = "identity"
        unique_together = (("kind", "scope", "value"),)
        indexes = (("client_id", "kind"),)


class Fan(Record):
    """A client as follower of one official account; the window says how many service messages may still go out.

    acted_at: the newest action that set the window; read_at: when the account's own record was last read; seen_run_id:
    the last full pass that saw them; ended_how: by_client, or gone when only a full pass told that they left.
    location_sealed: where they last were (table `fan`), kept only while they agree to it.
    """

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    appid = fields.CharField(max_length=64)
    openid = fields.CharField(max_length=64)
    subscribed = fields.BooleanField(default=True, db_default=True)
    subscribed_at = fields.DatetimeField(null=True)
    unsubscribed_at = fields.DatetimeField(null=True)
    scene = fields.CharField(max_length=64, default="", db_default="")
    window_left = fields.IntField(default=0, db_default=0)
    window_until = fields.DatetimeField(null=True)
    acted_at = fields.DatetimeField(null=True)
    read_at = fields.DatetimeField(null=True)
    seen_run_id = fields.BigIntField(null=True)
    ended_how = fields.CharField(max_length=12, default="", db_default="")
    location_sealed = fields.BinaryField(null=True)
    located_at = fields.DatetimeField(null=True)

    class Meta:
        table = "fan"
        unique_together = (("appid", "openid"),)
        indexes = (("client_id",),)


class Contact(Record):
    """A member of staff and a client who are contacts in WeCom; `ended_how` is by_client, by_staff, transfer or gone.

    times_added counts the lives of the contact; read_at: when WeCom's record was last read; seen_run_id: the last
    full pass that saw it. remark_sealed: what the member calls the client (table `contact`).
    """

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    staff: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", null=True, related_name="contacts", on_delete=fields.RESTRICT
    )
    staff_id: int | None
    corpid = fields.CharField(max_length=64)
    userid = fields.CharField(max_length=64)
    external_userid = fields.CharField(max_length=64)
    state_param = fields.CharField(max_length=64, default="", db_default="")
    add_way = fields.IntField(null=True)
    added_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    ended_how = fields.CharField(max_length=12, default="", db_default="")
    times_added = fields.IntField(default=1, db_default=1)
    read_at = fields.DatetimeField(null=True)
    seen_run_id = fields.BigIntField(null=True)
    remark_sealed = fields.BinaryField(null=True)

    class Meta:
        table = "contact"
        unique_together = (("corpid", "userid", "external_userid"),)
        indexes = (("client_id",), ("external_userid",))


class Tag(Record):
    """A tag of the bank's own tag library; `wecom_id` when WeCom knows it too."""

    name = fields.CharField(max_length=64, unique=True)
    group_name = fields.CharField(max_length=64, default="", db_default="")
    wecom_id = fields.CharField(max_length=64, null=True, unique=True)

    class Meta:
        table = "tag"


class ClientTag(Record):
    """A tag on a client; is_ours: given here, so that what WeCom says takes it away from nobody."""

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    tag: fields.ForeignKeyRelation[Tag] = fields.ForeignKeyField("community.Tag", on_delete=fields.CASCADE)
    tag_id: int
    is_ours = fields.BooleanField(default=True, db_default=True)

    class Meta:
        table = "client_tag"
        unique_together = (("client_id", "tag_id"),)
        indexes = (("tag_id",),)


class Consent(Record):
    """The ledger of consent: every yes and no, also a repeated one, with text version, source and evidence.

    channel and product_class: empty means every one. The newest word that covers a message decides (consent_state keeps
    the newest per purpose, channel and class). receiver: with whom data may be shared (purpose sharing). evidence: what
    shows it (message id, form, file row), never personal data.
    """

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    purpose = fields.CharField(max_length=20, default="marketing", db_default="marketing")
    granted = fields.BooleanField()
    source = fields.CharField(max_length=40)
    text_version = fields.CharField(max_length=20, default="", db_default="")
    channel = fields.CharField(max_length=20, default="", db_default="")
    product_class = fields.CharField(max_length=20, default="", db_default="")
    receiver = fields.CharField(max_length=80, default="", db_default="")
    evidence = fields.CharField(max_length=200, default="", db_default="")
    by_staff_id = fields.BigIntField(null=True)

    class Meta:
        table = "consent"
        indexes = (("client_id", "created_at"), ("created_at", "id"))


class ConsentState(Record):
    """The newest word per client, purpose, channel, product class and receiver; written with the ledger."""

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    purpose = fields.CharField(max_length=20)
    channel = fields.CharField(max_length=20, default="", db_default="")
    product_class = fields.CharField(max_length=20, default="", db_default="")
    receiver = fields.CharField(max_length=80, default="", db_default="")
    granted = fields.BooleanField()
    at = fields.DatetimeField()

    class Meta:
        table = "consent_state"
        unique_together = (("client_id", "purpose", "channel", "product_class", "receiver"),)


class TimelineEntry(Record):
    """What happened to a client: `kind` is noun.past_verb, `detail` holds no personal data and no chat text."""

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    kind = fields.CharField(max_length=40)
    at = fields.DatetimeField()
    by_staff_id = fields.BigIntField(null=True)
    detail: dict[str, Any] = fields.JSONField(default=dict, db_default="{}")

    class Meta:
        table = "timeline_entry"
        indexes = (("client_id", "at"), ("kind", "at"))


class ErasedNumber(Record):
    """The fingerprint of a number of an erased client: no file and no full pass makes a client of it again.

    kind: bank_number, external_id or openid; value: a blind index with a key of its own, pointing at no client.
    """

    kind = fields.CharField(max_length=12)
    scope = fields.CharField(max_length=64)
    value = fields.CharField(max_length=32)
    made_at = fields.DatetimeField()

    class Meta:
        table = "erased_number"
        unique_together = (("kind", "scope", "value"),)
        indexes = (("kind", "value"),)


SEALED = (
    sealing.Column("client", "name_sealed", "name"),
    sealing.Column("client", "phone_sealed", "phone"),
    sealing.Column("identity", "sealed", "value"),
    sealing.Column("contact", "remark_sealed", "remark"),
    sealing.Column("fan", "location_sealed", "location"),
)
