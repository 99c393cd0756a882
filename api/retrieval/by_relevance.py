"""The order of relevance: candidates are gathered, ordered roughly by Postgres, and the best of them exactly by BM25.

Its cursors hold all that the order follows from, the frequencies of the words included, so that its pages are those of
one order to the end whatever is stored or counted meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from api.postgres.connection import Connection, present
from api.retrieval import access_path
from api.retrieval.access_path import cost
from api.retrieval.by_time import Select, counted, matches, walking
from api.retrieval.cardinality import Known, searched
from api.retrieval.keyset import COUNTED_AT_MOST, Page, Ranked, Wanted
from api.retrieval.select import Order, Selection
from api.search import fulltext
from api.search.bm25 import Counts, Scale
from api.search.relaxation import relaxed
from api.search.tsquery import Asked, Lexeme

RANKED_AT_MOST = 2_000
# So many of them get an exact score.
SCORED = 200
# Where it costs more than COST_AT_MOST to fetch all that a search finds, its candidates are found among the newest
# articles: as many of those as should hold ENOUGH candidates, within bounds.
COST_AT_MOST = 25_000
ENOUGH = 500
WALKED = (2_000, 10_000)
# A search without filters need not walk past all of those: the indexes of words and of time together tell which have
# the words. That is sooner where the words are in no more than so many articles for each of the newest, and pays from a
# lower cost.
CROSSED_AT_MOST = 5
CROSSED_COST_AT_MOST = 10_000
# Words beyond these are looked for, but have no say in the order.
LEXEMES_AT_MOST = 200

# What is stored later is not among the candidates of a later page.
_KNOWN_THEN: LiteralString = "a.created_at <= %(ranked_at)s"

_GATHERED: LiteralString = f"""
    a.id, a.published_at, {fulltext.ROUGH_SCORE}::float8 as rough,
    %(all)s::text is null or a.search @@ %(all)s::tsquery as complete"""
# Texts are large: they are left behind until the best are known, and those are fetched one by one, not joined, as the
# planner cannot know how few there are.
_RANKED: LiteralString = f"""
    ranked as materialized (
        select *, row_number() over (order by complete desc, rough desc, published_at desc, id desc) as number
        from (select * from gathered order by published_at desc, id desc limit %(most)s) as newest
        order by number
        limit %(shown)s
    )
    select id, published_at, rough, complete, (select count(*) from gathered) as found, lengths, ranks, prefixed
    from ranked left join lateral (
        select {fulltext.FIELD_LENGTHS} as lengths, {fulltext.RANKS} as ranks, {fulltext.PREFIXED} as prefixed
        from articles where articles.id = ranked.id and number <= %(scored)s offset 0
    ) as scored on true"""

# Which of four parts of the order it is in, its score there, and of equal ones the newer first: all the words before
# some of them, exact scores before rough ones.
_Place = tuple[int, float, datetime, UUID]


@dataclass(frozen=True)
class Pinned:
    """What the order follows from besides the articles.

    ``bounded`` says that, made looser, the search has as many of its terms as are in RANKED_AT_MOST articles together.
    Candidates are all that is found, or of the ``newest``: of so many that pass the filters, or since that time.
    """

    ranked_at: str
    relaxed: bool
    bounded: bool
    newest: int | str | None
    articles: int
    lengths: tuple[float, float, float]
    frequencies: tuple[int, ...]


@dataclass(frozen=True)
class _Ranking:
    """What all candidates are ranked by."""

    connection: Connection
    select: Select
    found: Known
    query: str
    lexemes: Sequence[Lexeme]
    scale: Scale
    shown: int

    def ranked(self, query: str, pinned: Pinned) -> tuple[list[_Place], int]:
        """The first places among what ``query`` finds, and how many it finds, one more than are ranked at most."""
        selection, order = self._candidates(query, pinned)
        gathered = replace(selection, columns=_GATHERED).first(order, "%(most)s + 1")
        rows = self.connection.execute(
            f"with gathered as materialized ({gathered}), {_RANKED}",
            {
                **selection.bound,
                "most": RANKED_AT_MOST,
                "shown": self.shown,
                "scored": SCORED,
                "all": None if query == self.query else self.query,
                "words": " | ".join(lexeme.tsquery() for lexeme in self.lexemes),
                **named(self.lexemes),
                "ranked_at": pinned.ranked_at,
            },
            prepare=False,
        ).fetchall()
        places = sorted((self._place(row) for row in rows), reverse=True)
        return places, rows[0]["found"] if rows else 0

    def _candidates(self, query: str, pinned: Pinned) -> tuple[Selection, Order]:
        def then(selection: Selection) -> Selection:
            return selection.where(_KNOWN_THEN, ranked_at=pinned.ranked_at)

        if isinstance(pinned.newest, int):
            return walking(self.select, self.found, query, "newest", pinned.newest, narrowed=then)
        selection, order = matches(self.select, self.found, query, "newest")
        if pinned.newest:
            selection = selection.where("a.published_at >= %(since)s", since=pinned.newest)
        return then(selection), order

    def _place(self, row: DictRow) -> _Place:
        exact = row["lengths"] is not None
        score = self.scale.score(counts(row, self.lexemes), row["lengths"]) if exact else row["rough"]
        return 2 * row["complete"] + exact, score, row["published_at"], row["id"]


def page(
    connection: Connection,
    select: Select,
    found: Known,
    question: Asked,
    query: str,
    wanted: Wanted,
) -> tuple[Page, Scale]:
    """A page of what is found, best first, its rows the ids alone; ``query`` is the question's tsquery.

    With it comes what scores are measured by.
    """
    lexemes = question.wanted[:LEXEMES_AT_MOST]
    pinned = _pinned(wanted.place) or _pin(connection, lexemes, found)
    scale = _scale(pinned, lexemes)
    shown = SCORED if wanted.place is None else RANKED_AT_MOST
    ranking = _Ranking(connection, select, found, query, lexemes, scale, shown)
    places: list[_Place] = []
    count = strict = 0
    if not pinned.relaxed:
        places, count = ranking.ranked(query, pinned)
        if wanted.place is None and pinned.newest and count < wanted.limit:
            pinned = replace(pinned, newest=None)
            places, count = ranking.ranked(query, pinned)
        strict = count
    few = wanted.place is None and count < wanted.limit
    if (pinned.relaxed or few) and (loose := _relaxed(question, pinned, lexemes)):
        looser = searched(connection, found, loose)
        tried = replace(pinned, relaxed=True, newest=None)
        more, total = replace(ranking, found=looser).ranked(loose, tried)
        if total > count:
            pinned, places, count = tried, more, total
    complete = not pinned.newest and count <= RANKED_AT_MOST
    ranked = Ranked(min(count, RANKED_AT_MOST), complete, pinned.relaxed, strict)
    result = replace(_cut(places, pinned, wanted), ranked=ranked)
    if not (ranked.all or ranked.relaxed):
        return counted(connection, select, found, query, wanted.count, result), scale
    if wanted.count == "none":
        return result, scale
    most = COUNTED_AT_MOST if wanted.count == "capped" else RANKED_AT_MOST
    return replace(result, total=min(count, most), capped=count > most), scale


def named(lexemes: Sequence[Lexeme]) -> dict[str, list[str]]:
    """The parameters of search.RANKS and search.PREFIXED."""
    return {
        "lexemes": [lexeme.tsquery() for lexeme in lexemes if not lexeme.prefix],
        "prefixes": [lexeme.text for lexeme in lexemes if lexeme.prefix],
    }


def counts(row: Mapping[str, Any], lexemes: Sequence[Lexeme]) -> dict[str, Counts]:
    """How often each lexeme is in which field, by its name, of a row of search.RANKS and search.PREFIXED."""
    whole = [lexeme.name for lexeme in lexemes if not lexeme.prefix]
    told = {name: fulltext.counts(*ranks) for name, ranks in zip(whole, row["ranks"], strict=True) if any(ranks)}
    for lexeme in lexemes:
        if lexeme.prefix and (found := row["prefixed"]):
            labels = "".join(labels for text, labels in found.items() if text.startswith(lexeme.text))
            told |= {lexeme.name: (labels.count("A"), labels.count("B"), labels.count("D"))} if labels else {}
    return told


def _relaxed(question: Asked, pinned: Pinned, lexemes: Sequence[Lexeme]) -> str | None:
    """The search made looser; None where that says nothing, or nothing was counted to tell what is rare."""
    if not pinned.articles:
        return None
    frequencies = dict(zip(lexemes, pinned.frequencies, strict=False))
    return relaxed(question, frequencies, RANKED_AT_MOST if pinned.bounded else None)


def _scale(pinned: Pinned, lexemes: Sequence[Lexeme]) -> Scale:
    # A language that came since the first page has lexemes that are not pinned: they have no say.
    names = (lexeme.name for lexeme in lexemes)
    return Scale(pinned.articles, dict(zip(names, pinned.frequencies, strict=False)), pinned.lengths)


def _pin(connection: Connection, lexemes: Sequence[Lexeme], found: Known) -> Pinned:
    now = found.texts.read_at if found.texts else _now(connection)
    rare = found.texts.rare if found.texts else 1
    return Pinned(
        now.isoformat(),
        relaxed=False,
        bounded=min(found.without_search.frequencies.values(), default=found.articles) > RANKED_AT_MOST,
        newest=_newest(connection, found),
        articles=found.texts.articles if found.texts else 0,
        lengths=_lengths(found.texts.lengths) if found.texts else (0, 0, 0),
        # Two digits are enough, and keep cursors short.
        frequencies=tuple(int(float(f"{found.words.get(lexeme, rare):.1e}")) for lexeme in lexemes),
    )


def _now(connection: Connection) -> datetime:
    return present(connection.execute("select now() as now").fetchone())["now"]


def _newest(connection: Connection, found: Known) -> int | str | None:
    """Among how many of the newest articles, or among those since when, to look for candidates; None for all."""
    if found.found is None:
        return None
    others = found.without_search
    passed = min(others.frequencies.values(), default=found.articles)
    times = access_path.LINKED if access_path.linked(others) else 1
    fetching = min(passed * access_path.WALKED * times, cost(found.found, found.articles))
    least, most = WALKED[0], WALKED[1] // times
    newest = round(min(max(ENOUGH / found.found.part, least), most)) if found.found.part else most
    crossed = found.filters.keys() == {"q"} and found.found.looked_at * found.articles <= CROSSED_AT_MOST * newest
    if fetching <= (CROSSED_COST_AT_MOST if crossed else COST_AT_MOST):
        return None
    return _since(connection, newest) if crossed else newest


def _since(connection: Connection, newest: int) -> str | None:
    """When the last of so many of the newest articles was published; None where there are fewer."""
    row = connection.execute(
        "select published_at from articles where visible"
        " order by published_at desc, id desc offset %(newest)s - 1 limit 1",
        {"newest": newest},
    ).fetchone()
    return row["published_at"].isoformat() if row else None


def _lengths(lengths: Iterable[float]) -> tuple[float, float, float]:
    headline, standfirst, body = (round(length, 1) for length in lengths)
    return headline, standfirst, body


def _pinned(place: Sequence[Any] | None) -> Pinned | None:
    if place is None:
        return None
    ranked_at, relaxed, bounded, newest, articles, lengths, frequencies = place[4:]
    return Pinned(ranked_at, relaxed, bounded, newest, articles, _lengths(lengths), tuple(frequencies))


def _cut(places: Sequence[_Place], pinned: Pinned, wanted: Wanted) -> Page:
    """The page of these places: its rows are the ids alone."""
    if wanted.place is not None:
        tier, score, published_at, article = wanted.place[:4]
        here = (tier, score, datetime.fromisoformat(str(published_at)), UUID(str(article)))
        places = [place for place in places if (place > here if wanted.backward else place < here)]
    more = len(places) > wanted.limit
    places = places[-wanted.limit :] if wanted.backward else places[: wanted.limit]
    rest = [
        pinned.ranked_at, pinned.relaxed, pinned.bounded, pinned.newest, pinned.articles, list(pinned.lengths),
        list(pinned.frequencies),
    ]  # fmt: skip
    first, last = ([*places[end], *rest] for end in (0, -1)) if places else (None, None)
    return Page(
        [{"id": place[3]} for place in places],
        prev=first if (more if wanted.backward else wanted.place is not None) else None,
        next=last if wanted.backward or more else None,
    )
