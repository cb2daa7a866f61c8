"""Products with their risk, clients' risk assessments, and what the bank's KYC feed says of them."""

from __future__ import annotations

from tortoise import fields

from community.clients.models import Client
from kernel.records import Record

PRODUCT_CLASSES = ("deposit", "service", "education", "wealth", "fund", "insurance", "precious_metal", "private")
LEVELS = (1, 2, 3, 4, 5)


class Product(Record):
    """A product that messages may be about; its level is the higher of issuer_level and seller_level (R1 to R5).

    issuer: the company behind it, for conflicts of interest. is_private: never through open channels. on_sale_until:
    the last day of sale, none for no end. Of each rating it is kept who gave it and when.
    """

    code = fields.CharField(max_length=32, unique=True)
    name = fields.CharField(max_length=80)
    product_class = fields.CharField(max_length=20)
    issuer = fields.CharField(max_length=80, default="", db_default="")
    issuer_level = fields.IntField(null=True)
    issuer_rated_by_id = fields.BigIntField(null=True)
    issuer_rated_at = fields.DatetimeField(null=True)
    seller_level = fields.IntField(null=True)
    seller_rated_by_id = fields.BigIntField(null=True)
    seller_rated_at = fields.DatetimeField(null=True)
    is_private = fields.BooleanField(default=False, db_default=False)
    on_sale_until = fields.DateField(null=True)
    is_active = fields.BooleanField(default=True, db_default=True)

    class Meta:
        table = "product"


class RiskAssessment(Record):
    """One assessment of a client's capacity for risk, C1 to C5, valid for 12 months; `source` import or staff.

    by_staff_id: who took down what the client answered in person. evidence: what shows it (form number), never
    personal data.
    """

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    level = fields.IntField()
    assessed_at = fields.DatetimeField()
    source = fields.CharField(max_length=20, default="", db_default="")
    by_staff_id = fields.BigIntField(null=True)
    evidence = fields.CharField(max_length=120, default="", db_default="")

    class Meta:
        table = "risk_assessment"
        unique_together = (("client_id", "assessed_at"),)
        indexes = (("assessed_at",),)


class Kyc(Record):
    """What the bank's feed says of a client's identity papers; `state` ok or flagged.

    reminded_on: the day of the last reminder about document_expires_on. expiry_noted_on: the expiry that stands in the
    timeline already.
    """

    client: fields.OneToOneRelation[Client] = fields.OneToOneField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    state = fields.CharField(max_length=12, default="ok", db_default="ok")
    document_kind = fields.CharField(max_length=20, default="", db_default="")
    document_expires_on = fields.DateField(null=True)
    as_of_at = fields.DatetimeField()
    reminded_on = fields.DateField(null=True)
    expiry_noted_on = fields.DateField(null=True)

    class Meta:
        table = "kyc"
        indexes = (("state",), ("document_expires_on",))
