from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('community', '0020_campaigns_whole'), ('community', '0011_count_quotas'), ('loyalty', '0003_keep_the_points'), ('staff', '0001_initial'), ('staff', '0002_ground_of_trust'), ('staff', '0003_fill_the_tree'), ('staff', '0004_know_the_way_up'), ('staff', '0005_keep_the_audit'), ('staff', '0010_wechat_whole')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Account',
            name='matures_on',
            field=fields.DateField(null=True),
        ),
        ops.AddIndex(
            model_name='Account',
            index=Index(fields=['matures_on']),
        ),
    ]
