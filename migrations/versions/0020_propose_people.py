"""Propose people: names in visible articles that may be those of people whom the archive does not have.

The server looks for names in all articles after this migration, in the background.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql("""
    create table candidate_mentions (
        article_id uuid not null,
        candidate text collate "C" not null,
        version int not null,
        outlet_id int not null,
        published_at timestamptz not null,
        names text[] not null,
        score int not null,
        spans int[] not null,
        primary key (article_id, candidate)
    );
    comment on table candidate_mentions is 'Names in visible articles that are not those of known people.';
    comment on column candidate_mentions.candidate is 'The id of the candidate, a hash of what all spellings share.';
    comment on column candidate_mentions.version is 'The version of the article in which the name was found.';
    comment on column candidate_mentions.names is 'The spellings in the article, the most frequent one first.';
    comment on column candidate_mentions.spans is
        'Flat triples: field (0 headline, 1 standfirst, 2 body), start, stop.';
    create index candidate_mentions_of_candidate on candidate_mentions (candidate, published_at desc, article_id);

    create table person_candidates (
        id text collate "C" primary key,
        name text not null,
        variants text[] not null,
        folded text[] collate "C" not null,
        articles int not null,
        outlets int not null,
        first_published_at timestamptz not null,
        last_published_at timestamptz not null,
        rejected_at timestamptz
    );
    comment on table person_candidates is
        'Names that enough visible articles of enough outlets have: people who may be added.';
    comment on column person_candidates.folded is 'The folded spellings, from each of their words on.';
    create index person_candidates_by_articles on person_candidates (articles desc, id desc) where rejected_at is null;
    create index person_candidates_by_recent on person_candidates (last_published_at desc, id desc)
        where rejected_at is null;
    create index person_candidates_rejected on person_candidates (articles desc, id desc) where rejected_at is not null;
    create index person_candidates_by_name on person_candidates using gin (array_to_tsvector(folded));

    create table candidate_rejections (
        id text collate "C" primary key,
        rejected_at timestamptz not null default now()
    );
    comment on table candidate_rejections is 'Candidates that an editor rejected, by id: no name stays here.';

    create table candidate_progress (
        single bool primary key default true check (single),
        position bigint not null,
        walked uuid
    );
    comment on table candidate_progress is 'How far names have been looked for in the change log and in all articles.';
    comment on column candidate_progress.walked is
        'The last article of a walk over all articles; null when it is done.';
    insert into candidate_progress (position, walked)
    select coalesce(max(position), 0), (
        select '00000000-0000-0000-0000-000000000000'::uuid where exists (select from articles)
    ) from changes;
    """)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "drop table candidate_mentions, person_candidates, candidate_rejections, candidate_progress"
    )
