from tortoise import migrations
from tortoise.migrations import operations as ops
from kernel.clock import now
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='JobRun',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, db_default=Now(), auto_now=False, auto_now_add=False)),
                ('job', fields.CharField(max_length=80)),
                ('started_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('finished_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('outcome', fields.CharField(default='running', db_default='running', max_length=12)),
                ('detail', fields.TextField(default='', db_default='', unique=False)),
            ],
            options={'table': 'job_run', 'app': 'kernel', 'indexes': [Index(fields=['job', 'started_at'])], 'pk_attr': 'id', 'table_description': 'One run of a job of the timetable; `outcome` is running, done or failed, `detail` holds no personal data.'},
            bases=['Record'],
        ),
    ]
