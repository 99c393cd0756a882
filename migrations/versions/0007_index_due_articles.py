"""Index due articles: those whose embargo the ticker may end, not those that were withdrawn under it."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql("""
    drop index articles_due;
    create index articles_due on articles (embargoed_until, id)
        where embargoed_until is not null and status = 'usable';
    """)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
    drop index articles_due;
    create index articles_due on articles (embargoed_until, id) where embargoed_until is not null;
    """)
