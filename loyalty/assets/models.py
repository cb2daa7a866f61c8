"""What the bank's files tell: accounts, movements, daily balances, and every import with its refused rows."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from community.clients.models import Client
from kernel import sealing
from kernel.records import Record
from staff.models import Staff


class Account(Record):
    """An account at the bank; its number is sealed (table `account`), `number_index` finds it, `tail` is shown.

    matures_on: the day on which its deposit is due, none for money that is free at any time.
    """

    bank = fields.CharField(max_length=32)
    number_index = fields.CharField(max_length=32)
    number_sealed = fields.BinaryField()
    tail = fields.CharField(max_length=4)
    client: fields.ForeignKeyNullableRelation[Client] = fields.ForeignKeyField(
        "community.Client", null=True, on_delete=fields.RESTRICT
    )
    client_id: int | None
    kind = fields.CharField(max_length=20, default="deposit", db_default="deposit")
    opened_on = fields.DateField(null=True)
    matures_on = fields.DateField(null=True)

    class Meta:
        table = "account"
        unique_together = (("bank", "number_index"),)
        indexes = (("client_id",), ("matures_on",))


class Movement(Record):
    """One booked row of a statement; amount signed in fen, balance after it, `seq` the order within the file."""

    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField("loyalty.Account", on_delete=fields.CASCADE)
    account_id: int
    bank_ref = fields.CharField(max_length=64)
    booked_on = fields.DateField()
    seq = fields.BigIntField()
    amount_fen = fields.BigIntField()
    balance_fen = fields.BigIntField()
    kind = fields.CharField(max_length=24, default="", db_default="")
    is_external = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "movement"
        unique_together = (("account_id", "bank_ref"),)
        indexes = (("account_id", "booked_on"), ("booked_on",))


class AccountDay(Record):
    """An account's closing balance of one day, from its first movement on; see holdings for how far."""

    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField("loyalty.Account", on_delete=fields.CASCADE)
    account_id: int
    day = fields.DateField()
    balance_fen = fields.BigIntField()

    class Meta:
        table = "account_day"
        unique_together = (("account_id", "day"),)


class ClientDay(Record):
    """The sum of a client's accounts on one day (AUM), and what of it is deposits."""

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    day = fields.DateField()
    total_fen = fields.BigIntField()
    deposit_fen = fields.BigIntField()

    class Meta:
        table = "client_day"
        unique_together = (("client_id", "day"),)
        indexes = (("day",),)


class ImportRun(Record):
    """One file taken in: kind clients or statement; state checking, importing, done or failed."""

    kind = fields.CharField(max_length=12)
    bank = fields.CharField(max_length=32)
    file_name = fields.CharField(max_length=200)
    file_sha256 = fields.CharField(max_length=64)
    state = fields.CharField(max_length=12, default="checking", db_default="checking")
    rows_total = fields.IntField(default=0, db_default=0)
    rows_accepted = fields.IntField(default=0, db_default=0)
    rows_unchanged = fields.IntField(default=0, db_default=0)
    rows_refused = fields.IntField(default=0, db_default=0)
    by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", null=True, on_delete=fields.RESTRICT
    )
    by_id: int | None
    finished_at = fields.DatetimeField(null=True)
    problem = fields.TextField(default="", db_default="")
    figures: dict[str, Any] = fields.JSONField(default=dict, db_default="{}")

    class Meta:
        table = "import_run"
        indexes = (("created_at",),)


class ImportRefusal(Record):
    """A row that was not taken in, with its reason; the row itself is sealed (table `import_refusal`)."""

    run: fields.ForeignKeyRelation[ImportRun] = fields.ForeignKeyField("loyalty.ImportRun", on_delete=fields.CASCADE)
    run_id: int
    row_number = fields.IntField()
    column = fields.CharField(max_length=64, default="", db_default="")
    code = fields.CharField(max_length=40)
    message = fields.CharField(max_length=300)
    row_sealed = fields.BinaryField(null=True)

    class Meta:
        table = "import_refusal"
        indexes = (("run_id", "row_number"),)


SEALED = (
    sealing.Column("account", "number_sealed", "number_sealed"),
    sealing.Column("import_refusal", "row_sealed", "row_sealed"),
)
