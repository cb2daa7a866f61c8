"""Accounts with their sealed secrets, what callbacks and checks told of them, and access tokens (sealed, too)."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from kernel import sealing
from kernel.records import Record


class AccessToken(Record):
    """The present token of one app: `app` names side, account and agent, never the secret."""

    app = fields.CharField(max_length=120, unique=True)
    token_sealed = fields.BinaryField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "access_token"


class WechatApp(Record):
    """One official account, or one app of a corp, as the console says; secrets are sealed and never shown again.

    side: official_account or wecom. receive_id: appid or corpid. slug: last part of the callback address. mode: plain,
    compatible or safe. aes_previous counts until its date, so that callbacks under way during a change of key open.
    *_changed_at: the last change of each secret. For the settings' account a row completes what the environment says.
    """

    side = fields.CharField(max_length=20)
    receive_id = fields.CharField(max_length=64)
    agentid = fields.IntField(default=0, db_default=0)
    name = fields.CharField(max_length=60)
    slug = fields.CharField(max_length=40)
    original_id = fields.CharField(max_length=64, default="", db_default="")
    secret_sealed = fields.BinaryField(null=True)
    token_sealed = fields.BinaryField(null=True)
    aes_key_sealed = fields.BinaryField(null=True)
    aes_previous_sealed = fields.BinaryField(null=True)
    aes_previous_until = fields.DatetimeField(null=True)
    secret_changed_at = fields.DatetimeField(null=True)
    token_changed_at = fields.DatetimeField(null=True)
    aes_key_changed_at = fields.DatetimeField(null=True)
    mode = fields.CharField(max_length=12, default="safe", db_default="safe")
    body_format = fields.CharField(max_length=4, default="xml", db_default="xml")
    template_id = fields.CharField(max_length=64, default="", db_default="")
    is_primary = fields.BooleanField(default=False, db_default=False)
    paused_at = fields.DatetimeField(null=True)

    class Meta:
        table = "wechat_app"
        unique_together = (("side", "receive_id", "agentid"), ("side", "slug"))


class CallbackMark(Record):
    """What callbacks told of one account's connection: `app` is its key (side, account, agent).

    verified_at: the last address check that was answered. old_key_calls: callbacks still sealed with the previous key.

    """

    app = fields.CharField(max_length=120, unique=True)
    verified_at = fields.DatetimeField(null=True)
    received_at = fields.DatetimeField(null=True)
    old_key_calls = fields.IntField(default=0, db_default=0)
    old_key_at = fields.DatetimeField(null=True)
    refused: dict[str, int] = fields.JSONField(default=dict, db_default="{}")
    refused_at = fields.DatetimeField(null=True)
    refused_reason = fields.CharField(max_length=40, default="", db_default="")

    class Meta:
        table = "callback_mark"


class Diagnosis(Record):
    """One run of the connection doctor: its findings so far, kept with their time.

    state: waiting, running, done or failed. findings: check, verdict (ok, note, wrong), reason and what to do.
    """

    app = fields.CharField(max_length=120)
    state = fields.CharField(max_length=12, default="waiting", db_default="waiting")
    steps = fields.IntField(default=0, db_default=0)
    steps_done = fields.IntField(default=0, db_default=0)
    findings: list[dict[str, Any]] = fields.JSONField(default=list, db_default="[]")
    by_staff_id = fields.BigIntField(null=True)
    started_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "wechat_diagnosis"
        indexes = (("app", "id"),)


class PlatformLimit(Record):
    """One limit of the platform with the days it held: read through `limits`, filled from `limits_known`.

    value null: as many as the month has days. valid_until: the last day, null: still. preset: its name where the
    platform offers several.
    """

    name = fields.CharField(max_length=60)
    label = fields.CharField(max_length=60)
    value = fields.IntField(null=True)
    per = fields.CharField(max_length=12)
    preset = fields.CharField(max_length=20, default="", db_default="")
    span_s = fields.IntField(default=0, db_default=0)
    valid_from = fields.DateField()
    valid_until = fields.DateField(null=True)
    is_default = fields.BooleanField(default=True, db_default=True)
    source = fields.CharField(max_length=120, default="", db_default="")

    class Meta:
        table = "platform_limit"
        unique_together = (("name", "preset", "valid_from"),)


class PlatformChoice(Record):
    """Which preset of a limit holds from a day on, as the bank set it in the platform's own console."""

    name = fields.CharField(max_length=60)
    preset = fields.CharField(max_length=20)
    effective_on = fields.DateField()
    note = fields.CharField(max_length=200, default="", db_default="")

    class Meta:
        table = "platform_choice"
        unique_together = (("name", "effective_on"),)


class ApiHold(Record):
    """What one app may not call now, or may call only slowly: read by every process, shown with its reason.

    api: path of the call, or * for all calls of the app. kind: quota (ends by itself), account (a person must act; one
    probe now and then) or trouble (no answers; one probe now and then). times: how often in a row. slowed_to: share of
    the usual rate until slowed_until. ended_by_id: who asked to try again.
    """

    app = fields.CharField(max_length=120)
    api = fields.CharField(max_length=120)
    kind = fields.CharField(max_length=12)
    reason = fields.CharField(max_length=60)
    message = fields.CharField(max_length=200, default="", db_default="")
    errcode = fields.IntField(null=True)
    since = fields.DatetimeField()
    until_at = fields.DatetimeField(null=True)
    times = fields.IntField(default=1, db_default=1)
    slowed_to = fields.FloatField(default=1.0, db_default=1.0)
    slowed_until = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    ended_by_id = fields.BigIntField(null=True)

    class Meta:
        table = "api_hold"
        unique_together = (("app", "api"),)


class ApiUse(Record):
    """Calls of one hour by app, API, outcome (errcode, or a word) and duration: `le_ms` is the bar of the histogram."""

    hour_at = fields.DatetimeField()
    app = fields.CharField(max_length=120)
    api = fields.CharField(max_length=120)
    outcome = fields.CharField(max_length=40)
    le_ms = fields.IntField()
    calls = fields.BigIntField()
    ms_sum = fields.BigIntField(default=0, db_default=0)

    class Meta:
        table = "api_use"
        unique_together = (("hour_at", "app", "api", "outcome", "le_ms"),)


SEALED = (
    sealing.Column("access_token", "token_sealed", "", row="0", bound_by="app"),
    sealing.Column("wechat_app", "secret_sealed", "secret"),
    sealing.Column("wechat_app", "token_sealed", "token"),
    sealing.Column("wechat_app", "aes_key_sealed", "aes_key"),
    sealing.Column("wechat_app", "aes_previous_sealed", "aes_previous"),
)
