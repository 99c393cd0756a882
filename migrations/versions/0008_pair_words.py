"""Pair words: neighbours are indexed as lexemes of their own, which phrases are found by.

Articles stored before have no pairs, so their languages are asked without them until ``dateline reindex`` is done.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql("""
    alter table languages add column paired boolean not null default true;
    comment on column languages.paired is 'Whether all articles in it have their pairs of words in search.';
    update languages set paired = false;
    """)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
    alter table languages drop column paired;
    """)
