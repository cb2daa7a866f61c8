"""What signing in needs beside the person's row: recovery codes, one-time links, pauses, tokens that were spent."""

from __future__ import annotations

from tortoise import fields

from kernel.records import Record
from staff.models import Staff


class RecoveryCode(Record):
    """A code for the day the phone is lost: only its hash, good once."""

    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("staff.Staff", on_delete=fields.CASCADE)
    staff_id: int
    code_hash = fields.CharField(max_length=128)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "recovery_code"
        indexes = (("staff_id",),)


class Invitation(Record):
    """A one-time link on which a person sets the password; only the hash of its token. purpose: invite or reset."""

    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("staff.Staff", on_delete=fields.CASCADE)
    staff_id: int
    token_hash = fields.CharField(max_length=64, unique=True)
    purpose = fields.CharField(max_length=12)
    made_by_id = fields.BigIntField(null=True)
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "staff_invitation"


class AddressPause(Record):
    """How often proofs failed lately from one network address, or codes of one person; only a keyed hash of which."""

    address_hash = fields.CharField(max_length=64, unique=True)
    failures = fields.IntField(default=0, db_default=0)
    next_try_at = fields.DatetimeField(null=True)
    last_at = fields.DatetimeField()

    class Meta:
        table = "address_pause"


class KnownAddress(Record):
    """A network address from which a person signed in lately, as a keyed hash; last_at: the last time."""

    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("staff.Staff", on_delete=fields.CASCADE)
    staff_id: int
    address_hash = fields.CharField(max_length=64)
    last_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "known_address"
        unique_together = (("staff_id", "address_hash"),)


class SpentToken(Record):
    """A signed token that was good once and has been used; only its keyed hash, kept until it is too old anyway."""

    token_hash = fields.CharField(max_length=64, unique=True)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "spent_token"
