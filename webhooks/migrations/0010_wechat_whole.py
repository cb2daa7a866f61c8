from tortoise import migrations
from tortoise.migrations import operations as ops
from kernel.clock import now
from tortoise.fields.db_defaults import Now
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('community', '0010_wechat_whole'), ('webhooks', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='IntakeMinute',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('minute', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('side', fields.CharField(max_length=20)),
                ('app', fields.CharField(max_length=64)),
                ('what', fields.CharField(max_length=20)),
                ('count', fields.IntField(default=0, db_default=0)),
            ],
            options={'table': 'intake_minute', 'app': 'webhooks', 'unique_together': (('minute', 'side', 'app', 'what'),), 'pk_attr': 'id', 'table_description': 'What one minute brought for one account: received, repeated, not_stored, or answers within:<milliseconds>.'},
            bases=['Record'],
        ),
    ]
