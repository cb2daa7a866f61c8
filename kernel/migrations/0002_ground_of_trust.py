from tortoise import migrations
from tortoise.migrations import operations as ops
from kernel.clock import now
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('kernel', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='DataKey',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('epoch', fields.IntField(unique=True)),
                ('wrapped', fields.BinaryField(null=True)),
                ('is_direct', fields.BooleanField(default=False, db_default=False)),
                ('state', fields.CharField(default='announced', db_default='announced', max_length=12)),
                ('announced_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('current_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('retired_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('destroyed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('by_id', fields.BigIntField(null=True)),
                ('source', fields.CharField(default='', db_default='', max_length=120)),
            ],
            options={'table': 'data_key', 'app': 'kernel', 'pk_attr': 'id', 'table_description': 'One data key, wrapped by the key source: state announced, current, retired (opens, seals no more) or destroyed.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='KeyRotation',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('epoch', fields.IntField(unique=True)),
                ('state', fields.CharField(default='running', db_default='running', max_length=12)),
                ('by_id', fields.BigIntField(null=True)),
                ('started_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('finished_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'key_rotation', 'app': 'kernel', 'indexes': [Index(fields=['state'])], 'pk_attr': 'id', 'table_description': 'Sealing everything anew with the key of `epoch`: state running, paused or done.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='KeyRotationColumn',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('rotation', fields.ForeignKeyField('kernel.KeyRotation', source_field='rotation_id', db_constraint=True, to_field='id', related_name='columns', on_delete=OnDelete.CASCADE)),
                ('table_name', fields.CharField(max_length=64)),
                ('column_name', fields.CharField(max_length=64)),
                ('total', fields.BigIntField(default=0, db_default=0)),
                ('cursor', fields.BigIntField(default=0, db_default=0)),
                ('seen', fields.BigIntField(default=0, db_default=0)),
                ('done', fields.BigIntField(default=0, db_default=0)),
                ('broken', fields.BigIntField(default=0, db_default=0)),
                ('remaining', fields.BigIntField(null=True)),
                ('is_through', fields.BooleanField(default=False, db_default=False)),
            ],
            options={'table': 'key_rotation_column', 'app': 'kernel', 'unique_together': (('rotation_id', 'table_name', 'column_name'),), 'pk_attr': 'id', 'table_description': 'How far a rotation is in one column: `cursor` is the last row looked at.'},
            bases=['Record'],
        ),
    ]
