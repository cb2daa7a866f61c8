"""The audit can only grow: old entries get their proof and their place in the queue, then nothing changes them."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from staff import audit_mac

BATCH = 5_000
OLD = """
SELECT id, (extract(epoch FROM created_at) * 1000000)::bigint AS at_us, staff_id, action, subject, subject_id,
  detail::text AS detail, request_id FROM audit_entry WHERE mac = '' ORDER BY id LIMIT $1
"""
PROVE = """
UPDATE audit_entry SET mac = given.mac FROM unnest($1::bigint[], $2::text[]) AS given(id, mac)
WHERE audit_entry.id = given.id
"""


async def prove_old_entries(_apps, state_editor) -> None:
    """Entries from before the proofs are taken over as they stand."""
    client = state_editor.client
    while rows := await client.execute_query_dict(OLD, [BATCH]):
        macs = [audit_mac.mac(audit_mac.Entry(**row)) for row in rows]
        await client.execute_query(PROVE, [[row["id"] for row in rows], macs])


class Migration(migrations.Migration):
    dependencies = [("staff", "0004_know_the_way_up")]

    initial = False

    operations = [
        ops.RunPython(prove_old_entries),
        ops.RunSQL("INSERT INTO audit_waiting (entry_id) SELECT id FROM audit_entry ON CONFLICT DO NOTHING"),
        ops.RunSQL(
            "CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'the audit only grows: % on % is refused', TG_OP, TG_TABLE_NAME "
            "USING ERRCODE = 'insufficient_privilege'; END $$"
        ),
        *[
            ops.RunSQL(
                f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
            )
            for table in ("audit_entry", "audit_link")
        ],
        *[
            ops.RunSQL(
                f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
            )
            for table in ("audit_entry", "audit_link")
        ],
    ]
