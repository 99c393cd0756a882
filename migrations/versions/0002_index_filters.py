"""Index every filter of the article list, and the nouns by their last article."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql("""
    create index articles_of_byline on articles (byline, published_at desc, id desc) where visible;
    create index articles_of_url on articles (url) where visible;
    create index articles_of_external_id on articles (external_id) where visible;
    create index tags_by_recent on tags (coalesce(last_published_at, '-infinity') desc, id desc);
    create index people_by_recent on people (coalesce(last_published_at, '-infinity') desc, id desc);
    create index outlets_by_recent on outlets (coalesce(last_published_at, '-infinity') desc, id desc);
    create index articles_updated on articles (updated_at desc, id desc) where visible;
    """)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
    drop index tags_by_recent, people_by_recent, outlets_by_recent;
    drop index articles_of_byline, articles_of_url, articles_of_external_id, articles_updated;
    """)
