"""Units and people from before the tree: every branch is a top of its own, and people see what they saw."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_ground_of_trust")]

    initial = False

    operations = [
        ops.RunSQL("UPDATE branch SET path = id || '/' WHERE path = ''"),
        ops.RunSQL(
            "UPDATE staff SET reach = CASE WHEN role = 'director' THEN 'own' WHEN branch_id IS NOT NULL THEN 'branch'"
            " WHEN role = 'branch_head' THEN 'own' ELSE 'bank' END"
        ),
    ]
