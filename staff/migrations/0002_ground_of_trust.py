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
    dependencies = [('kernel', '0002_ground_of_trust'), ('staff', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AddressPause',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('address_hash', fields.CharField(unique=True, max_length=64)),
                ('failures', fields.IntField(default=0, db_default=0)),
                ('next_try_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('last_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'address_pause', 'app': 'staff', 'pk_attr': 'id', 'table_description': 'How often proofs failed lately from one network address, or codes of one person; only a keyed hash of which.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='ApprovalRule',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('subject', fields.CharField(max_length=40)),
                ('effective_on', fields.DateField()),
                ('second_above', fields.BigIntField(null=True)),
                ('expires_hours', fields.IntField(default=72, db_default=72)),
            ],
            options={'table': 'approval_rule', 'app': 'staff', 'unique_together': (('subject', 'effective_on'),), 'pk_attr': 'id', 'table_description': 'When one subject needs a second yes and how long a question stays open; the newest effective day is in force.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='AuditCheck',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('asked_by', fields.ForeignKeyField('staff.Staff', source_field='asked_by_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('state', fields.CharField(default='running', db_default='running', max_length=8)),
                ('done', fields.BigIntField(default=0, db_default=0)),
                ('total', fields.BigIntField(default=0, db_default=0)),
                ('finding', fields.JSONField(default=dict, db_default='{}', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('finished_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'audit_check', 'app': 'staff', 'pk_attr': 'id', 'table_description': 'One verification of the chain, asked for on the page: state running, sound, broken or failed, and how far.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='AuditLink',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('position', fields.BigIntField(unique=True)),
                ('entry_id', fields.BigIntField(unique=True)),
                ('hash', fields.CharField(max_length=64)),
            ],
            options={'table': 'audit_link', 'app': 'staff', 'pk_attr': 'id', 'table_description': 'The place of one entry in the chain: positions count from 1 without a gap. Never updated, never deleted.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='AuditWaiting',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('entry_id', fields.BigIntField(unique=True)),
            ],
            options={'table': 'audit_waiting', 'app': 'staff', 'pk_attr': 'id', 'table_description': 'An entry that has no link yet: written with the entry, gone when the entry is linked.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Delegation',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('absent', fields.ForeignKeyField('staff.Staff', source_field='absent_id', db_constraint=True, to_field='id', related_name='delegations_given', on_delete=OnDelete.RESTRICT)),
                ('deputy', fields.ForeignKeyField('staff.Staff', source_field='deputy_id', db_constraint=True, to_field='id', related_name='delegations_taken', on_delete=OnDelete.RESTRICT)),
                ('from_on', fields.DateField()),
                ('until_on', fields.DateField()),
                ('reason', fields.CharField(default='', db_default='', max_length=200)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'delegation', 'app': 'staff', 'indexes': [Index(fields=['deputy_id', 'until_on']), Index(fields=['absent_id', 'until_on'])], 'pk_attr': 'id', 'table_description': 'One person stands in for another from a day until a day (Shanghai, both inclusive), or until it was ended.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Export',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('kind', fields.CharField(max_length=40)),
                ('params', fields.JSONField(default=dict, db_default='{}', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('reason', fields.CharField(max_length=300)),
                ('asked_by', fields.ForeignKeyField('staff.Staff', source_field='asked_by_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('state', fields.CharField(default='preparing', db_default='preparing', max_length=12)),
                ('rows', fields.IntField(default=0, db_default=0)),
                ('file_name', fields.CharField(default='', db_default='', max_length=120)),
                ('problem', fields.CharField(default='', db_default='', max_length=300)),
                ('token_hash', fields.CharField(default='', db_default='', max_length=64)),
                ('watermark', fields.CharField(default='', db_default='', max_length=64)),
                ('ready_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('fetched_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('leased_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('file_bytes', fields.BigIntField(default=0, db_default=0)),
            ],
            options={'table': 'export', 'app': 'staff', 'indexes': [Index(fields=['asked_by_id', 'created_at']), Index(fields=['state', 'expires_at'])], 'pk_attr': 'id', 'table_description': 'One file asked for; state waiting (for approval), preparing, ready, fetched, expired, refused or failed.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='ExportPart',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('export', fields.ForeignKeyField('staff.Export', source_field='export_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('position', fields.IntField()),
                ('body_sealed', fields.BinaryField()),
            ],
            options={'table': 'export_part', 'app': 'staff', 'unique_together': (('export_id', 'position'),), 'pk_attr': 'id', 'table_description': "One piece of an export's file, sealed (table `export_part`, column `body`, bound to its own row)."},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Interest',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('staff', fields.ForeignKeyField('staff.Staff', source_field='staff_id', db_constraint=True, to_field='id', related_name='interests', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(max_length=12)),
                ('ref', fields.CharField(max_length=80)),
                ('relation', fields.CharField(default='', db_default='', max_length=200)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'interest', 'app': 'staff', 'indexes': [Index(fields=['kind', 'ref']), Index(fields=['staff_id'])], 'pk_attr': 'id', 'table_description': 'What a person declared: `kind` product, company or client; `ref` its code, name or client number.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Invitation',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('staff', fields.ForeignKeyField('staff.Staff', source_field='staff_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('token_hash', fields.CharField(unique=True, max_length=64)),
                ('purpose', fields.CharField(max_length=12)),
                ('made_by_id', fields.BigIntField(null=True)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'staff_invitation', 'app': 'staff', 'pk_attr': 'id', 'table_description': 'A one-time link on which a person sets the password; only the hash of its token. purpose: invite or reset.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='KnownAddress',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('staff', fields.ForeignKeyField('staff.Staff', source_field='staff_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('address_hash', fields.CharField(max_length=64)),
                ('last_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'known_address', 'app': 'staff', 'unique_together': (('staff_id', 'address_hash'),), 'pk_attr': 'id', 'table_description': 'A network address from which a person signed in lately, as a keyed hash; last_at: the last time.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='LineComment',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('approval', fields.ForeignKeyField('staff.Approval', source_field='approval_id', db_constraint=True, to_field='id', related_name='comments', on_delete=OnDelete.RESTRICT)),
                ('staff', fields.ForeignKeyField('staff.Staff', source_field='staff_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('anchor', fields.CharField(max_length=40)),
                ('line', fields.IntField()),
                ('text', fields.CharField(max_length=500)),
            ],
            options={'table': 'line_comment', 'app': 'staff', 'indexes': [Index(fields=['approval_id'])], 'pk_attr': 'id', 'table_description': "A reviewer's remark on one line; `anchor` names the text (a step's code), `line` counts from 1."},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('staff', fields.ForeignKeyField('staff.Staff', source_field='staff_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('code_hash', fields.CharField(max_length=128)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'recovery_code', 'app': 'staff', 'indexes': [Index(fields=['staff_id'])], 'pk_attr': 'id', 'table_description': 'A code for the day the phone is lost: only its hash, good once.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='SpentToken',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('token_hash', fields.CharField(unique=True, max_length=64)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'spent_token', 'app': 'staff', 'pk_attr': 'id', 'table_description': 'A signed token that was good once and has been used; only its keyed hash, kept until it is too old anyway.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Vote',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('approval', fields.ForeignKeyField('staff.Approval', source_field='approval_id', db_constraint=True, to_field='id', related_name='votes', on_delete=OnDelete.RESTRICT)),
                ('staff', fields.ForeignKeyField('staff.Staff', source_field='staff_id', db_constraint=True, to_field='id', related_name='votes', on_delete=OnDelete.RESTRICT)),
                ('on_behalf_of', fields.ForeignKeyField('staff.Staff', source_field='on_behalf_of_id', null=True, db_constraint=True, to_field='id', related_name='votes_by_deputies', on_delete=OnDelete.RESTRICT)),
                ('is_yes', fields.BooleanField()),
                ('is_committee', fields.BooleanField(default=False, db_default=False)),
                ('note', fields.TextField(default='', db_default='', unique=False)),
            ],
            options={'table': 'vote', 'app': 'staff', 'unique_together': (('approval_id', 'staff_id'),), 'pk_attr': 'id', 'table_description': "One person's yes or no to an approval; on_behalf_of: the absent person they stood in for."},
            bases=['Record'],
        ),
        ops.AlterModelOptions(
            name='Approval',
            options={'table': 'approval', 'app': 'staff', 'indexes': [Index(fields=['subject', 'subject_id']), Index(fields=['state', 'created_at']), Index(fields=['state', 'expires_at'])], 'pk_attr': 'id', 'table_description': "A second person's word on exact content: state waiting, approved, returned, void, withdrawn or expired."},
        ),
        ops.AddField(
            model_name='Approval',
            name='expires_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Approval',
            name='needs',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddField(
            model_name='Approval',
            name='needs_committee',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Approval',
            name='size',
            field=fields.BigIntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Approval',
            name='touches',
            field=fields.JSONField(default=list, db_default='[]', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddIndex(
            model_name='Approval',
            index=Index(fields=['state', 'expires_at']),
        ),
        ops.AlterModelOptions(
            name='AuditEntry',
            options={'table': 'audit_entry', 'app': 'staff', 'indexes': [Index(fields=['subject', 'subject_id']), Index(fields=['created_at']), Index(fields=['staff_id', 'id']), Index(fields=['request_id'])], 'pk_attr': 'id', 'table_description': 'Who did what to which thing, and when; `detail` holds no personal data. Never updated, never deleted.'},
        ),
        ops.AddField(
            model_name='AuditEntry',
            name='mac',
            field=fields.CharField(default='', db_default='', max_length=64),
        ),
        ops.AddField(
            model_name='AuditEntry',
            name='request_id',
            field=fields.CharField(default='', db_default='', max_length=64),
        ),
        ops.AddIndex(
            model_name='AuditEntry',
            index=Index(fields=['staff_id', 'id']),
        ),
        ops.AddIndex(
            model_name='AuditEntry',
            index=Index(fields=['request_id']),
        ),
        ops.AlterModelOptions(
            name='Branch',
            options={'table': 'branch', 'app': 'staff', 'pk_attr': 'id', 'table_description': "A unit of the bank's organisation tree: a branch, a sub-branch or a team; the bank itself stands above them all."},
        ),
        ops.AddField(
            model_name='Branch',
            name='is_closed',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Branch',
            name='kind',
            field=fields.CharField(default='branch', db_default='branch', max_length=12),
        ),
        ops.AddField(
            model_name='Branch',
            name='parent',
            field=fields.ForeignKeyField('staff.Branch', source_field='parent_id', null=True, db_constraint=True, to_field='id', related_name='units', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Branch',
            name='path',
            field=fields.CharField(default='', db_index=True, db_default='', max_length=200),
        ),
        ops.AlterModelOptions(
            name='Session',
            options={'table': 'session', 'app': 'staff', 'pk_attr': 'id', 'table_description': 'A signed-in browser: only the hash of its token is kept. `how`: password, wecom or invitation.'},
        ),
        ops.AddField(
            model_name='Session',
            name='browser',
            field=fields.CharField(default='', db_default='', max_length=200),
        ),
        ops.AddField(
            model_name='Session',
            name='has_second_factor',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Session',
            name='how',
            field=fields.CharField(default='password', db_default='password', max_length=12),
        ),
        ops.AddField(
            model_name='Session',
            name='stepped_up_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Staff',
            name='in_committee',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Staff',
            name='left_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Staff',
            name='reach',
            field=fields.CharField(default='own', db_default='own', max_length=12),
        ),
        ops.AddField(
            model_name='Staff',
            name='totp_last_step',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Staff',
            name='totp_sealed',
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name='Staff',
            name='totp_since',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
