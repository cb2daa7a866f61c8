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
    dependencies = [('staff', '0002_ground_of_trust'), ('community', '0001_initial'), ('staff', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ConsentState',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('client', fields.ForeignKeyField('community.Client', source_field='client_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('purpose', fields.CharField(max_length=20)),
                ('channel', fields.CharField(default='', db_default='', max_length=20)),
                ('product_class', fields.CharField(default='', db_default='', max_length=20)),
                ('receiver', fields.CharField(default='', db_default='', max_length=80)),
                ('granted', fields.BooleanField()),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'consent_state', 'app': 'community', 'unique_together': (('client_id', 'purpose', 'channel', 'product_class', 'receiver'),), 'pk_attr': 'id', 'table_description': 'The newest word per client, purpose, channel, product class and receiver; written with the ledger.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='ErasedNumber',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('kind', fields.CharField(max_length=12)),
                ('scope', fields.CharField(max_length=64)),
                ('value', fields.CharField(max_length=32)),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'erased_number', 'app': 'community', 'unique_together': (('kind', 'scope', 'value'),), 'indexes': [Index(fields=['kind', 'value'])], 'pk_attr': 'id', 'table_description': 'The fingerprint of a number of an erased client: no file and no full pass makes a client of it again.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Kyc',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('client', fields.OneToOneField('community.Client', source_field='client_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('state', fields.CharField(default='ok', db_default='ok', max_length=12)),
                ('document_kind', fields.CharField(default='', db_default='', max_length=20)),
                ('document_expires_on', fields.DateField(null=True)),
                ('as_of_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('reminded_on', fields.DateField(null=True)),
                ('expiry_noted_on', fields.DateField(null=True)),
            ],
            options={'table': 'kyc', 'app': 'community', 'indexes': [Index(fields=['state']), Index(fields=['document_expires_on'])], 'pk_attr': 'id', 'table_description': "What the bank's feed says of a client's identity papers; `state` ok or flagged."},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Partner',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('name', fields.CharField(unique=True, max_length=80)),
                ('what', fields.CharField(max_length=200)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'partner', 'app': 'community', 'pk_attr': 'id', 'table_description': 'A company with which a client may let the bank share data; `what` says in Chinese which data, and for what.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='PrivacyRequest',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('client_id', fields.BigIntField(db_index=True)),
                ('kind', fields.CharField(max_length=12)),
                ('source', fields.CharField(max_length=12)),
                ('state', fields.CharField(default='open', db_default='open', max_length=12)),
                ('due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('wish_sealed', fields.BinaryField(null=True)),
                ('change_sealed', fields.BinaryField(null=True)),
                ('asked_by_id', fields.BigIntField(null=True)),
                ('handled_by_id', fields.BigIntField(null=True)),
                ('handled_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answer', fields.CharField(default='', db_default='', max_length=500)),
                ('evidence', fields.JSONField(default=dict, db_default='{}', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'privacy_request', 'app': 'community', 'indexes': [Index(fields=['state', 'due_at'])], 'pk_attr': 'id', 'table_description': 'A client asks to see, correct, withdraw or erase; state open, done, refused. `source`: portal, staff, letter.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Product',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('code', fields.CharField(unique=True, max_length=32)),
                ('name', fields.CharField(max_length=80)),
                ('product_class', fields.CharField(max_length=20)),
                ('issuer', fields.CharField(default='', db_default='', max_length=80)),
                ('issuer_level', fields.IntField(null=True)),
                ('issuer_rated_by_id', fields.BigIntField(null=True)),
                ('issuer_rated_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('seller_level', fields.IntField(null=True)),
                ('seller_rated_by_id', fields.BigIntField(null=True)),
                ('seller_rated_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('is_private', fields.BooleanField(default=False, db_default=False)),
                ('on_sale_until', fields.DateField(null=True)),
                ('is_active', fields.BooleanField(default=True, db_default=True)),
            ],
            options={'table': 'product', 'app': 'community', 'pk_attr': 'id', 'table_description': 'A product that messages may be about; its level is the higher of issuer_level and seller_level (R1 to R5).'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='RetentionRule',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('kind', fields.CharField(max_length=40)),
                ('effective_on', fields.DateField()),
                ('days', fields.IntField()),
                ('basis', fields.CharField(max_length=200)),
            ],
            options={'table': 'retention_rule', 'app': 'community', 'unique_together': (('kind', 'effective_on'),), 'pk_attr': 'id', 'table_description': 'How long one kind of data is kept (days after it ended), and on what basis; the newest effective day holds.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='RetentionRun',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('kind', fields.CharField(max_length=40)),
                ('days', fields.IntField()),
                ('cutoff_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('rows', fields.IntField(default=0, db_default=0)),
                ('started_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('finished_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'retention_run', 'app': 'community', 'indexes': [Index(fields=['kind', 'started_at'])], 'pk_attr': 'id', 'table_description': 'One pass of one rule: rows that ended before `cutoff_at`, in batches; finished_at null while it goes on.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='RiskAssessment',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('client', fields.ForeignKeyField('community.Client', source_field='client_id', db_constraint=True, to_field='id', on_delete=OnDelete.CASCADE)),
                ('level', fields.IntField()),
                ('assessed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('source', fields.CharField(default='', db_default='', max_length=20)),
                ('by_staff_id', fields.BigIntField(null=True)),
                ('evidence', fields.CharField(default='', db_default='', max_length=120)),
            ],
            options={'table': 'risk_assessment', 'app': 'community', 'unique_together': (('client_id', 'assessed_at'),), 'indexes': [Index(fields=['assessed_at'])], 'pk_attr': 'id', 'table_description': "One assessment of a client's capacity for risk, C1 to C5, valid for 12 months; `source` import or staff."},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='Stop',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('what', fields.CharField(max_length=60)),
                ('reason', fields.CharField(max_length=200)),
                ('pulled_by_id', fields.BigIntField()),
                ('released_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('approval_id', fields.BigIntField(null=True)),
            ],
            options={'table': 'stop', 'app': 'community', 'indexes': [Index(fields=['released_at', 'what'])], 'pk_attr': 'id', 'table_description': 'An emergency stop: `what` is all, channel:<channel> or stream:<id>; released by two people (an approval).'},
            bases=['Record'],
        ),
        ops.AddField(
            model_name='Client',
            name='consent_seq',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Client',
            name='erased_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AlterModelOptions(
            name='Consent',
            options={'table': 'consent', 'app': 'community', 'indexes': [Index(fields=['client_id', 'created_at']), Index(fields=['created_at', 'id'])], 'pk_attr': 'id', 'table_description': 'The ledger of consent: every yes and no, also a repeated one, with text version, source and evidence.'},
        ),
        ops.AddField(
            model_name='Consent',
            name='by_staff_id',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Consent',
            name='channel',
            field=fields.CharField(default='', db_default='', max_length=20),
        ),
        ops.AddField(
            model_name='Consent',
            name='evidence',
            field=fields.CharField(default='', db_default='', max_length=200),
        ),
        ops.AddField(
            model_name='Consent',
            name='product_class',
            field=fields.CharField(default='', db_default='', max_length=20),
        ),
        ops.AddField(
            model_name='Consent',
            name='receiver',
            field=fields.CharField(default='', db_default='', max_length=80),
        ),
        ops.AddIndex(
            model_name='Consent',
            index=Index(fields=['created_at', 'id']),
        ),
        ops.AddField(
            model_name='SendPolicy',
            name='open_level',
            field=fields.IntField(default=2, db_default=2),
        ),
        ops.AddField(
            model_name='Stream',
            name='limits',
            field=fields.JSONField(default=dict, db_default='{}', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Stream',
            name='products',
            field=fields.JSONField(default=list, db_default='[]', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
    ]
