"""Access tokens kept where losing Redis can't lose them; the value is sealed (table `access_token`)."""

from __future__ import annotations

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


SEALED = (sealing.Column("access_token", "token_sealed", "", row="0", bound_by="app"),)
