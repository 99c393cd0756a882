"""Let partners correct, embargo and withdraw: earlier versions, tombstones, answers to repeat, who sees a change."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ARTICLES = """
alter table articles
    add column body_html text,
    add column note text,
    add column reason text,
    add column withdrawn_at timestamptz,
    add column purged_at timestamptz;
comment on column articles.body_html is 'The text as clean HTML, when it came so; body derives from it.';
comment on column articles.note is 'What this version corrects, in the words of the outlet.';
comment on column articles.reason is 'Why it was withdrawn.';
comment on column articles.purged_at is 'Its text and its versions were erased then; that is final.';
create index articles_due on articles (embargoed_until, id) where embargoed_until is not null;
create index articles_embargoed on articles (outlet_id, published_at desc, id desc)
    where embargoed_until is not null and status = 'usable';

create table versions (
    article_id uuid not null references articles on delete cascade,
    version int not null,
    article json not null,
    primary key (article_id, version)
);
comment on table versions is 'What each change of an article replaced, as the API showed it, without the current one.';
"""

QUEUES = """
alter table changes
    add column outlet_id int,
    add column slug text,
    add column merged_into text;
comment on column changes.outlet_id is 'Only the keys of this outlet see the change; null: everyone does.';
comment on column changes.slug is 'Of a noun: the slug it had, which a tombstone names.';
create index changes_of_article on changes (article_id) where article_id is not null;

alter table archive add column changes_trimmed_to bigint not null default 0;
comment on column archive.changes_trimmed_to is 'Changes up to this position are no longer kept.';

create table idempotent_answers (
    key_id int not null references keys,
    idempotency_key text not null,
    request bytea not null,
    status int not null,
    headers json not null,
    body bytea not null,
    article_id uuid,
    created_at timestamptz not null default now(),
    primary key (key_id, idempotency_key)
);
comment on table idempotent_answers is 'First answers, repeated when the same request comes again within a day.';
comment on column idempotent_answers.request is 'SHA-256 of method, address and body.';
create index idempotent_answers_old on idempotent_answers (created_at);
create index idempotent_answers_of_article on idempotent_answers (article_id);
"""


def upgrade() -> None:
    for step in (ARTICLES, QUEUES):
        op.get_bind().exec_driver_sql(step)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
    drop table idempotent_answers, versions;
    alter table archive drop column changes_trimmed_to;
    drop index changes_of_article;
    alter table changes drop column outlet_id, drop column slug, drop column merged_into;
    drop index articles_due, articles_embargoed;
    alter table articles
        drop column body_html, drop column note, drop column reason, drop column withdrawn_at, drop column purged_at;
    """)
