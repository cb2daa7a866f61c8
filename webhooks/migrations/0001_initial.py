from tortoise import migrations
from tortoise.migrations import operations as ops
from kernel.clock import now
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    initial = True

    dependencies = [("campaigns", "0001_initial")]

    operations = [
        ops.CreateModel(
            name='Callback',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('side', fields.CharField(max_length=20)),
                ('app', fields.CharField(max_length=64)),
                ('digest', fields.CharField(max_length=64)),
                ('kind', fields.CharField(max_length=60)),
                ('lane', fields.CharField(default='callbacks', db_default='callbacks', max_length=12)),
                ('body_sealed', fields.BinaryField()),
                ('state', fields.CharField(default='received', db_default='received', max_length=12)),
                ('attempts', fields.IntField(default=0, db_default=0)),
                ('copies', fields.IntField(default=1, db_default=1)),
                ('next_try_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('claimed_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('handled_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('problem', fields.CharField(default='', db_default='', max_length=300)),
            ],
            options={'table': 'callback', 'app': 'webhooks', 'unique_together': (('side', 'app', 'digest'),), 'indexes': [Index(fields=['state', 'next_try_at']), Index(fields=['created_at'])], 'pk_attr': 'id', 'table_description': 'One received call; `digest` (SHA-256 of the whole decrypted body) makes it unique, the body is sealed.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='RefusedCall',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('day', fields.DateField()),
                ('side', fields.CharField(max_length=20)),
                ('reason', fields.CharField(max_length=40)),
                ('count', fields.IntField(default=0, db_default=0)),
            ],
            options={'table': 'refused_call', 'app': 'webhooks', 'unique_together': (('day', 'side', 'reason'),), 'pk_attr': 'id', 'table_description': 'How many calls a reason refused on one day: the only trace that a refused call leaves.'},
            bases=['Record'],
        ),
    ]
