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
    dependencies = [('community', '0020_campaigns_whole'), ('campaigns', '0002_ground_of_trust'), ('community', '0011_count_quotas'), ('staff', '0001_initial'), ('staff', '0002_ground_of_trust'), ('staff', '0003_fill_the_tree'), ('staff', '0004_know_the_way_up'), ('staff', '0005_keep_the_audit'), ('staff', '0010_wechat_whole')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Journey',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('name', fields.CharField(max_length=80)),
                ('state', fields.CharField(default='draft', db_default='draft', max_length=12)),
                ('hold_reason', fields.CharField(default='', db_default='', max_length=200)),
                ('review', fields.CharField(default='', db_default='', max_length=12)),
                ('draft', fields.JSONField(default=dict, db_default='{}', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('version', fields.IntField(default=1, db_default=1)),
                ('salt', fields.CharField(max_length=32)),
                ('branch', fields.ForeignKeyField('staff.Branch', source_field='branch_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('author', fields.ForeignKeyField('staff.Staff', source_field='author_id', db_constraint=True, to_field='id', related_name='journeys_written', on_delete=OnDelete.RESTRICT)),
                ('last_editor', fields.ForeignKeyField('staff.Staff', source_field='last_editor_id', db_constraint=True, to_field='id', related_name='journeys_edited', on_delete=OnDelete.RESTRICT)),
                ('started_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('floor_id', fields.BigIntField(default=0, db_default=0)),
                ('mark_id', fields.BigIntField(default=0, db_default=0)),
                ('mark_xid', fields.BigIntField(default=0, db_default=0)),
                ('marked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('dated_on', fields.DateField(null=True)),
            ],
            options={'table': 'journey', 'app': 'campaigns', 'indexes': [Index(fields=['state'])], 'pk_attr': 'id', 'table_description': 'One journey; `draft` is what the editor holds (see definition), approved content lives in its versions.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='JourneyVersion',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('journey', fields.ForeignKeyField('campaigns.Journey', source_field='journey_id', db_constraint=True, to_field='id', related_name='versions', on_delete=OnDelete.CASCADE)),
                ('number', fields.IntField(null=True)),
                ('contents', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('content_hash', fields.CharField(max_length=64)),
                ('stream_id', fields.BigIntField(null=True)),
                ('approved_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('retired_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'journey_version', 'app': 'campaigns', 'unique_together': (('journey_id', 'number'),), 'pk_attr': 'id', 'table_description': 'What was put to other people, never changed: `contents` is what `content_hash` is the digest of.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='JourneyEntry',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('journey', fields.ForeignKeyField('campaigns.Journey', source_field='journey_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('version', fields.ForeignKeyField('campaigns.JourneyVersion', source_field='version_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('client', fields.ForeignKeyField('community.Client', source_field='client_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('fact', fields.CharField(max_length=60)),
                ('state', fields.CharField(default='active', db_default='active', max_length=12)),
                ('end_reason', fields.CharField(default='', db_default='', max_length=60)),
                ('step', fields.CharField(max_length=20)),
                ('arm', fields.CharField(default='', db_default='', max_length=8)),
                ('entered_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('arrived_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('deadline_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('goal_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'journey_entry', 'app': 'campaigns', 'unique_together': (('journey_id', 'client_id', 'fact'),), 'indexes': [Index(fields=['version_id', 'state', 'step', 'due_at']), Index(fields=['client_id', 'state'])], 'pk_attr': 'id', 'table_description': 'One client inside one version because of one fact: never twice for the same fact, in whatever version.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='JourneyPassage',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('entry', fields.ForeignKeyField('campaigns.JourneyEntry', source_field='entry_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('version_id', fields.BigIntField()),
                ('step', fields.CharField(max_length=20)),
                ('way', fields.CharField(default='', db_default='', max_length=12)),
                ('result', fields.CharField(default='done', db_default='done', max_length=40)),
                ('staff_id', fields.BigIntField(null=True)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'journey_passage', 'app': 'campaigns', 'unique_together': (('entry_id', 'step'),), 'indexes': [Index(fields=['version_id', 'step', 'way', 'result']), Index(fields=['staff_id', 'at'])], 'pk_attr': 'id', 'table_description': 'What happened when an entry passed a step: at most one row for each, which the database itself keeps.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='StaffTask',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('key', fields.CharField(unique=True, max_length=120)),
                ('client', fields.ForeignKeyField('community.Client', source_field='client_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('staff', fields.ForeignKeyField('staff.Staff', source_field='staff_id', db_constraint=True, to_field='id', related_name='follow_ups', on_delete=OnDelete.RESTRICT)),
                ('journey_id', fields.BigIntField(null=True)),
                ('title', fields.CharField(max_length=200)),
                ('due_on', fields.DateField()),
                ('state', fields.CharField(default='open', db_default='open', max_length=12)),
                ('outcome', fields.CharField(default='', db_default='', max_length=20)),
                ('done_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('done_by_id', fields.BigIntField(null=True)),
            ],
            options={'table': 'staff_task', 'app': 'campaigns', 'indexes': [Index(fields=['staff_id', 'state', 'due_on']), Index(fields=['client_id', 'state'])], 'pk_attr': 'id', 'table_description': 'Something that a member of staff is to do for a client; state open, done or dropped.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Target',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('campaign', fields.ForeignKeyField('campaigns.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('recipient', fields.CharField(max_length=80)),
                ('sender_userid', fields.CharField(default='', db_default='', max_length=64)),
                ('app', fields.CharField(default='', db_default='', max_length=64)),
                ('label', fields.CharField(default='', db_default='', max_length=120)),
                ('branch_id', fields.BigIntField(null=True)),
                ('people', fields.IntField(default=0, db_default=0)),
                ('arm', fields.CharField(max_length=8)),
                ('bucket', fields.IntField()),
                ('decision', fields.CharField(max_length=30)),
                ('variant', fields.CharField(default='A', db_default='A', max_length=1)),
            ],
            options={'table': 'target', 'app': 'campaigns', 'unique_together': (('campaign_id', 'recipient'),), 'pk_attr': 'id', 'table_description': "One client group, or one member's moments, frozen for a campaign that speaks where anybody reads."},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Variant',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('campaign', fields.ForeignKeyField('campaigns.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='variants', on_delete=OnDelete.CASCADE)),
                ('code', fields.CharField(max_length=1)),
                ('label', fields.CharField(default='', db_default='', max_length=40)),
                ('share', fields.IntField()),
                ('texts', fields.JSONField(default=dict, db_default='{}', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'variant', 'app': 'campaigns', 'unique_together': (('campaign_id', 'code'),), 'pk_attr': 'id', 'table_description': 'One version of a campaign\'s messages in a comparison A/B/n; a campaign without rows has only its steps, "A".'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Verdict',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('campaign', fields.ForeignKeyField('campaigns.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('by', fields.ForeignKeyField('staff.Staff', source_field='by_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('choice', fields.CharField(max_length=8)),
                ('note', fields.CharField(max_length=300)),
                ('figures', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'verdict', 'app': 'campaigns', 'indexes': [Index(fields=['campaign_id', 'id'])], 'pk_attr': 'id', 'table_description': "What somebody decided in view of a campaign's result (adopt, again, drop), with the figures it rests on."},
            bases=['Record'],
        ),
        ops.AddField(
            model_name='Campaign',
            name='cost_fen',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Campaign',
            name='fallbacks',
            field=fields.JSONField(default=list, db_default='[]', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Campaign',
            name='priority',
            field=fields.IntField(default=3, db_default=3),
        ),
        ops.AddField(
            model_name='Campaign',
            name='spread_minutes',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Delivery',
            name='channel',
            field=fields.CharField(default='', db_default='', max_length=20),
        ),
        ops.AddField(
            model_name='Delivery',
            name='note',
            field=fields.CharField(default='', db_default='', max_length=120),
        ),
        ops.AddField(
            model_name='Delivery',
            name='variant',
            field=fields.CharField(default='A', db_default='A', max_length=1),
        ),
    ]
