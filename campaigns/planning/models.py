"""A campaign from draft to end, and the messages (steps) it consists of."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from kernel.records import Record
from staff.models import Branch, Staff

STATES = ("draft", "submitted", "approved", "scheduled", "sending", "paused", "held", "finished", "cancelled")


class Campaign(Record):
    """What is planned: kind (registry), channel, audience, control share, start.

    state: see campaigns.planning.lifecycle. approved_hash: digest of all that the approver saw; an edit clears it.
    epoch: raised by pause, resume and cancel, so that leases of an older epoch stop. version: optimistic lock.
    chosen: of a kind that anybody reads, which groups or members it goes to (campaigns.kinds.choosing).
    fallbacks: further channels, the best first, for people whom the campaign's own does not reach. spread_minutes: its
    sends are spread evenly over so long. priority: 1 (gives way) to 5 (goes first) where two campaigns want one person.
    pilot_percent, pilot_own: who hears first of the first message: a drawn share, or the clients of members of the
    author's own unit; the others follow pilot_minutes later (campaigns.planning.pilots).
    cost_fen: what it cost (gifts, rooms, messages), entered when it is known; no part of what is approved.
    goal, goal_days: what it is measured by and over how many days; guardrails: figure -> percent that must not be
    passed (campaigns.planning.goals). repeats: the rule of a series, whose first date this is (planning.recurring);
    series, occurs_on: of a later date, the first one and its own day. archived_at: put away from the list.
    stream_id: the tap of its sends (community.sending.streams), opened when it starts. products: codes of the products
    that it is about (community.suitability.products); part of what is approved.
    """

    kind = fields.CharField(max_length=20)
    name = fields.CharField(max_length=80)
    channel = fields.CharField(max_length=20)
    state = fields.CharField(max_length=12, default="draft", db_default="draft")
    hold_reason = fields.CharField(max_length=200, default="", db_default="")
    conditions: dict[str, Any] = fields.JSONField(default=dict, db_default="{}")
    control_percent = fields.IntField(default=0, db_default=0)
    products: list[str] = fields.JSONField(default=list, db_default="[]")
    chosen: dict[str, Any] = fields.JSONField(default=dict, db_default="{}")
    fallbacks: list[str] = fields.JSONField(default=list, db_default="[]")
    spread_minutes = fields.IntField(default=0, db_default=0)
    priority = fields.IntField(default=3, db_default=3)
    pilot_percent = fields.IntField(default=0, db_default=0)
    pilot_minutes = fields.IntField(default=60, db_default=60)
    pilot_own = fields.BooleanField(default=False, db_default=False)
    goal = fields.CharField(max_length=20, default="deposit_return", db_default="deposit_return")
    goal_days = fields.IntField(default=30, db_default=30)
    guardrails: dict[str, float] = fields.JSONField(default=dict, db_default="{}")
    repeats: dict[str, Any] = fields.JSONField(default=dict, db_default="{}")
    repeats_ended_at = fields.DatetimeField(null=True)
    series: fields.ForeignKeyNullableRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", related_name="occurrences", null=True, on_delete=fields.RESTRICT
    )
    series_id: int | None
    occurs_on = fields.DateField(null=True)
    archived_at = fields.DatetimeField(null=True)
    salt = fields.CharField(max_length=32)
    starts_at = fields.DatetimeField(null=True)
    late_minutes = fields.IntField(default=120, db_default=120)
    branch: fields.ForeignKeyNullableRelation[Branch] = fields.ForeignKeyField(
        "staff.Branch", null=True, on_delete=fields.RESTRICT
    )
    branch_id: int | None
    author: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", related_name="campaigns_written", on_delete=fields.RESTRICT
    )
    author_id: int
    last_editor: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", related_name="campaigns_edited", on_delete=fields.RESTRICT
    )
    last_editor_id: int
    approved_hash = fields.CharField(max_length=64, default="", db_default="")
    approved_at = fields.DatetimeField(null=True)
    cost_fen = fields.BigIntField(null=True)
    stream_id = fields.BigIntField(null=True)
    epoch = fields.IntField(default=0, db_default=0)
    version = fields.IntField(default=1, db_default=1)
    started_at = fields.DatetimeField(null=True)
    frozen_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "campaign"
        unique_together = (("series_id", "occurs_on"),)
        indexes = (("state", "starts_at"), ("starts_at",))


class Step(Record):
    """One message of a campaign: main, reminder, attended, absent, ... `due_at` null until its time is known.

    who: which of the frozen people get it (all, or a rule of the kind). state: waiting, planned, done or missed.
    rules_version: the wording rules that its words were checked against when its sends were written.
    pieces: ids of what it carries from the library, in order; a version of a piece never changes.
    """

    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", related_name="steps", on_delete=fields.CASCADE
    )
    campaign_id: int
    code = fields.CharField(max_length=20)
    position = fields.IntField(default=0, db_default=0)
    text = fields.TextField()
    link_title = fields.CharField(max_length=64, default="", db_default="")
    link_url = fields.CharField(max_length=300, default="", db_default="")
    who = fields.CharField(max_length=20, default="all", db_default="all")
    due_at = fields.DatetimeField(null=True)
    state = fields.CharField(max_length=12, default="waiting", db_default="waiting")
    planned_at = fields.DatetimeField(null=True)
    rest_at = fields.DatetimeField(null=True)
    pieces: list[int] = fields.JSONField(default=list, db_default="[]")
    rules_version = fields.CharField(max_length=40, default="", db_default="")

    class Meta:
        table = "step"
        unique_together = (("campaign_id", "code"),)
        indexes = (("state", "due_at"),)


class Variant(Record):
    """One version of a campaign's messages in a comparison A/B/n; a campaign without rows has only its steps, "A".

    share: percent of the treated people, all of a campaign together 100. texts: step code -> {text, link_title,
    link_url} instead of the step's own; A has none, and what is missing is said as the step says it.
    """

    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", related_name="variants", on_delete=fields.CASCADE
    )
    campaign_id: int
    code = fields.CharField(max_length=1)
    label = fields.CharField(max_length=40, default="", db_default="")
    share = fields.IntField()
    texts: dict[str, dict[str, str]] = fields.JSONField(default=dict, db_default="{}")

    class Meta:
        table = "variant"
        unique_together = (("campaign_id", "code"),)


class DraftVersion(Record):
    """What a draft said at one save: who, when, and all the editor holds, so that nothing typed is lost.

    is_auto: saved while typing; the next such save of the same person soon after takes its place.
    """

    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", related_name="draft_versions", on_delete=fields.CASCADE
    )
    campaign_id: int
    version = fields.IntField()
    by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", related_name="draft_versions", on_delete=fields.RESTRICT
    )
    by_id: int
    is_auto = fields.BooleanField(default=False, db_default=False)
    saved_at = fields.DatetimeField()
    contents: dict[str, Any] = fields.JSONField(default=dict, db_default="{}")

    class Meta:
        table = "draft_version"
        unique_together = (("campaign_id", "version"),)
