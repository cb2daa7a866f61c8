from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('loyalty', '0002_ground_of_trust'), ('campaigns', '0001_initial'), ('community', '0001_initial'), ('staff', '0001_initial')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Campaign',
            name='products',
            field=fields.JSONField(default=list, db_default='[]', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AlterField(
            model_name='Delivery',
            name='decision',
            field=fields.CharField(max_length=30),
        ),
    ]
