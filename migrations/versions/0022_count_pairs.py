"""Count pairs: in how many visible articles of each month two entities occur together.

Processes of the previous release write articles without counting them: run ``dateline reindex`` after the update.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Month by month, so that little memory is needed. Nothing is locked: articles are written meanwhile.
    op.get_bind().exec_driver_sql("""
    create table entity_pairs (
        a int not null,
        b int not null,
        month date not null,
        articles int not null,
        sentences int not null
    ) with (fillfactor = 80);
    comment on table entity_pairs is
        'The visible articles with both of two entities, by their month in UTC. An entity is three times its id, and 0'
        ' for an outlet, 1 for a tag, 2 for a person; a <= b. The pair of an entity with itself counts its articles.';
    comment on column entity_pairs.sentences is 'The articles that have a sentence with both.';

    do $$
    declare
        first timestamp := (select date_trunc('month', min(published_at) at time zone 'UTC')
            from articles where visible);
    begin
        while first is not null loop
            insert into entity_pairs (a, b, month, articles, sentences)
            with entities as materialized (
                select c.id as article_id, l.key, l.sentences, count(*) over (partition by c.id) as together
                from articles c cross join lateral (
                    select c.outlet_id * 3 as key, '{}'::int[] as sentences
                    union all select tag_id * 3 + 1, sentences from article_tags where article_id = c.id
                    union all select person_id * 3 + 2, sentences from article_people where article_id = c.id
                ) as l
                where c.visible and c.published_at >= first at time zone 'UTC'
                    and c.published_at < (first + interval '1 month') at time zone 'UTC'
            )
            select a.key, b.key, first::date, count(*), count(*) filter (where a.sentences && b.sentences)
            from entities a join entities b on b.article_id = a.article_id and b.key >= a.key
            where a.together <= 101
            group by a.key, b.key;
            first := (select date_trunc('month', min(published_at) at time zone 'UTC') from articles
                where visible and published_at >= (first + interval '1 month') at time zone 'UTC');
        end loop;
    end
    $$;

    alter table entity_pairs add primary key (a, b, month);
    create index entity_pairs_of_b on entity_pairs (b, a, month);
    """)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
    drop table entity_pairs;
    """)
