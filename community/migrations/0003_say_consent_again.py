"""Consent from before there were channels and product classes: the word on the client row is the general one."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("community", "0002_ground_of_trust")]

    initial = False

    operations = [
        # when it was said: the ledger's newest row of the same answer, else the row's own time
        ops.RunSQL(
            "INSERT INTO consent_state (client_id, purpose, granted, at, created_at)"
            " SELECT c.id, 'marketing', c.opted_out_at IS NULL, coalesce(last.at, c.opted_out_at, c.created_at), now()"
            " FROM client c LEFT JOIN LATERAL (SELECT k.created_at AS at FROM consent k WHERE k.client_id = c.id"
            " AND k.purpose = 'marketing' AND k.granted = (c.opted_out_at IS NULL)"
            " ORDER BY k.created_at DESC, k.id DESC LIMIT 1) last ON true"
            " WHERE (c.marketing_consent OR c.opted_out_at IS NOT NULL) AND c.merged_into_id IS NULL"
            " ON CONFLICT DO NOTHING"
        ),
    ]
