"""Counting in how many articles each lexeme is. Searches are planned and ranked by it; old counts only rank worse."""

from typing import LiteralString
from uuid import UUID

from api.postgres.connection import Connection, present
from api.search import fulltext

# A word in one article of a hundred is counted to within a tenth by so many, in a second or two.
SAMPLED = 50_000
# Lengths of fields need fewer.
MEASURED = 2_000
# Counted anew when the archive grew or shrank by so much, or counts are so old and something was written since.
GROWN = 0.1
OLD = "1 day"
PAUSE = "1 minute"
# What so few articles had when it was counted may be in none by now but the one that is erased.
FEW = 10
SECONDS_AT_MOST = 120

# One process at a time; whoever comes second has nothing to do.
_LOCK: LiteralString = "select pg_try_advisory_xact_lock(hashtext('dateline term_stats')) as mine"

_COUNT: LiteralString = "select count(*) as articles from articles where visible"

_SAMPLE: LiteralString = """
    create temporary table sampled_terms as
    select word as lexeme, ndoc as articles
    from ts_stat(format('select search from articles tablesample system (%%s) where visible', %(percent)s::float8))"""

# The marker of a language is in every article of the sample, once.
_FILL: LiteralString = """
    with sampled as (
        select coalesce(sum(articles), 0) as articles from sampled_terms where lexeme like 'lang:%%'
    ), gone as (
        delete from term_stats where lexeme not in (select lexeme from sampled_terms where articles >= %(least)s)
    ), counted as (
        insert into term_stats as held (lexeme, articles)
        select s.lexeme, round(s.articles * greatest(%(articles)s::float8 / sampled.articles, 1))
        from sampled_terms s, sampled where s.articles >= %(least)s
        on conflict (lexeme) do update set articles = excluded.articles where held.articles <> excluded.articles
    ), lengths as (
        select coalesce(avg(length(ts_filter(search, '{a}'))), 0) as headline,
            coalesce(avg(length(ts_filter(search, '{b}'))), 0) as standfirst,
            coalesce(avg(length(ts_filter(search, '{d}'))), 0) as body
        from (select search from articles tablesample system (%(few)s) where visible limit %(measured)s) as a
    )
    insert into text_stats as held (articles, sampled, headline, standfirst, body)
    select %(articles)s, sampled.articles, headline, standfirst, body from sampled, lengths
    on conflict (single) do update
    set articles = excluded.articles, sampled = excluded.sampled, headline = excluded.headline,
        standfirst = excluded.standfirst, body = excluded.body, measured_at = excluded.measured_at,
        erased_at = case when held.erased_at > now() - %(pause)s::interval then held.erased_at end
    returning articles, sampled, (
        select count(*) from sampled_terms where articles >= %(least)s and not lexeme ^@ %(pair_sign)s
    ) as lexemes"""

# Outlets know how many articles they have, which makes the question cheap enough to be asked all the time.
_DUE: LiteralString = """
    select case when held.measured_at is null then now.articles > 0
        when held.measured_at > now() - %(pause)s::interval then false
        when held.erased_at is not null then true
        when abs(now.articles - held.articles) > %(grown)s * held.articles then true
        when held.measured_at > now() - %(old)s::interval then false
        else coalesce((select at > held.measured_at from changes order by position desc limit 1), false)
    end as due
    from (select coalesce(sum(articles), 0) as articles from outlets) as now left join text_stats held on true"""

_FORGET: LiteralString = """
    delete from term_stats where articles <= %(few)s
        and lexeme in (select lexeme from articles, unnest(search) where id = %(article)s)"""


def measure(connection: Connection) -> dict[str, int] | None:
    """Count anew: of how many ``articles`` how many were ``sampled``, and how many ``lexemes`` are known now.

    None when another process is at it.
    """
    with connection.transaction():
        if not present(connection.execute(_LOCK).fetchone())["mine"]:
            return None
        connection.execute(
            "select set_config('statement_timeout', %(most)s, true)", {"most": str(SECONDS_AT_MOST * 1_000)}
        )
        articles = present(connection.execute(_COUNT).fetchone())["articles"]
        percent = _percent(SAMPLED, articles)
        connection.execute(_SAMPLE, {"percent": percent})
        counted = connection.execute(
            _FILL,
            {
                "articles": articles,
                # One article of a sample says nothing of the whole.
                "least": 1 if percent == 100 else 2,
                "few": _percent(MEASURED, articles),
                "measured": MEASURED,
                "pair_sign": fulltext.PAIR_SIGN,
                "pause": PAUSE,
            },
        ).fetchone()
        connection.execute("drop table sampled_terms")
        return counted


def measure_due(connection: Connection) -> dict[str, int] | None:
    """``measure``, if the archive changed enough."""
    due = present(connection.execute(_DUE, {"grown": GROWN, "old": OLD, "pause": PAUSE}).fetchone())["due"]
    return measure(connection) if due else None


def forget(connection: Connection, article: UUID) -> None:
    """Forget the rare words of an article whose text is about to be erased, and have the others counted anew.

    Until then they count as rare in other articles, which they are.
    """
    connection.execute(_FORGET, {"article": article, "few": FEW})
    connection.execute("update text_stats set erased_at = clock_timestamp()")


def _percent(wanted: int, articles: int) -> float:
    """How much of the table to read for so many articles; all of it when it has hardly more."""
    return 100.0 if articles <= 2 * wanted else 100 * wanted / articles
