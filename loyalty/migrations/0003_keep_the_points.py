"""The journal of points only grows and always balances: the database itself refuses anything else."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0002_ground_of_trust")]

    initial = False

    operations = [
        ops.RunSQL(
            "ALTER TABLE points_posting ADD CONSTRAINT points_posting_moves CHECK (points <> 0), "
            "ADD CONSTRAINT points_posting_account "
            "CHECK (account IN ('client', 'issued', 'redeemed', 'expired', 'adjusted', 'moved')), "
            "ADD CONSTRAINT points_posting_balance CHECK ((account = 'client') = (balance_after IS NOT NULL))"
        ),
        ops.RunSQL("ALTER TABLE points_balance ADD CONSTRAINT points_balance_floor CHECK (balance >= 0 OR may_owe)"),
        # checked at the commit, when all legs are there; a transaction without legs is refused just as well
        ops.RunSQL(
            "CREATE FUNCTION points_must_balance() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "DECLARE entry bigint; legs bigint; off_by numeric; BEGIN "
            "IF TG_TABLE_NAME = 'points_transaction' THEN entry := NEW.id; ELSE entry := NEW.transaction_id; END IF; "
            "SELECT count(*), coalesce(sum(points), 0) INTO legs, off_by FROM points_posting "
            "WHERE transaction_id = entry; "
            "IF legs < 2 OR off_by <> 0 THEN "
            "RAISE EXCEPTION 'points: transaction % has % legs and is off by %', entry, legs, off_by "
            "USING ERRCODE = 'check_violation'; END IF; RETURN NULL; END $$"
        ),
        *[
            ops.RunSQL(
                f"CREATE CONSTRAINT TRIGGER must_balance AFTER INSERT ON {table} "
                "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION points_must_balance()"
            )
            for table in ("points_transaction", "points_posting")
        ],
        ops.RunSQL(
            "CREATE FUNCTION points_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'points_transaction' THEN "
            "IF to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason' AND to_jsonb(NEW)->>'reason' = '' "
            "THEN RETURN NEW; END IF; END IF; "
            "RAISE EXCEPTION 'the journal of points only grows: % on % is refused', TG_OP, TG_TABLE_NAME "
            "USING ERRCODE = 'insufficient_privilege'; END $$"
        ),
        *[
            ops.RunSQL(
                f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION points_only_grow()"
            )
            for table in ("points_transaction", "points_posting")
        ],
        *[
            ops.RunSQL(
                f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION points_only_grow()"
            )
            for table in ("points_transaction", "points_posting")
        ],
    ]
