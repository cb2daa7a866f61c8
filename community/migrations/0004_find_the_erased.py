"""The few empty rows of erased clients, found among all by when they were erased."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("community", "0003_say_consent_again")]

    initial = False

    operations = [
        ops.RunSQL("CREATE INDEX client_erased ON client (erased_at) WHERE erased_at IS NOT NULL"),
    ]
