from tortoise import migrations
from tortoise.migrations import operations as ops
from kernel.clock import now
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('community', '0011_count_quotas'), ('staff', '0001_initial'), ('staff', '0002_ground_of_trust'), ('staff', '0003_fill_the_tree'), ('staff', '0004_know_the_way_up'), ('staff', '0005_keep_the_audit'), ('staff', '0010_wechat_whole')]

    initial = False

    operations = [
        ops.CreateModel(
            name='MediaAsset',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('sha256', fields.CharField(max_length=64)),
                ('kind', fields.CharField(max_length=8)),
                ('name', fields.CharField(max_length=120)),
                ('content_type', fields.CharField(max_length=100)),
                ('size', fields.IntField()),
                ('data', fields.BinaryField()),
                ('by_id', fields.BigIntField(null=True)),
            ],
            options={'table': 'media_asset', 'app': 'community', 'unique_together': (('sha256', 'kind'),), 'pk_attr': 'id', 'table_description': 'A file that messages carry, kept once whoever brings it; sha256 of its bytes. kind: image, video or file.'},
            bases=['Record'],
        ),
        ops.CreateModel(
            name='MediaUpload',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('asset', fields.ForeignKeyField('community.MediaAsset', source_field='asset_id', db_constraint=True, to_field='id', related_name='uploads', on_delete=OnDelete.CASCADE)),
                ('app', fields.CharField(max_length=64)),
                ('use', fields.CharField(default='message', db_default='message', max_length=8)),
                ('media_id', fields.CharField(max_length=200)),
                ('uploaded_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'media_upload', 'app': 'community', 'unique_together': (('asset_id', 'app', 'use'),), 'indexes': [Index(fields=['expires_at'])], 'pk_attr': 'id', 'table_description': 'Where one account of WeCom keeps a file and until when; used_at: when a message last needed it.'},
            bases=['Record'],
        ),
        ops.AddField(
            model_name='Group',
            name='listed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='GroupTask',
            name='moment_id',
            field=fields.CharField(default='', db_default='', max_length=80),
        ),
        ops.AddField(
            model_name='Stream',
            name='late_minutes',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Stream',
            name='rules_version',
            field=fields.CharField(default='', db_default='', max_length=40),
        ),
    ]
