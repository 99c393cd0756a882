"""Index hidden articles, so that those of a tag, person or outlet are counted without fetching them."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # An earlier attempt that was interrupted leaves an index that is not valid.
    with op.get_context().autocommit_block():
        op.get_bind().exec_driver_sql("drop index concurrently if exists articles_hidden;")
        op.get_bind().exec_driver_sql("create index concurrently articles_hidden on articles (id) where not visible;")


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
    drop index articles_hidden;
    """)
