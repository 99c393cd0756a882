"""Refuse links: tags and people that an editor says an article does not have."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql("""
    create table article_refusals (
        article_id uuid not null references articles on delete cascade,
        noun text not null check (noun in ('tag', 'person')),
        entity_id int not null,
        pushed boolean not null,
        created_at timestamptz not null default now(),
        primary key (article_id, noun, entity_id)
    );
    comment on table article_refusals is 'Tags and people to which an editor says an article is not to be linked.';
    comment on column article_refusals.pushed is 'Whether the outlet named it in its last push.';
    create index article_refusals_of_entity on article_refusals (noun, entity_id);
    """)


def downgrade() -> None:
    op.execute("drop table article_refusals")
