"""Benefits and their grants, once per client, benefit and period; and the journal of points, which only grows."""

from __future__ import annotations

from tortoise import fields

from community.clients.models import Client
from kernel.records import Record
from staff.models import Staff


class Benefit(Record):
    """Something a tier entitles to; period month, quarter or year; stock null: no limit; partner: who serves it."""

    code = fields.CharField(max_length=32, unique=True)
    name = fields.CharField(max_length=80)
    description = fields.CharField(max_length=300, default="", db_default="")
    kind = fields.CharField(max_length=20)
    tier = fields.CharField(max_length=20)
    period = fields.CharField(max_length=8, default="quarter", db_default="quarter")
    value_fen = fields.BigIntField(default=0, db_default=0)
    stock = fields.IntField(null=True)
    is_active = fields.BooleanField(default=True, db_default=True)
    partner = fields.CharField(max_length=80, default="", db_default="")

    class Meta:
        table = "benefit"


class Grant(Record):
    """A benefit given to a client for one period (2026, 2026Q4 or 2026-11); state granted, redeemed or reversed."""

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    benefit: fields.ForeignKeyRelation[Benefit] = fields.ForeignKeyField("loyalty.Benefit", on_delete=fields.RESTRICT)
    benefit_id: int
    period = fields.CharField(max_length=8)
    state = fields.CharField(max_length=12, default="granted", db_default="granted")
    cause = fields.CharField(max_length=40, default="", db_default="")
    told_at = fields.DatetimeField(null=True)
    told_how = fields.CharField(max_length=20, default="", db_default="")
    tellings = fields.IntField(default=0, db_default=0)
    tried_on = fields.DateField(null=True)
    redeemed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "grant_"
        unique_together = (("client_id", "benefit_id", "period"),)
        indexes = (("told_at", "created_at"),)


class GrantOrder(Record):
    """What one person wants granted by hand: a benefit, clients, a period and why; its approval says what became of it.

    granted: how many got it with the last yes, null before; the others had it already by then.
    """

    benefit: fields.ForeignKeyRelation[Benefit] = fields.ForeignKeyField("loyalty.Benefit", on_delete=fields.RESTRICT)
    benefit_id: int
    period = fields.CharField(max_length=8)
    reason = fields.CharField(max_length=200)
    clients: list[int] = fields.JSONField()
    by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("staff.Staff", on_delete=fields.RESTRICT)
    by_id: int
    granted = fields.IntField(null=True)

    class Meta:
        table = "grant_order"


class PointsTransaction(Record):
    """One entry of the journal: its postings sum to 0, which the database checks when it is committed.

    key: said by whoever asks, so that the same entry asked for twice is written once. Nothing here is ever changed
    (a trigger refuses it); only `reason`, which people write, may be emptied when the client is erased.
    """

    kind = fields.CharField(max_length=12)
    key = fields.CharField(max_length=80, unique=True)
    reason = fields.CharField(max_length=200, default="", db_default="")
    by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", null=True, on_delete=fields.RESTRICT
    )
    by_id: int | None

    class Meta:
        table = "points_transaction"


class PointsPosting(Record):
    """One leg of a transaction, on the client's account or on one of the bank's (see points.BANK_ACCOUNTS).

    client_id names whose transaction it is on both legs. It is no foreign key: when two clients are united their rows
    are pointed elsewhere, and a posting never changes; points.unite moves the balance by postings instead.
    """

    transaction: fields.ForeignKeyRelation[PointsTransaction] = fields.ForeignKeyField(
        "loyalty.PointsTransaction", on_delete=fields.RESTRICT
    )
    transaction_id: int
    account = fields.CharField(max_length=12)
    client_id = fields.BigIntField()
    points = fields.BigIntField()
    balance_after = fields.BigIntField(null=True)

    class Meta:
        table = "points_posting"
        indexes = (("client_id", "id"), ("transaction_id",))


class PointsBalance(Record):
    """A client's balance: the sum of the postings on the client's account, kept under a row lock.

    may_owe: something was taken back beyond what was there; only then may it be below 0 (the database checks that).
    is_closed: the client was united with another, to whom the balance went.
    """

    client_id = fields.BigIntField(unique=True)
    balance = fields.BigIntField(default=0, db_default=0)
    may_owe = fields.BooleanField(default=False, db_default=False)
    is_closed = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "points_balance"


class PointsCheck(Record):
    """One reconciliation: whether every transaction sums to 0 and every balance is the sum of its postings."""

    transactions = fields.BigIntField()
    clients = fields.BigIntField()
    unbalanced = fields.BigIntField()
    differing = fields.BigIntField()
    total = fields.BigIntField()

    class Meta:
        table = "points_check"
