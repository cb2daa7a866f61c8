from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from kernel.clock import now
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('staff', '0010_wechat_whole'), ('community', '0005_find_kept_bodies'), ('staff', '0005_keep_the_audit')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CorpTag',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('corpid', fields.CharField(max_length=64)),
                ('wecom_id', fields.CharField(max_length=64)),
                ('name', fields.CharField(max_length=64)),
                ('group_id', fields.CharField(default='', db_default='', max_length=64)),
                ('group_name', fields.CharField(default='', db_default='', max_length=64)),
                ('tag', fields.ForeignKeyField('community.Tag', source_field='tag_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.SET_NULL)),
                ('deleted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('deleted_how', fields.CharField(default='', db_default='', max_length=12)),
            ],
            options={'table': 'corp_tag', 'app': 'community', 'unique_together': (('corpid', 'wecom_id'),), 'indexes': [Index(fields=['tag_id']), Index(fields=['corpid', 'group_id'])], 'pk_attr': 'id', 'table_description': "One tag of a corp's own library in WeCom, beside the bank's tag of that name; deleted_how: told or gone."},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='ContactTag',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('contact', fields.ForeignKeyField('community.Contact', source_field='contact_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('corp_tag', fields.ForeignKeyField('community.CorpTag', source_field='corp_tag_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'contact_tag', 'app': 'community', 'unique_together': (('contact_id', 'corp_tag_id'),), 'indexes': [Index(fields=['corp_tag_id'])], 'pk_attr': 'id', 'table_description': 'A corp tag on one contact: WeCom keeps them per member and client, and so do we.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Drift',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('run', fields.ForeignKeyField('community.ReconcileRun', source_field='run_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('what', fields.CharField(max_length=16)),
                ('kind', fields.CharField(max_length=16)),
                ('field', fields.CharField(default='', db_default='', max_length=32)),
                ('count', fields.IntField(default=0, db_default=0)),
                ('mended', fields.IntField(default=0, db_default=0)),
                ('samples', fields.JSONField(default=list, db_default='[]', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'reconcile_drift', 'app': 'community', 'unique_together': (('run_id', 'what', 'kind', 'field'),), 'pk_attr': 'id', 'table_description': 'What one pass found to differ. what: contact, contact_tag, tag, group, member, fan or staff.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='JoinWay',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('corpid', fields.CharField(max_length=64)),
                ('config_id', fields.CharField(max_length=64)),
                ('chat_ids', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('state_param', fields.CharField(default='', db_default='', max_length=64)),
                ('opens_rooms', fields.BooleanField(default=False, db_default=False)),
                ('note', fields.CharField(default='', db_default='', max_length=80)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'join_way', 'app': 'community', 'unique_together': (('corpid', 'config_id'),), 'pk_attr': 'id', 'table_description': 'A code of ours that leads into up to five groups; ended_at: taken back in WeCom by us.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='MassJob',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('appid', fields.CharField(max_length=64)),
                ('msgid', fields.CharField(max_length=80)),
                ('is_sent', fields.BooleanField(default=False, db_default=False)),
                ('error', fields.IntField(default=0, db_default=0)),
                ('total', fields.IntField(default=0, db_default=0)),
                ('filtered', fields.IntField(default=0, db_default=0)),
                ('sent', fields.IntField(default=0, db_default=0)),
                ('failed', fields.IntField(default=0, db_default=0)),
                ('told_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'mass_job', 'app': 'community', 'unique_together': (('appid', 'msgid'),), 'pk_attr': 'id', 'table_description': 'What WeChat told of one mass send of an official account; error 0: its content was accepted.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='SubscriptionCredit',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('fan', fields.ForeignKeyField('community.Fan', source_field='fan_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('template_id', fields.CharField(max_length=64)),
                ('credits', fields.IntField(default=0, db_default=0)),
                ('refused', fields.BooleanField(default=False, db_default=False)),
                ('told_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'subscription_credit', 'app': 'community', 'unique_together': (('fan_id', 'template_id'),), 'pk_attr': 'id', 'table_description': 'How many subscription messages of one template a fan still takes; refused: they said no last.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='SubscriptionMove',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('credit', fields.ForeignKeyField('community.SubscriptionCredit', source_field='credit_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('what', fields.CharField(max_length=12)),
                ('delta', fields.IntField()),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('key', fields.CharField(unique=True, max_length=160)),
            ],
            options={'table': 'subscription_move', 'app': 'community', 'indexes': [Index(fields=['credit_id', 'at'])], 'pk_attr': 'id', 'table_description': 'One movement of a credit, written once per `key`: accepted +1, sent -1, refused and empty set it to 0.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Transfer',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('contact', fields.ForeignKeyField('community.Contact', source_field='contact_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('to_userid', fields.CharField(max_length=64)),
                ('has_left', fields.BooleanField(default=False, db_default=False)),
                ('state', fields.CharField(default='asked', db_default='asked', max_length=12)),
                ('reason', fields.CharField(default='', db_default='', max_length=60)),
                ('asked_by_id', fields.BigIntField(null=True)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'contact_transfer', 'app': 'community', 'indexes': [Index(fields=['contact_id']), Index(fields=['state'])], 'pk_attr': 'id', 'table_description': 'One contact that goes to another member; state asked, done, refused (by the client), over_limit or failed.'},
            bases=['Record'],
        ),
        ops.AddField(
            model_name='ChannelHold',
            name='app',
            field=fields.CharField(default='', db_default='', max_length=64),
        ),
        ops.AlterModelOptions(
            name='ClientTag',
            options={'table': 'client_tag', 'app': 'community', 'unique_together': (('client_id', 'tag_id'),), 'indexes': [Index(fields=['tag_id'])], 'pk_attr': 'id', 'table_description': 'A tag on a client; is_ours: given here, so that what WeCom says takes it away from nobody.'},
        ),
        ops.AddField(
            model_name='ClientTag',
            name='is_ours',
            field=fields.BooleanField(default=True, db_default=True),
        ),
        ops.AddField(
            model_name='Contact',
            name='remark_sealed',
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name='Fan',
            name='ended_how',
            field=fields.CharField(default='', db_default='', max_length=12),
        ),
        ops.AddField(
            model_name='Fan',
            name='located_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Fan',
            name='location_sealed',
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name='Fan',
            name='seen_run_id',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Group',
            name='dismissed_how',
            field=fields.CharField(default='', db_default='', max_length=12),
        ),
        ops.AddField(
            model_name='Group',
            name='local_tags',
            field=fields.JSONField(default=list, db_default='[]', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Group',
            name='note',
            field=fields.TextField(default='', db_default='', unique=False),
        ),
        ops.AlterField(
            model_name='GroupTask',
            name='msgid',
            field=fields.CharField(null=True, max_length=80),
        ),
        ops.AddField(
            model_name='GroupTask',
            name='app',
            field=fields.CharField(default='', db_default='', max_length=64),
        ),
        ops.AddConstraint(
            model_name='GroupTask',
            constraint=UniqueConstraint(fields=('app', 'msgid'), name=None),
        ),
        ops.AddField(
            model_name='Membership',
            name='left_how',
            field=fields.CharField(default='', db_default='', max_length=12),
        ),
        ops.AlterModelOptions(
            name='ReconcileRun',
            options={'table': 'reconcile_run', 'app': 'community', 'indexes': [Index(fields=['scope', 'started_at']), Index(fields=['state', 'next_at'])], 'pk_attr': 'id', 'table_description': "One pass over one of WeChat's lists; removals are applied only when all was read (`complete`)."},
        ),
        ops.AddField(
            model_name='ReconcileRun',
            name='app',
            field=fields.CharField(default='', db_default='', max_length=64),
        ),
        ops.AddField(
            model_name='ReconcileRun',
            name='asked_by_id',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='ReconcileRun',
            name='calls',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='ReconcileRun',
            name='changed',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='ReconcileRun',
            name='cursor',
            field=fields.TextField(default='', db_default='', unique=False),
        ),
        ops.AddField(
            model_name='ReconcileRun',
            name='held',
            field=fields.JSONField(default=list, db_default='[]', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='ReconcileRun',
            name='is_full',
            field=fields.BooleanField(default=True, db_default=True),
        ),
        ops.AddField(
            model_name='ReconcileRun',
            name='lease_owner',
            field=fields.CharField(default='', db_default='', max_length=40),
        ),
        ops.AddField(
            model_name='ReconcileRun',
            name='lease_until',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='ReconcileRun',
            name='mark',
            field=fields.TextField(default='', db_default='', unique=False),
        ),
        ops.AddField(
            model_name='ReconcileRun',
            name='next_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='ReconcileRun',
            name='plan',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='ReconcileRun',
            name='position',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='ReconcileRun',
            name='state',
            field=fields.CharField(default='done', db_default='done', max_length=12),
        ),
        ops.AddField(
            model_name='ReconcileRun',
            name='troubles',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddIndex(
            model_name='ReconcileRun',
            index=Index(fields=['state', 'next_at']),
        ),
        ops.AddField(
            model_name='Send',
            name='app',
            field=fields.CharField(default='', db_default='', max_length=64),
        ),
    ]
