"""Forget words of erased texts: when one was erased, so that words are counted anew."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql("""
    alter table text_stats add column erased_at timestamptz;
    comment on column text_stats.erased_at is 'When a text was erased whose words may still be among those counted.';
    """)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
    alter table text_stats drop column erased_at;
    """)
