from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from kernel.clock import now
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('wechat', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ApiHold',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('app', fields.CharField(max_length=120)),
                ('api', fields.CharField(max_length=120)),
                ('kind', fields.CharField(max_length=12)),
                ('reason', fields.CharField(max_length=60)),
                ('message', fields.CharField(default='', db_default='', max_length=200)),
                ('errcode', fields.IntField(null=True)),
                ('since', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('until_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('times', fields.IntField(default=1, db_default=1)),
                ('slowed_to', fields.FloatField(default=1.0, db_default=1.0)),
                ('slowed_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_by_id', fields.BigIntField(null=True)),
            ],
            options={'table': 'api_hold', 'app': 'wechat', 'unique_together': (('app', 'api'),), 'pk_attr': 'id', 'table_description': 'What one app may not call now, or may call only slowly: read by every process, shown with its reason.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='ApiUse',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('hour_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('app', fields.CharField(max_length=120)),
                ('api', fields.CharField(max_length=120)),
                ('outcome', fields.CharField(max_length=40)),
                ('le_ms', fields.IntField()),
                ('calls', fields.BigIntField()),
                ('ms_sum', fields.BigIntField(default=0, db_default=0)),
            ],
            options={'table': 'api_use', 'app': 'wechat', 'unique_together': (('hour_at', 'app', 'api', 'outcome', 'le_ms'),), 'pk_attr': 'id', 'table_description': 'Calls of one hour by app, API, outcome (errcode, or a word) and duration: `le_ms` is the bar of the histogram.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='CallbackMark',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('app', fields.CharField(unique=True, max_length=120)),
                ('verified_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('received_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('old_key_calls', fields.IntField(default=0, db_default=0)),
                ('old_key_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('refused', fields.JSONField(default=dict, db_default='{}', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('refused_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('refused_reason', fields.CharField(default='', db_default='', max_length=40)),
            ],
            options={'table': 'callback_mark', 'app': 'wechat', 'pk_attr': 'id', 'table_description': "What callbacks told of one account's connection: `app` is its key (side, account, agent)."},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Diagnosis',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('app', fields.CharField(max_length=120)),
                ('state', fields.CharField(default='waiting', db_default='waiting', max_length=12)),
                ('steps', fields.IntField(default=0, db_default=0)),
                ('steps_done', fields.IntField(default=0, db_default=0)),
                ('findings', fields.JSONField(default=list, db_default='[]', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('by_staff_id', fields.BigIntField(null=True)),
                ('started_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'wechat_diagnosis', 'app': 'wechat', 'indexes': [Index(fields=['app', 'id'])], 'pk_attr': 'id', 'table_description': 'One run of the connection doctor: its findings so far, kept with their time.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='PlatformChoice',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('name', fields.CharField(max_length=60)),
                ('preset', fields.CharField(max_length=20)),
                ('effective_on', fields.DateField()),
                ('note', fields.CharField(default='', db_default='', max_length=200)),
            ],
            options={'table': 'platform_choice', 'app': 'wechat', 'unique_together': (('name', 'effective_on'),), 'pk_attr': 'id', 'table_description': "Which preset of a limit holds from a day on, as the bank set it in the platform's own console."},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='PlatformLimit',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('name', fields.CharField(max_length=60)),
                ('label', fields.CharField(max_length=60)),
                ('value', fields.IntField(null=True)),
                ('per', fields.CharField(max_length=12)),
                ('preset', fields.CharField(default='', db_default='', max_length=20)),
                ('span_s', fields.IntField(default=0, db_default=0)),
                ('valid_from', fields.DateField()),
                ('valid_until', fields.DateField(null=True)),
                ('is_default', fields.BooleanField(default=True, db_default=True)),
                ('source', fields.CharField(default='', db_default='', max_length=120)),
            ],
            options={'table': 'platform_limit', 'app': 'wechat', 'unique_together': (('name', 'preset', 'valid_from'),), 'pk_attr': 'id', 'table_description': 'One limit of the platform with the days it held: read through `limits`, filled from `limits_known`.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='WechatApp',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('side', fields.CharField(max_length=20)),
                ('receive_id', fields.CharField(max_length=64)),
                ('agentid', fields.IntField(default=0, db_default=0)),
                ('name', fields.CharField(max_length=60)),
                ('slug', fields.CharField(max_length=40)),
                ('original_id', fields.CharField(default='', db_default='', max_length=64)),
                ('secret_sealed', fields.BinaryField(null=True)),
                ('token_sealed', fields.BinaryField(null=True)),
                ('aes_key_sealed', fields.BinaryField(null=True)),
                ('aes_previous_sealed', fields.BinaryField(null=True)),
                ('aes_previous_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('secret_changed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('token_changed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('aes_key_changed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('mode', fields.CharField(default='safe', db_default='safe', max_length=12)),
                ('body_format', fields.CharField(default='xml', db_default='xml', max_length=4)),
                ('template_id', fields.CharField(default='', db_default='', max_length=64)),
                ('is_primary', fields.BooleanField(default=False, db_default=False)),
                ('paused_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'wechat_app', 'app': 'wechat', 'unique_together': (('side', 'receive_id', 'agentid'), ('side', 'slug')), 'pk_attr': 'id', 'table_description': 'One official account, or one app of a corp, as the console says; secrets are sealed and never shown again.'},
            bases=['Record'],
        ),
    ]
