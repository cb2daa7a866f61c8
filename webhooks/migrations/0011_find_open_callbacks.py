"""Sweepers look for the few open callbacks among millions of handled ones: an index of only those, lane by lane."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0010_wechat_whole")]

    initial = False

    operations = [
        ops.RunSQL(
            "CREATE INDEX callback_open ON callback (lane DESC, id) WHERE state IN ('received', 'failed', 'claimed')",
            reverse_sql="DROP INDEX callback_open",
        )
    ]
