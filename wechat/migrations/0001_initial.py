from tortoise import migrations
from tortoise.migrations import operations as ops
from kernel.clock import now
from tortoise.fields.db_defaults import Now
from tortoise import fields

class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        ops.CreateModel(
            name='AccessToken',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('app', fields.CharField(unique=True, max_length=120)),
                ('token_sealed', fields.BinaryField()),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'access_token', 'app': 'wechat', 'pk_attr': 'id', 'table_description': 'The present token of one app: `app` names side, account and agent, never the secret.'},
            bases=['Record'],
        ),
    ]
