"""Counts the document frequency of each lexeme, by which searches are planned and ranked."""

from typing import LiteralString
from uuid import UUID

from api.commands import word_counts
from api.postgres.connection import Connection, present
from api.search import search_vector

# Articles to sample for document frequencies. A word in 1 % of the articles is counted with an error below a tenth, in
# one or two seconds.
FREQUENCY_SAMPLE = 50_000
# Articles to sample for spelling suggestions. In 20,000 of 1,000 characters, words are counted in two seconds.
WORD_SAMPLE = 20_000
# Articles to sample for the average length of fields.
LENGTH_SAMPLE = 2_000
# Frequencies are counted again after the number of articles changed by this share, or after this time if anything was
# written.
GROWTH = 0.1
MAX_AGE = "1 day"
PAUSE = "1 minute"
# A word with so few articles may now be only in an article that is purged.
RARE = 10
TIMEOUT_MS = 120_000

# One process counts at a time; a second one need not.
_LOCK: LiteralString = "select pg_try_advisory_xact_lock(hashtext('dateline term_stats')) as mine"

_COUNT: LiteralString = "select count(*) as articles from articles where visible"

_SAMPLE: LiteralString = """
    create temporary table sampled_terms as
    select word as lexeme, ndoc as articles
    from ts_stat(format('select search from articles tablesample system (%%s) where visible', %(percent)s::float8))"""

# Each article has one language marker, so their sum is the number of articles in the sample.
_FILL: LiteralString = """
    with sampled as (
        select coalesce(sum(articles), 0) as articles from sampled_terms where lexeme like 'lang:%%'
    ), gone as (
        delete from term_stats where lexeme not in (select lexeme from sampled_terms where articles >= %(least)s)
    ), counted as (
        insert into term_stats as stats (lexeme, articles)
        select s.lexeme, round(s.articles * greatest(%(articles)s::float8 / sampled.articles, 1))
        from sampled_terms s, sampled where s.articles >= %(least)s
        on conflict (lexeme) do update set articles = excluded.articles where stats.articles <> excluded.articles
    ), lengths as (
        select coalesce(avg(length(ts_filter(search, '{a}'))), 0) as headline,
            coalesce(avg(length(ts_filter(search, '{b}'))), 0) as standfirst,
            coalesce(avg(length(ts_filter(search, '{d}'))), 0) as body
        from (select search from articles tablesample system (%(few)s) where visible limit %(measured)s) as a
    )
    insert into text_stats as stats (articles, sampled, headline, standfirst, body)
    select %(articles)s, sampled.articles, headline, standfirst, body from sampled, lengths
    on conflict (single) do update
    set articles = excluded.articles, sampled = excluded.sampled, headline = excluded.headline,
        standfirst = excluded.standfirst, body = excluded.body, measured_at = excluded.measured_at,
        erased_at = case when stats.erased_at > now() - %(pause)s::interval then stats.erased_at end
    returning articles, sampled, (
        select count(*) from sampled_terms where articles >= %(least)s and not lexeme ^@ %(pair_sign)s
    ) as lexemes"""

# Reads the article counts of outlets, so that it is cheap enough to run often.
_DUE: LiteralString = """
    select case when stats.measured_at is null then now.articles > 0
        when stats.measured_at > now() - %(pause)s::interval then false
        when stats.erased_at is not null then true
        when abs(now.articles - stats.articles) > %(growth)s * stats.articles then true
        when stats.measured_at > now() - %(max_age)s::interval then false
        else coalesce((
            select at > stats.measured_at from changes where outlet_id is null order by position desc limit 1
        ), false)
    end as due
    from (select coalesce(sum(articles), 0) as articles from outlets) as now left join text_stats stats on true"""

_FORGET: LiteralString = """
    delete from term_stats where articles <= %(few)s
        and lexeme in (select lexeme from articles, unnest(search) where id = %(article)s)"""


def measure(connection: Connection) -> dict[str, int] | None:
    """Count frequencies. Returns the numbers of ``articles``, of those ``sampled`` and of ``lexemes``.

    Returns None if another process is counting.
    """
    with connection.transaction():
        if not present(connection.execute(_LOCK).fetchone())["mine"]:
            return None
        connection.execute("select set_config('statement_timeout', %(timeout)s, true)", {"timeout": str(TIMEOUT_MS)})
        articles = present(connection.execute(_COUNT).fetchone())["articles"]
        percent = _percent(FREQUENCY_SAMPLE, articles)
        of_words = _percent(WORD_SAMPLE, articles)
        # Nothing is locked while texts are read.
        words = word_counts.count(connection, of_words, 1 if of_words == 100 else 2)
        connection.execute(_SAMPLE, {"percent": percent})
        counted = connection.execute(
            _FILL,
            {
                "articles": articles,
                # A word in one article of a sample tells nothing about its frequency.
                "least": 1 if percent == 100 else 2,
                "few": _percent(LENGTH_SAMPLE, articles),
                "measured": LENGTH_SAMPLE,
                "pair_sign": search_vector.PAIR_SIGN,
                "pause": PAUSE,
            },
        ).fetchone()
        word_counts.store(connection, words)
        connection.execute("drop table sampled_terms")
        return counted


def measure_due(connection: Connection) -> dict[str, int] | None:
    """``measure`` if the archive has changed enough."""
    due = present(connection.execute(_DUE, {"growth": GROWTH, "max_age": MAX_AGE, "pause": PAUSE}).fetchone())["due"]
    return measure(connection) if due else None


def forget_article(connection: Connection, article: UUID) -> None:
    """Delete the frequencies of rare words of an article that is about to be purged, and have the rest recounted.

    Not for an article that was never visible, whose words were not counted.
    """
    connection.execute(_FORGET, {"article": article, "few": RARE})
    word_counts.forget_article(connection, article, RARE)
    connection.execute("update text_stats set erased_at = clock_timestamp()")


def _percent(sample: int, articles: int) -> float:
    """The percentage of the table to read for a sample. The whole table is read if it is less than twice as large."""
    return 100.0 if articles <= 2 * sample else 100 * sample / articles
