"""The library: texts that can be used again; saving makes a new version."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from kernel.records import Record
from staff.models import Staff


class Piece(Record):
    """Something to say or to attach that can be used again; `series` groups the versions of one piece.

    kind: see campaigns.content.library.KINDS. folder, tags: where it is found. valid_from, valid_until: the days
    between which it may be used, both included. asset_id: its file (community.sending.media), cover_id: the picture of
    a card. appid, page: of a mini-program. state: draft, waiting, approved or returned; what was kept before there was
    such a thing counts as approved.
    """

    series = fields.CharField(max_length=40)
    version = fields.IntField()
    title = fields.CharField(max_length=80)
    text = fields.TextField()
    link_title = fields.CharField(max_length=64, default="", db_default="")
    link_url = fields.CharField(max_length=300, default="", db_default="")
    kind = fields.CharField(max_length=12, default="text", db_default="text")
    folder = fields.CharField(max_length=40, default="", db_default="")
    tags: list[str] = fields.JSONField(default=list, db_default="[]")
    valid_from = fields.DateField(null=True)
    valid_until = fields.DateField(null=True)
    description = fields.CharField(max_length=160, default="", db_default="")
    asset_id = fields.BigIntField(null=True)
    cover_id = fields.BigIntField(null=True)
    appid = fields.CharField(max_length=40, default="", db_default="")
    page = fields.CharField(max_length=200, default="", db_default="")
    state = fields.CharField(max_length=10, default="draft", db_default="approved")
    approved_at = fields.DatetimeField(null=True)
    retired_at = fields.DatetimeField(null=True)
    by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("staff.Staff", on_delete=fields.RESTRICT)
    by_id: int

    class Meta:
        table = "piece"
        unique_together = (("series", "version"),)


class TrackedLink(Record):
    """An address that is told under one of ours, so that taps on it are known; one row per source, step and address.

    source: what says it, like campaign:12. step: the message in which it stands. used_at: when it was last put into a
    message, to the day; empty before the first time.
    """

    source = fields.CharField(max_length=40)
    step = fields.CharField(max_length=20, default="", db_default="")
    url = fields.CharField(max_length=300)
    title = fields.CharField(max_length=80, default="", db_default="")
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "tracked_link"
        unique_together = (("source", "step", "url"),)


class LinkTally(Record):
    """How often a link was opened on one day, by why it counts or doesn't; names no client.

    staff_id: whose message it was, 0 when nobody's. how: client (known, on the timeline), unknown (a person whom the
    address doesn't name), again (the same client on the same day), preview (fetched ahead or by a program).
    """

    link: fields.ForeignKeyRelation[TrackedLink] = fields.ForeignKeyField(
        "campaigns.TrackedLink", related_name="tallies", on_delete=fields.CASCADE
    )
    link_id: int
    staff_id = fields.BigIntField(default=0, db_default=0)
    opened_on = fields.DateField()
    how = fields.CharField(max_length=8)
    times = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "link_tally"
        unique_together = (("link_id", "staff_id", "opened_on", "how"),)


class WordingChange(Record):
    """One approved change of the wording rules, from a day on; never altered, so that every book can be made again.

    op: see campaigns.content.rules.OPS. content: what it says. approval_id: the question whose yes put it here.
    """

    effective_on = fields.DateField()
    op = fields.CharField(max_length=12)
    content: dict[str, Any] = fields.JSONField(default=dict)
    note = fields.CharField(max_length=200, default="", db_default="")
    approval_id = fields.BigIntField(unique=True)
    proposed_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", related_name="wording_changes", on_delete=fields.RESTRICT
    )
    proposed_by_id: int

    class Meta:
        table = "wording_change"
        indexes = (("effective_on", "id"),)
