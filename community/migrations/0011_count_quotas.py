"""Find what a client or group has got this month, and what an account has sent today, without reading all sends."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("community", "0010_wechat_whole")]

    initial = False

    operations = [
        ops.RunSQL(
            "CREATE INDEX send_of_recipient ON send (recipient, channel) INCLUDE (id)"
            " WHERE channel IN ('wecom_message', 'wecom_group')",
            "DROP INDEX send_of_recipient",
        ),
        ops.RunSQL(
            "CREATE INDEX send_delivered_in_window ON send (channel, delivered_at) INCLUDE (recipient)"
            " WHERE state = 'delivered' AND channel IN ('wecom_message', 'wecom_group')",
            "DROP INDEX send_delivered_in_window",
        ),
        ops.RunSQL(
            "CREATE INDEX send_of_account ON send (channel, requested_at)"
            " WHERE channel IN ('oa_service', 'oa_template')",
            "DROP INDEX send_of_account",
        ),
    ]
