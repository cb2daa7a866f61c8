"""The inbox of callbacks: stored once, answered, then handled."""

from __future__ import annotations

from tortoise import fields

from kernel import sealing
from kernel.records import Record


class Callback(Record):
    """One received call; `digest` (SHA-256 of the whole decrypted body) makes it unique, the body is sealed.

    side: official_account or wecom. state: received, claimed, handled, failed (waits for next_try_at), dead, unknown
    (nobody has a word for it) or quarantined (it lacks what it needs).
    """

    side = fields.CharField(max_length=20)
    app = fields.CharField(max_length=64)
    digest = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=60)
    lane = fields.CharField(max_length=12, default="callbacks", db_default="callbacks")
    body_sealed = fields.BinaryField()
    state = fields.CharField(max_length=12, default="received", db_default="received")
    attempts = fields.IntField(default=0, db_default=0)
    copies = fields.IntField(default=1, db_default=1)
    next_try_at = fields.DatetimeField(null=True)
    claimed_until = fields.DatetimeField(null=True)
    handled_at = fields.DatetimeField(null=True)
    problem = fields.CharField(max_length=300, default="", db_default="")

    class Meta:
        table = "callback"
        unique_together = (("side", "app", "digest"),)
        indexes = (("state", "next_try_at"), ("created_at",))


class RefusedCall(Record):
    """How many calls a reason refused on one day: the only trace that a refused call leaves."""

    day = fields.DateField()
    side = fields.CharField(max_length=20)
    reason = fields.CharField(max_length=40)
    count = fields.IntField(default=0, db_default=0)

    class Meta:
        table = "refused_call"
        unique_together = (("day", "side", "reason"),)


class IntakeMinute(Record):
    """What one minute brought for one account: received, repeated, not_stored, or answers within:<milliseconds>."""

    minute = fields.DatetimeField()
    side = fields.CharField(max_length=20)
    app = fields.CharField(max_length=64)
    what = fields.CharField(max_length=20)
    count = fields.IntField(default=0, db_default=0)

    class Meta:
        table = "intake_minute"
        unique_together = (("minute", "side", "app", "what"),)


# a callback is sealed before it has a number: bound to the first 60 bits of its digest (webhooks.inbox)
SEALED = (sealing.Column("callback", "body_sealed", "body_sealed", row="('x' || left(digest, 15))::bit(60)::bigint"),)
