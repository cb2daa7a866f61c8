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
    initial = True

    dependencies = [("wechat", "0001_initial")]

    operations = [
        ops.CreateModel(
            name='Branch',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('code', fields.CharField(unique=True, max_length=32)),
                ('name', fields.CharField(max_length=80)),
            ],
            options={'table': 'branch', 'app': 'staff', 'pk_attr': 'id', 'table_description': 'A branch of the bank.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Staff',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('login', fields.CharField(unique=True, max_length=64)),
                ('name', fields.CharField(max_length=64)),
                ('role', fields.CharField(max_length=20)),
                ('branch', fields.ForeignKeyField('staff.Branch', source_field='branch_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('wecom_userid', fields.CharField(null=True, unique=True, max_length=64)),
                ('password_hash', fields.CharField(default='', db_default='', max_length=200)),
                ('is_active', fields.BooleanField(default=True, db_default=True)),
                ('failed_sign_ins', fields.IntField(default=0, db_default=0)),
                ('next_sign_in_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('language', fields.CharField(default='zh-CN', db_default='zh-CN', max_length=8)),
            ],
            options={'table': 'staff', 'app': 'staff', 'pk_attr': 'id', 'table_description': 'One employee; `role` is one of ROLES, `wecom_userid` names them in WeCom.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Approval',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('subject', fields.CharField(max_length=40)),
                ('subject_id', fields.BigIntField()),
                ('content_hash', fields.CharField(max_length=64)),
                ('summary', fields.JSONField(default=dict, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('asked_by', fields.ForeignKeyField('staff.Staff', source_field='asked_by_id', db_constraint=True, to_field='id', related_name='approvals_asked', on_delete=OnDelete.RESTRICT)),
                ('state', fields.CharField(default='waiting', db_default='waiting', max_length=12)),
                ('decided_by', fields.ForeignKeyField('staff.Staff', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name='approvals_decided', on_delete=OnDelete.RESTRICT)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('note', fields.TextField(default='', db_default='', unique=False)),
            ],
            options={'table': 'approval', 'app': 'staff', 'indexes': [Index(fields=['subject', 'subject_id']), Index(fields=['state', 'created_at'])], 'pk_attr': 'id', 'table_description': "A second person's word on exact content: state waiting, approved, returned, void or withdrawn."},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('staff', fields.ForeignKeyField('staff.Staff', source_field='staff_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('action', fields.CharField(max_length=60)),
                ('subject', fields.CharField(default='', db_default='', max_length=40)),
                ('subject_id', fields.BigIntField(null=True)),
                ('detail', fields.JSONField(default=dict, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'audit_entry', 'app': 'staff', 'indexes': [Index(fields=['subject', 'subject_id']), Index(fields=['created_at'])], 'pk_attr': 'id', 'table_description': 'Who did what to which thing, and when; `detail` holds no personal data.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Session',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('token_hash', fields.CharField(unique=True, max_length=64)),
                ('staff', fields.ForeignKeyField('staff.Staff', source_field='staff_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('csrf', fields.CharField(max_length=64)),
                ('last_seen_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('address', fields.CharField(default='', db_default='', max_length=64)),
            ],
            options={'table': 'session', 'app': 'staff', 'pk_attr': 'id', 'table_description': 'A signed-in browser: only the hash of its token is kept.'},
            bases=['Record'],
        ),
    ]
