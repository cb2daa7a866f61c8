from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('wechat', '0010_wechat_whole'), ('staff', '0005_keep_the_audit')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Staff',
            name='wecom_corpid',
            field=fields.CharField(default='', db_default='', max_length=64),
        ),
    ]
