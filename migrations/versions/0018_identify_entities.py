"""Identify entities beyond the archive: URLs of tags, people and outlets, kinds of tags, coordinates of places."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# No default rewrites the table.
SAME_AS = """
alter table {table}
    add column same_as text[] not null default '{{}}',
    add column same_as_keys text[] not null default '{{}}';
comment on column {table}.same_as is 'URLs of the same subject elsewhere, as they were sent.';
comment on column {table}.same_as_keys is 'A digest of the canonical form of each URL, unique among current rows.';
"""

INDEXES = """
create index outlets_same_as on outlets using gin (same_as_keys);
create index tags_same_as on tags using gin (same_as_keys);
create index people_same_as on people using gin (same_as_keys);
"""

KINDS = """
alter table tags
    add column kind text collate "C" not null default 'topic'
        check (kind in ('topic', 'organisation', 'place', 'event', 'product', 'work')),
    add column lat double precision,
    add column lon double precision;
comment on column tags.lat is 'Of a place: degrees north, with lon degrees east, in WGS 84.';
create index tags_of_kind on tags (kind, folded, id);
"""


def upgrade() -> None:
    for table in ("outlets", "tags", "people"):
        op.get_bind().exec_driver_sql(SAME_AS.format(table=table))
    op.get_bind().exec_driver_sql(INDEXES)
    op.get_bind().exec_driver_sql(KINDS)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("alter table tags drop column lon, drop column lat, drop column kind")
    for table in ("people", "tags", "outlets"):
        op.get_bind().exec_driver_sql(f"alter table {table} drop column same_as_keys, drop column same_as")
