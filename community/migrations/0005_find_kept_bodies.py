"""Sends of which body or recipient is still kept, by the moment from which the retention rule counts."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("community", "0004_find_the_erased")]

    initial = False

    operations = [
        ops.RunSQL(
            "CREATE INDEX send_kept ON send (coalesce(ended_at, accepted_at, created_at))"
            " WHERE body_sealed IS NOT NULL OR recipient <> ''"
        ),
    ]
