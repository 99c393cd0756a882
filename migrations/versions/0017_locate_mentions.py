"""Locate mentions: store where an article mentions its tags and people.

A job links all articles again, which fills the new columns.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Constant defaults, so that no table is rewritten.
    op.get_bind().exec_driver_sql("""
    alter table article_tags
        add column mentions int not null default 0,
        add column spans int[] not null default '{}',
        add column sentences int[] not null default '{}';
    alter table article_people
        add column evidence text,
        add column spans int[] not null default '{}',
        add column sentences int[] not null default '{}';
    comment on column article_people.spans is
        'Field (0 headline, 1 standfirst, 2 body), start and stop in characters of each of the first 100 mentions.';
    comment on column article_people.sentences is
        'The numbers of all sentences that mention the person, from 0, counted through headline, standfirst and body.';
    comment on column article_people.evidence is 'How the person was recognized; null if the text has no mention.';

    insert into jobs (kind, subject)
    select 'relink', json_build_object('outlets', json_agg(id))
    from outlets
    having count(*) > 0;
    """)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
    alter table article_tags drop column mentions, drop column spans, drop column sentences;
    alter table article_people drop column evidence, drop column spans, drop column sentences;
    """)
