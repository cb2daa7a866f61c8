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

    dependencies = [("loyalty", "0001_initial")]

    operations = [
        ops.CreateModel(
            name='Campaign',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('kind', fields.CharField(max_length=20)),
                ('name', fields.CharField(max_length=80)),
                ('channel', fields.CharField(max_length=20)),
                ('state', fields.CharField(default='draft', db_default='draft', max_length=12)),
                ('hold_reason', fields.CharField(default='', db_default='', max_length=200)),
                ('conditions', fields.JSONField(default=dict, db_default='{}', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('control_percent', fields.IntField(default=0, db_default=0)),
                ('salt', fields.CharField(max_length=32)),
                ('starts_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('late_minutes', fields.IntField(default=120, db_default=120)),
                ('branch', fields.ForeignKeyField('staff.Branch', source_field='branch_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('author', fields.ForeignKeyField('staff.Staff', source_field='author_id', db_constraint=True, to_field='id', related_name='campaigns_written', on_delete=OnDelete.RESTRICT)),
                ('last_editor', fields.ForeignKeyField('staff.Staff', source_field='last_editor_id', db_constraint=True, to_field='id', related_name='campaigns_edited', on_delete=OnDelete.RESTRICT)),
                ('approved_hash', fields.CharField(default='', db_default='', max_length=64)),
                ('epoch', fields.IntField(default=0, db_default=0)),
                ('version', fields.IntField(default=1, db_default=1)),
                ('frozen_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('finished_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'campaign', 'app': 'campaigns', 'indexes': [Index(fields=['state', 'starts_at']), Index(fields=['starts_at'])], 'pk_attr': 'id', 'table_description': 'What is planned: kind (registry), channel, audience, control share, start.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Delivery',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('campaign', fields.ForeignKeyField('campaigns.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('client', fields.ForeignKeyField('community.Client', source_field='client_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('arm', fields.CharField(max_length=8)),
                ('bucket', fields.IntField()),
                ('decision', fields.CharField(max_length=16)),
                ('tier', fields.CharField(default='', db_default='', max_length=20)),
                ('branch_id', fields.BigIntField(null=True)),
            ],
            options={'table': 'delivery', 'app': 'campaigns', 'unique_together': (('campaign_id', 'client_id'),), 'indexes': [Index(fields=['campaign_id', 'decision'])], 'pk_attr': 'id', 'table_description': 'What was decided for one person when the audience was frozen; arm treated or control, bucket 0 to 9,999.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Event',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('campaign', fields.OneToOneField('campaigns.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('place', fields.CharField(max_length=120)),
                ('starts_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('reply_by', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('seats', fields.IntField()),
                ('taken', fields.IntField(default=0, db_default=0)),
            ],
            options={'table': 'event', 'app': 'campaigns', 'pk_attr': 'id', 'table_description': 'An occasion with a limited number of seats; `taken` is moved only together with an invitation, under row lock.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Invitation',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('event', fields.ForeignKeyField('campaigns.Event', source_field='event_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('client', fields.ForeignKeyField('community.Client', source_field='client_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('state', fields.CharField(default='invited', db_default='invited', max_length=12)),
                ('code', fields.CharField(unique=True, max_length=16)),
                ('opened_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('replied_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('waiting_since', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('checked_in_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('checked_in_by', fields.ForeignKeyField('staff.Staff', source_field='checked_in_by_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'invitation', 'app': 'campaigns', 'unique_together': (('event_id', 'client_id'),), 'indexes': [Index(fields=['event_id', 'state'])], 'pk_attr': 'id', 'table_description': "One client's invitation: invited, opened, accepted, declined, waiting or attended; `code` checks in."},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Livestream',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('campaign', fields.OneToOneField('campaigns.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('anchor_userid', fields.CharField(max_length=64)),
                ('starts_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('minutes', fields.IntField(default=60, db_default=60)),
                ('livingid', fields.CharField(null=True, unique=True, max_length=64)),
                ('status', fields.IntField(default=0, db_default=0)),
                ('started_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('attendance_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'livestream', 'app': 'campaigns', 'pk_attr': 'id', 'table_description': 'One livestream; `status` follows WeCom: 0 booked, 1 live, 2 ended, 3 expired, 4 cancelled.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Attendance',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('livestream', fields.ForeignKeyField('campaigns.Livestream', source_field='livestream_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('viewer_id', fields.CharField(max_length=64)),
                ('is_client', fields.BooleanField()),
                ('client', fields.ForeignKeyField('community.Client', source_field='client_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.SET_NULL)),
                ('watch_seconds', fields.IntField()),
                ('commented', fields.BooleanField(default=False, db_default=False)),
            ],
            options={'table': 'attendance', 'app': 'campaigns', 'unique_together': (('livestream_id', 'viewer_id'),), 'indexes': [Index(fields=['client_id'])], 'pk_attr': 'id', 'table_description': 'What WeCom says of one viewer; importing again only ever updates the same row.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Piece',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('series', fields.CharField(max_length=40)),
                ('version', fields.IntField()),
                ('title', fields.CharField(max_length=80)),
                ('text', fields.TextField(unique=False)),
                ('link_title', fields.CharField(default='', db_default='', max_length=64)),
                ('link_url', fields.CharField(default='', db_default='', max_length=300)),
                ('retired_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('by', fields.ForeignKeyField('staff.Staff', source_field='by_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'piece', 'app': 'campaigns', 'unique_together': (('series', 'version'),), 'pk_attr': 'id', 'table_description': 'A reusable text with an optional link card; `series` groups the versions of one piece.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Reservation',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('livestream', fields.ForeignKeyField('campaigns.Livestream', source_field='livestream_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('client', fields.ForeignKeyField('community.Client', source_field='client_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'reservation', 'app': 'campaigns', 'unique_together': (('livestream_id', 'client_id'),), 'pk_attr': 'id', 'table_description': 'A client asked to be reminded.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Segment',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('name', fields.CharField(unique=True, max_length=80)),
                ('conditions', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('by', fields.ForeignKeyField('staff.Staff', source_field='by_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'segment', 'app': 'campaigns', 'pk_attr': 'id', 'table_description': 'Conditions with a name; the form of `conditions` is defined in campaigns.audience.conditions.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Step',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('campaign', fields.ForeignKeyField('campaigns.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='steps', on_delete=OnDelete.CASCADE)),
                ('code', fields.CharField(max_length=20)),
                ('position', fields.IntField(default=0, db_default=0)),
                ('text', fields.TextField(unique=False)),
                ('link_title', fields.CharField(default='', db_default='', max_length=64)),
                ('link_url', fields.CharField(default='', db_default='', max_length=300)),
                ('who', fields.CharField(default='all', db_default='all', max_length=20)),
                ('due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('state', fields.CharField(default='waiting', db_default='waiting', max_length=12)),
                ('planned_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'step', 'app': 'campaigns', 'unique_together': (('campaign_id', 'code'),), 'indexes': [Index(fields=['state', 'due_at'])], 'pk_attr': 'id', 'table_description': 'One message of a campaign: main, reminder, attended, absent, ... `due_at` null until its time is known.'},
            bases=['Record'],
        ),
    ]
