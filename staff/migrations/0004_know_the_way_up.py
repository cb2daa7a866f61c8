"""A unit's path is written by the database when the unit is opened, so that nobody can forget it."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("staff", "0003_fill_the_tree")]

    initial = False

    operations = [
        ops.RunSQL(
            "CREATE FUNCTION branch_path() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "NEW.path := coalesce((SELECT path FROM branch WHERE id = NEW.parent_id), '') || NEW.id || '/'; "
            "RETURN NEW; END $$"
        ),
        ops.RunSQL("CREATE TRIGGER branch_path BEFORE INSERT ON branch FOR EACH ROW EXECUTE FUNCTION branch_path()"),
    ]
