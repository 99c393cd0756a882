"""Create the archive: nouns, articles, their links, the change log, keys and jobs."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Text that is sorted or searched by prefix is collated "C": the order is the same on every server and one
# plain index answers LIKE 'abc%'.

ARCHIVE = """
create table archive (
    single boolean primary key default true check (single),
    incarnation uuid not null default gen_random_uuid(),
    cursor_key bytea not null default uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
    catalogue uuid not null default gen_random_uuid()
);
comment on table archive is 'One row: what identifies this archive.';
comment on column archive.cursor_key is 'Signs paging cursors; 244 random bits.';
comment on column archive.catalogue is
    'Another value after every change of an outlet, tag or person, so that a copy in memory is known to be stale.';
insert into archive default values;

create table languages (
    language text collate "C" primary key
);
comment on table languages is 'Every language an article was ever stored in; a search asks each of them.';
"""

NOUNS = """
create table outlets (
    id int generated always as identity primary key,
    uuid uuid not null unique,
    slug text collate "C" not null unique,
    name text not null,
    folded text collate "C" not null,
    description text,
    country text,
    language text,
    url text,
    articles int not null default 0,
    first_published_at timestamptz,
    last_published_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on column outlets.uuid is 'Immutable: article ids derive from it.';
comment on column outlets.folded is 'The name folded for sorting and prefix search.';
comment on column outlets.articles is 'Visible articles, kept by the write.';

create table tags (
    id int generated always as identity primary key,
    slug text collate "C" not null unique,
    name text not null,
    folded text collate "C" not null,
    description text,
    match text[] not null default '{}',
    articles int not null default 0,
    first_published_at timestamptz,
    last_published_at timestamptz,
    merged_into int references tags,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on column tags.match is 'Phrases that tag an article wherever they occur in it as whole words.';

create table people (
    id int generated always as identity primary key,
    slug text collate "C" not null unique,
    name text not null,
    folded text collate "C" not null,
    names text[] not null,
    description text,
    aliases text[] not null default '{}',
    roles json not null default '[]',
    articles int not null default 0,
    first_published_at timestamptz,
    last_published_at timestamptz,
    merged_into int references people,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on column people.names is 'The name and the aliases folded, for prefix search.';
comment on column people.roles is 'Dated roles: [{"title", "organization", "from", "to"}].';

create index outlets_by_name on outlets (folded, id);
create index outlets_by_articles on outlets (articles desc, id desc);
create index tags_by_name on tags (folded, id);
create index tags_by_articles on tags (articles desc, id desc);
create index people_by_name on people (folded, id);
create index people_by_articles on people (articles desc, id desc);

create table slugs_retired (
    noun text not null check (noun in ('outlet', 'tag', 'person')),
    slug text collate "C" not null,
    id int not null,
    primary key (noun, slug)
);
comment on table slugs_retired is 'Slugs that nouns once had; they redirect for ever and are never given again.';
"""

ARTICLES = """
create table articles (
    id uuid primary key,
    outlet_id int not null references outlets,
    external_id text not null,
    url text,
    headline text not null,
    standfirst text,
    body text not null,
    byline text,
    credit text,
    section text,
    language text collate "C" not null,
    image json,
    published_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    embargoed_until timestamptz,
    status text not null default 'usable' check (status in ('usable', 'withheld', 'canceled')),
    visible boolean not null generated always as (status = 'usable' and embargoed_until is null) stored,
    version int not null default 1,
    source_version bigint,
    digest bytea not null,
    outlet json not null,
    tags json not null,
    people json not null,
    search tsvector not null
);
alter table articles alter column search set statistics 1000;
comment on column articles.id is 'UUIDv5(outlets.uuid, external_id): a push is idempotent on the primary key.';
comment on column articles.status is 'The words of ninjs.';
comment on column articles.version is 'Counts changes of what was pushed; links found by the archive leave it.';
comment on column articles.digest is 'SHA-256 of the content columns: an unchanged push is known by it.';
comment on column articles.outlet is 'Copy of the noun, {"slug", "name"}; tags and people likewise, as lists.';

create index articles_newest on articles (published_at desc, id desc) where visible;
-- Of all articles, since renaming an outlet concerns those that readers do not see as well.
create index articles_of_outlet on articles (outlet_id, published_at desc, id desc);
create index articles_of_section on articles (section, published_at desc, id desc) where visible;
create index articles_of_language on articles (language, published_at desc, id desc) where visible;
create index articles_of_credit on articles (credit, published_at desc, id desc) where visible;
create index articles_search on articles using gin (search);

create table article_tags (
    article_id uuid not null references articles on delete cascade,
    tag_id int not null references tags,
    published_at timestamptz not null,
    origin text not null check (origin in ('push', 'match')),
    primary key (article_id, tag_id)
);
comment on column article_tags.origin is 'Who linked it: the partner (push) or a phrase in the text (match).';
create index articles_of_tag on article_tags (tag_id, published_at desc, article_id desc);

create table article_people (
    article_id uuid not null references articles on delete cascade,
    person_id int not null references people,
    published_at timestamptz not null,
    origin text not null check (origin in ('push', 'match')),
    mentions int not null,
    primary key (article_id, person_id)
);
create index articles_of_person on article_people (person_id, published_at desc, article_id desc);
"""

QUEUES = """
create table changes (
    position bigint generated always as identity primary key,
    type text not null,
    article_id uuid,
    noun_id int,
    version int,
    at timestamptz not null default clock_timestamp()
);
comment on table changes is 'Everything that happened, in commit order: inserted last, under one lock.';

create table keys (
    id int generated always as identity primary key,
    name text not null,
    prefix text collate "C" not null unique,
    hash bytea not null,
    scopes text[] not null,
    outlets int[] not null default '{}',
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    revoked_at timestamptz
);
comment on column keys.hash is 'SHA-256 of the whole key; the key itself is shown once and never stored.';

create table jobs (
    id uuid primary key default gen_random_uuid(),
    kind text not null check (kind in ('relink')),
    subject json not null,
    after uuid,
    done int not null default 0,
    attempts int not null default 0,
    due_at timestamptz not null default clock_timestamp(),
    created_at timestamptz not null default now(),
    finished_at timestamptz
);
comment on column jobs.after is 'The last article done: a job goes on from here after a crash.';
create index jobs_due on jobs (due_at, id) where finished_at is null;
"""


def upgrade() -> None:
    for step in (ARCHIVE, NOUNS, ARTICLES, QUEUES):
        op.get_bind().exec_driver_sql(step)


def downgrade() -> None:
    op.execute("""
    drop table jobs, keys, changes, article_people, article_tags, articles,
        slugs_retired, people, tags, outlets, languages, archive;
    """)
