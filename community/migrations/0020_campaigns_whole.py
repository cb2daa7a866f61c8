from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('community', '0011_count_quotas'), ('staff', '0001_initial'), ('staff', '0002_ground_of_trust'), ('staff', '0003_fill_the_tree'), ('staff', '0004_know_the_way_up'), ('staff', '0005_keep_the_audit'), ('staff', '0010_wechat_whole')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Group',
            name='listed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='GroupTask',
            name='moment_id',
            field=fields.CharField(default='', db_default='', max_length=80),
        ),
    ]
