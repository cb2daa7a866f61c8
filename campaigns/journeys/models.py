"""Journeys, their approved versions, who is inside and where, what happened at each step, and tasks for staff."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from community.clients.models import Client
from kernel.records import Record
from staff.models import Branch, Staff


class Journey(Record):
    """One journey; `draft` is what the editor holds (see definition), approved content lives in its versions.

    state: draft, running, paused, closing (nobody enters any more) or ended. review: what became of the draft: ""
    (being written), submitted or approved. version: of the draft, for saving. floor_id: facts of the timeline up to
    this number are dealt with; mark_*: the next floor, taken over once every transaction that was open at marked_at has
    ended. dated_on: the last day whose date or segment entries are done.
    """

    name = fields.CharField(max_length=80)
    state = fields.CharField(max_length=12, default="draft", db_default="draft")
    hold_reason = fields.CharField(max_length=200, default="", db_default="")
    review = fields.CharField(max_length=12, default="", db_default="")
    draft: dict[str, Any] = fields.JSONField(default=dict, db_default="{}")
    version = fields.IntField(default=1, db_default=1)
    salt = fields.CharField(max_length=32)
    branch: fields.ForeignKeyNullableRelation[Branch] = fields.ForeignKeyField(
        "staff.Branch", null=True, on_delete=fields.RESTRICT
    )
    branch_id: int | None
    author: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", related_name="journeys_written", on_delete=fields.RESTRICT
    )
    author_id: int
    last_editor: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", related_name="journeys_edited", on_delete=fields.RESTRICT
    )
    last_editor_id: int
    started_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    floor_id = fields.BigIntField(default=0, db_default=0)
    mark_id = fields.BigIntField(default=0, db_default=0)
    mark_xid = fields.BigIntField(default=0, db_default=0)
    marked_at = fields.DatetimeField(null=True)
    dated_on = fields.DateField(null=True)

    class Meta:
        table = "journey"
        indexes = (("state",),)


class JourneyVersion(Record):
    """What was put to other people, never changed: `contents` is what `content_hash` is the digest of.

    number, stream_id and approved_at come with their yes. retired_at: a later version takes the new entrants since;
    whoever is inside goes on by this one.
    """

    journey: fields.ForeignKeyRelation[Journey] = fields.ForeignKeyField(
        "campaigns.Journey", related_name="versions", on_delete=fields.CASCADE
    )
    journey_id: int
    number = fields.IntField(null=True)
    contents: dict[str, Any] = fields.JSONField()
    content_hash = fields.CharField(max_length=64)
    stream_id = fields.BigIntField(null=True)
    approved_at = fields.DatetimeField(null=True)
    retired_at = fields.DatetimeField(null=True)

    class Meta:
        table = "journey_version"
        unique_together = (("journey_id", "number"),)


class JourneyEntry(Record):
    """One client inside one version because of one fact: never twice for the same fact, in whatever version.

    fact: what brought them in, for example timeline:17 or document:2026-12-01. state: active, finished, goal, left (an
    exit rule), stopped (the journey ended) or merged; end_reason says more. step: where they stand; due_at: when that
    is looked at next; deadline_at: until when a step waits. arm: treated or control once a split drew one.
    """

    journey: fields.ForeignKeyRelation[Journey] = fields.ForeignKeyField("campaigns.Journey", on_delete=fields.CASCADE)
    journey_id: int
    version: fields.ForeignKeyRelation[JourneyVersion] = fields.ForeignKeyField(
        "campaigns.JourneyVersion", on_delete=fields.CASCADE
    )
    version_id: int
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    fact = fields.CharField(max_length=60)
    state = fields.CharField(max_length=12, default="active", db_default="active")
    end_reason = fields.CharField(max_length=60, default="", db_default="")
    step = fields.CharField(max_length=20)
    arm = fields.CharField(max_length=8, default="", db_default="")
    entered_at = fields.DatetimeField()
    arrived_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    deadline_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    goal_at = fields.DatetimeField(null=True)

    class Meta:
        table = "journey_entry"
        unique_together = (("journey_id", "client_id", "fact"),)
        indexes = (("version_id", "state", "step", "due_at"), ("client_id", "state"))


class JourneyPassage(Record):
    """What happened when an entry passed a step: at most one row for each, which the database itself keeps.

    way: where a step with several ways sent them on. result: done, or why nothing was done. staff_id: whose day it took
    a piece of.
    """

    entry: fields.ForeignKeyRelation[JourneyEntry] = fields.ForeignKeyField(
        "campaigns.JourneyEntry", on_delete=fields.CASCADE
    )
    entry_id: int
    version_id = fields.BigIntField()
    step = fields.CharField(max_length=20)
    way = fields.CharField(max_length=12, default="", db_default="")
    result = fields.CharField(max_length=40, default="done", db_default="done")
    staff_id = fields.BigIntField(null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "journey_passage"
        unique_together = (("entry_id", "step"),)
        indexes = (("version_id", "step", "way", "result"), ("staff_id", "at"))


class StaffTask(Record):
    """Something that a member of staff is to do for a client; state open, done or dropped.

    key: as of a send, so that the same step makes it once. outcome: what came of it, one of following.OUTCOMES.
    """

    key = fields.CharField(max_length=120, unique=True)
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("community.Client", on_delete=fields.CASCADE)
    client_id: int
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "staff.Staff", related_name="follow_ups", on_delete=fields.RESTRICT
    )
    staff_id: int
    journey_id = fields.BigIntField(null=True)
    title = fields.CharField(max_length=200)
    due_on = fields.DateField()
    state = fields.CharField(max_length=12, default="open", db_default="open")
    outcome = fields.CharField(max_length=20, default="", db_default="")
    done_at = fields.DatetimeField(null=True)
    done_by_id = fields.BigIntField(null=True)

    class Meta:
        table = "staff_task"
        indexes = (("staff_id", "state", "due_on"), ("client_id", "state"))
