"""Key names: find tags, people and outlets by their names in any spelling."""

from alembic import op
from sqlalchemy import text

from api.text.spellings import all_keys

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ROWS = 1_000
"""The number of rows that are updated at once."""

TABLES = {"outlets": "array[name]", "tags": "array[name]", "people": "name || aliases"}

INDEXES = """
create index outlets_by_key on outlets using gin (array_to_tsvector(keys));
create index tags_by_key on tags using gin (array_to_tsvector(keys));
create index people_by_key on people using gin (array_to_tsvector(keys));
"""


def upgrade() -> None:
    connection = op.get_bind()
    for table, names in TABLES.items():
        # No default rewrites the table.
        connection.exec_driver_sql(f"alter table {table} add column keys text[] not null default '{{}}'")
        connection.exec_driver_sql(
            f"comment on column {table}.keys is 'The names folded, with and without their punctuation.'"
        )
        rows = connection.execute(text(f"select id, {names} as names from {table} order by id")).all()
        keyed = [{"id": row.id, "keys": [*all_keys(row.names)]} for row in rows]
        for first in range(0, len(keyed), ROWS):
            connection.execute(
                text(f"update {table} set keys = :keys where id = :id"),
                keyed[first : first + ROWS],
            )
    connection.exec_driver_sql(INDEXES)


def downgrade() -> None:
    for table in TABLES:
        op.get_bind().exec_driver_sql(f"alter table {table} drop column keys")
