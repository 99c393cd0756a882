"""Confirm names: tags and people that a partner's push created wait for an editor."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Neither default rewrites the table.
COLUMNS = """
alter table {table}
    add column confirmed boolean not null default true,
    add column linked_outlets int[] not null default '{{}}';
comment on column {table}.confirmed is 'Whether articles of all outlets are linked by their text.';
comment on column {table}.linked_outlets is 'Until it is confirmed: the outlets whose articles are linked.';
"""

INDEXES = """
create index tags_unconfirmed on tags (folded, id) where not confirmed;
create index people_unconfirmed on people (folded, id) where not confirmed;
"""


def upgrade() -> None:
    for table in ("tags", "people"):
        op.get_bind().exec_driver_sql(COLUMNS.format(table=table))
    op.get_bind().exec_driver_sql(INDEXES)


def downgrade() -> None:
    for table in ("tags", "people"):
        op.get_bind().exec_driver_sql(f"alter table {table} drop column linked_outlets, drop column confirmed")
