"""The send ledger: one row per outbound message, and one row per task that we hand to WeCom."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from community.clients.models import Client
from kernel import sealing
from kernel.records import Record

STATES = (
    "planned", "leased", "requested", "accepted", "confirmed", "delivered", "failed", "skipped", "unknown"
)  # fmt: skip
CHANNELS = (
    "wecom_message", "wecom_welcome", "wecom_group", "moments", "oa_service", "oa_template", "oa_subscribe", "oa_mass",
    "staff_message",
)  # fmt: skip


class Stream(Record):
    """The tap of many sends that start and stop together; `epoch` grows at each close, so that older leases stop.

    products: codes of the products that its messages are about (community.suitability); the gate reads their levels.
    limits: the policy under which it was approved, as `policies.told` says it; the gate takes the stricter of two.
    rules_version: the wording rules that its texts were checked against when it was opened. late_minutes: after an
    outage its sends may go out so late by themselves (community.sending.outages); None: however late.
    """

    label = fields.CharField(max_length=120)
    is_open = fields.BooleanField(default=True, db_default=True)
    epoch = fields.IntField(default=0, db_default=0)
    reason = fields.CharField(max_length=200, default="", db_default="")
    cancelled_at = fields.DatetimeField(null=True)
    products: list[str] = fields.JSONField(default=list, db_default="[]")
    limits: dict[str, str] = fields.JSONField(default=dict, db_default="{}")
    rules_version = fields.CharField(max_length=40, default="", db_default="")
    late_minutes = fields.IntField(null=True)

    class Meta:
        table = "stream"


class Send(Record):
    """One message to one recipient. `key` is unique for ever; `requested` is written before the call.

    purpose: marketing or service. recipient: openid, external id, chat id or userid by channel. due_at: not before;
    a retry and quiet hours move it. counted_on: the Shanghai day on which the message counts against caps, from the
    claim on; null again when it certainly did not reach anybody. body_sealed: what was said, sealed (table `send`).
    app: the appid or corpid it goes out through, decided from the recipient; empty: the primary one.
    welcome_code: WeCom's code of a welcome message, good for 20 s. batch_id: the GroupTask it went out with.
    campaign_id and step point up to campaigns, which this package doesn't know.
    """

    key = fields.CharField(max_length=120, unique=True)
    purpose = fields.CharField(max_length=12)
    channel = fields.CharField(max_length=20)
    state = fields.CharField(max_length=12, default="planned", db_default="planned")
    reason = fields.CharField(max_length=60, default="", db_default="")
    client: fields.ForeignKeyNullableRelation[Client] = fields.ForeignKeyField(
        "community.Client", null=True, on_delete=fields.RESTRICT
    )
    client_id: int | None
    recipient = fields.CharField(max_length=80)
    sender_userid = fields.CharField(max_length=64, default="", db_default="")
    app = fields.CharField(max_length=64, default="", db_default="")
    campaign_id = fields.BigIntField(null=True)
    stream: fields.ForeignKeyNullableRelation[Stream] = fields.ForeignKeyField(
        "community.Stream", null=True, on_delete=fields.RESTRICT
    )
    stream_id: int | None
    step = fields.CharField(max_length=20, default="", db_default="")
    welcome_code = fields.CharField(max_length=120, default="", db_default="")
    body_sealed = fields.BinaryField(null=True)
    attachments: list[dict[str, Any]] = fields.JSONField(default=list, db_default="[]")
    due_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    attempts = fields.IntField(default=0, db_default=0)
    lease_owner = fields.CharField(max_length=40, default="", db_default="")
    lease_until = fields.DatetimeField(null=True)
    counted_on = fields.DateField(null=True)
    batch_id = fields.BigIntField(null=True)
    msgid = fields.CharField(max_length=80, default="", db_default="")
    requested_at = fields.DatetimeField(null=True)
    accepted_at = fields.DatetimeField(null=True)
    confirmed_at = fields.DatetimeField(null=True)
    delivered_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "send"
        indexes = (
            ("stream_id", "state", "channel", "due_at", "id"),
            ("stream_id", "state", "channel", "sender_userid", "due_at", "id"),
            ("state", "lease_until"),
            ("campaign_id", "step", "state"),
            ("client_id", "counted_on"),
            ("batch_id",),
            ("msgid",),
        )


class GroupTask(Record):
    """One `add_msg_template` call: a task that a member of staff confirms on the phone; state as in the ledger.

    chat_type: single (to clients), group, moment (a post of members) or mass (one mass send of an official account).
    moment_id: of a post, once WeCom has made it; msgid is the job's id until then and after.
    state: requested, accepted, confirmed (every sender confirmed), delivered (no result outstanding), failed, unknown.
    """

    campaign_id = fields.BigIntField(null=True)
    stream_id = fields.BigIntField(null=True)
    step = fields.CharField(max_length=20, default="", db_default="")
    app = fields.CharField(max_length=64, default="", db_default="")
    chat_type = fields.CharField(max_length=8)
    sender_userid = fields.CharField(max_length=64)
    text_hash = fields.CharField(max_length=64)
    recipients = fields.IntField()
    msgid = fields.CharField(max_length=80, null=True)
    moment_id = fields.CharField(max_length=80, default="", db_default="")
    state = fields.CharField(max_length=12, default="requested", db_default="requested")
    reason = fields.CharField(max_length=60, default="", db_default="")
    requested_at = fields.DatetimeField()
    accepted_at = fields.DatetimeField(null=True)
    confirmed_at = fields.DatetimeField(null=True)
    next_poll_at = fields.DatetimeField(null=True)
    polls = fields.IntField(default=0, db_default=0)
    reminded_at = fields.DatetimeField(null=True)
    cancelled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "group_task"
        unique_together = (("app", "msgid"),)
        indexes = (("state", "next_poll_at"), ("campaign_id",), ("stream_id",))


class MassJob(Record):
    """What WeChat told of one mass send of an official account; error 0: its content was accepted.

    filtered: who was left after preferences and limits; sent and failed add up to it.
    """

    appid = fields.CharField(max_length=64)
    msgid = fields.CharField(max_length=80)
    is_sent = fields.BooleanField(default=False, db_default=False)
    error = fields.IntField(default=0, db_default=0)
    total = fields.IntField(default=0, db_default=0)
    filtered = fields.IntField(default=0, db_default=0)
    sent = fields.IntField(default=0, db_default=0)
    failed = fields.IntField(default=0, db_default=0)
    told_at = fields.DatetimeField(null=True)

    class Meta:
        table = "mass_job"
        unique_together = (("appid", "msgid"),)


class MediaAsset(Record):
    """A file that messages carry, kept once whoever brings it; sha256 of its bytes. kind: image, video or file."""

    sha256 = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=8)
    name = fields.CharField(max_length=120)
    content_type = fields.CharField(max_length=100)
    size = fields.IntField()
    data = fields.BinaryField()
    by_id = fields.BigIntField(null=True)

    class Meta:
        table = "media_asset"
        unique_together = (("sha256", "kind"),)


class MediaUpload(Record):
    """Where one account of WeCom keeps a file and until when; used_at: when a message last needed it.

    use: message or moment, which WeCom keeps apart.
    """

    asset: fields.ForeignKeyRelation[MediaAsset] = fields.ForeignKeyField(
        "community.MediaAsset", related_name="uploads", on_delete=fields.CASCADE
    )
    asset_id: int
    app = fields.CharField(max_length=64)
    use = fields.CharField(max_length=8, default="message", db_default="message")
    media_id = fields.CharField(max_length=200)
    uploaded_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField()

    class Meta:
        table = "media_upload"
        unique_together = (("asset_id", "app", "use"),)
        indexes = (("expires_at",),)


class SendPolicy(Record):
    """Caps and quiet hours as data: the row with the latest `effective_on` not after today is in force.

    open_level: the highest level of a product that may be mentioned where anybody reads.
    """

    effective_on = fields.DateField(unique=True)
    daily_cap = fields.IntField()
    monthly_cap = fields.IntField()
    quiet_from = fields.CharField(max_length=5)
    quiet_until = fields.CharField(max_length=5)
    holdout_percent = fields.IntField(default=0, db_default=0)
    open_level = fields.IntField(default=2, db_default=2)
    note = fields.CharField(max_length=200, default="", db_default="")

    class Meta:
        table = "send_policy"


class ChannelHold(Record):
    """A channel that must not be used for now, with the reason staff see; ends by itself at `until_at` or by hand.

    app: the one account that it is about; empty: all of them.
    """

    channel = fields.CharField(max_length=20)
    app = fields.CharField(max_length=64, default="", db_default="")
    reason = fields.CharField(max_length=200)
    until_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "channel_hold"


class Stop(Record):
    """An emergency stop: `what` is all, channel:<channel> or stream:<id>; released by two people (an approval)."""

    what = fields.CharField(max_length=60)
    reason = fields.CharField(max_length=200)
    pulled_by_id = fields.BigIntField()
    released_at = fields.DatetimeField(null=True)
    approval_id = fields.BigIntField(null=True)

    class Meta:
        table = "stop"
        indexes = (("released_at", "what"),)


SEALED = (sealing.Column("send", "body_sealed", "body_sealed"),)
