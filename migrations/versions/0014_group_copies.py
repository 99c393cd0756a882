"""Group copies: find the copies of an article when it is stored, and list one article of each group.

Articles stored before are grouped by ``dateline reindex``. Nothing refers to articles, so that grouping one waits for
no writer of another.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql("""
    alter table articles add column sketch int[];
    comment on column articles.sketch is 'Hashes of some pairs of words, which most copies share; null until computed.';

    create table article_sketches (
        hash int not null,
        published_at timestamptz not null,
        article_id uuid not null,
        primary key (hash, published_at, article_id)
    );
    comment on table article_sketches is 'The hashes of all sketches.';

    create table article_copies (
        article_id uuid primary key,
        group_id uuid not null
    );
    comment on table article_copies is 'The visible articles that are copies of another one, in groups.';
    create index article_copies_of_group on article_copies (group_id);
    """)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
    drop table article_copies, article_sketches;
    alter table articles drop column sketch;
    """)
