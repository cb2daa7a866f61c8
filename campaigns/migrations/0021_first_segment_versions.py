"""Segments that were saved before there were versions get their first one."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FILL = """
INSERT INTO segment_version (segment_id, version, conditions, by_id, created_at)
SELECT id, version, conditions, by_id, created_at FROM segment ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    """Once, in one statement; forgetting the versions again needs nothing."""

    dependencies = [("campaigns", "0020_campaigns_whole")]
    initial = False
    operations = [ops.RunSQL(sql=FILL, reverse_sql="SELECT 1")]
