from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from kernel.clock import now
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('community', '0002_ground_of_trust'), ('community', '0001_initial'), ('loyalty', '0001_initial'), ('staff', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='GrantOrder',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('benefit', fields.ForeignKeyField('loyalty.Benefit', source_field='benefit_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('period', fields.CharField(max_length=8)),
                ('reason', fields.CharField(max_length=200)),
                ('clients', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('by', fields.ForeignKeyField('staff.Staff', source_field='by_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('granted', fields.IntField(null=True)),
            ],
            options={'table': 'grant_order', 'app': 'loyalty', 'pk_attr': 'id', 'table_description': 'What one person wants granted by hand: a benefit, clients, a period and why; its approval says what became of it.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='PointsBalance',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('client_id', fields.BigIntField(unique=True)),
                ('balance', fields.BigIntField(default=0, db_default=0)),
                ('may_owe', fields.BooleanField(default=False, db_default=False)),
                ('is_closed', fields.BooleanField(default=False, db_default=False)),
            ],
            options={'table': 'points_balance', 'app': 'loyalty', 'pk_attr': 'id', 'table_description': "A client's balance: the sum of the postings on the client's account, kept under a row lock."},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='PointsCheck',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('transactions', fields.BigIntField()),
                ('clients', fields.BigIntField()),
                ('unbalanced', fields.BigIntField()),
                ('differing', fields.BigIntField()),
                ('total', fields.BigIntField()),
            ],
            options={'table': 'points_check', 'app': 'loyalty', 'pk_attr': 'id', 'table_description': 'One reconciliation: whether every transaction sums to 0 and every balance is the sum of its postings.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='PointsTransaction',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('kind', fields.CharField(max_length=12)),
                ('key', fields.CharField(unique=True, max_length=80)),
                ('reason', fields.CharField(default='', db_default='', max_length=200)),
                ('by', fields.ForeignKeyField('staff.Staff', source_field='by_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'points_transaction', 'app': 'loyalty', 'pk_attr': 'id', 'table_description': 'One entry of the journal: its postings sum to 0, which the database checks when it is committed.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='PointsPosting',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('transaction', fields.ForeignKeyField('loyalty.PointsTransaction', source_field='transaction_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('account', fields.CharField(max_length=12)),
                ('client_id', fields.BigIntField()),
                ('points', fields.BigIntField()),
                ('balance_after', fields.BigIntField(null=True)),
            ],
            options={'table': 'points_posting', 'app': 'loyalty', 'indexes': [Index(fields=['client_id', 'id']), Index(fields=['transaction_id'])], 'pk_attr': 'id', 'table_description': "One leg of a transaction, on the client's account or on one of the bank's (see points.BANK_ACCOUNTS)."},
            bases=['Record'],
        ),
        ops.AlterModelOptions(
            name='Benefit',
            options={'table': 'benefit', 'app': 'loyalty', 'pk_attr': 'id', 'table_description': 'Something a tier entitles to; period month, quarter or year; stock null: no limit; partner: who serves it.'},
        ),
        ops.AddField(
            model_name='Benefit',
            name='partner',
            field=fields.CharField(default='', db_default='', max_length=80),
        ),
    ]
