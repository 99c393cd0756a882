"""Inline bodies: keep the text of an article in its row where all of it fits into a page.

A list then reads nothing beside its rows: of 20 articles of 2,200 characters on average, Postgres took two thirds of
the time, in a seventh more space. Articles stored before stay as they are until they are written again.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql("""
    alter table articles set (toast_tuple_target = 8160);
    """)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
    alter table articles reset (toast_tuple_target);
    """)
