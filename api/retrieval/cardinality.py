"""How many articles each filter of a list leaves, and the ids that its slugs stand for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, LiteralString, cast

from psycopg.rows import DictRow

from api.postgres.connection import Connection, present
from api.retrieval import document_frequencies, entity_names, published
from api.retrieval.document_frequencies import CollectionStatistics
from api.search import fulltext
from api.search.selectivity import Selectivity, lexemes
from api.search.tsquery import Lexeme
from api.text.language import is_in

# Up to this number of rows, fetching and sorting all is cheaper than a scan in order, which may pass many others.
SORTED_AT_MOST = 5_000
UNCOUNTED = SORTED_AT_MOST + 1

# The tables of the entities that filters name. Negated filters have no count.
ENTITY_FILTERS: Mapping[str, LiteralString] = {
    "tag": "tags", "tag_all": "tags", "tag_not": "tags",
    "person": "people", "person_all": "people", "person_not": "people",
    "outlet": "outlets", "outlet_not": "outlets",
}  # fmt: skip
# Filters that find about one article a value.
UNIQUE = ("id", "url", "external_id")

# A retired slug stands for the entity that had it, or for the one that it was merged into.
_ENTITIES: LiteralString = """
    select 'tags' as counted, slug, id, articles from tags where slug = any(%(tags)s) and merged_into is null
    union all select 'people', slug, id, articles from people where slug = any(%(people)s) and merged_into is null
    union all select 'outlets', slug, id, articles from outlets where slug = any(%(outlets)s)
    union all select 'tags', r.slug, n.id, articles from slugs_retired r join tags n using (id)
        where noun = 'tag' and r.slug = any(%(tags)s)
    union all select 'people', r.slug, n.id, articles from slugs_retired r join people n using (id)
        where noun = 'person' and r.slug = any(%(people)s)
    union all select 'outlets', r.slug, n.id, articles from slugs_retired r join outlets n using (id)
        where noun = 'outlet' and r.slug = any(%(outlets)s)"""

# Counted by index-only scans, and no further than the number decides anything.
_COUNTS: Mapping[LiteralString, LiteralString] = {
    "section": "a.section = any(%(section)s)",
    "language": "a.language = any(%(language)s)",
    "credit": "a.credit = any(%(credit)s)",
    "byline": "a.byline = any(%(byline)s)",
    "published": "a.published_at >= %(begin)s and a.published_at < %(end)s",
    "updated_since": "a.updated_at >= %(updated_since)s",
}

# The planner's estimate, for archives whose terms have not been counted yet.
_ESTIMATE: LiteralString = f"explain (format json) select from articles a where {fulltext.MATCHES}"
_ARTICLES: LiteralString = (
    "select greatest(reltuples, 1)::int as articles from pg_class where oid = 'articles'::regclass"
)


@dataclass(frozen=True)
class Cardinality:
    """``filters`` with ids in place of slugs, and ``frequencies``: how many articles each positive one leaves.

    The languages of ``filters`` are those of the archive that the given ones stand for.

    ``search`` is the selectivity of the search among all ``articles``, computed from the ``statistics`` of the
    archive and the ``document_frequencies`` of its lexemes. ``slugs`` are
    the filters on entities with slugs in place of names. ``nothing``: a filter leaves no article.
    """

    filters: Mapping[str, object]
    frequencies: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    search: Selectivity | None = None
    articles: int = 0
    statistics: CollectionStatistics | None = None
    document_frequencies: Mapping[Lexeme, int] = field(default_factory=lambda: MappingProxyType({}))
    slugs: Mapping[str, list[str]] = field(default_factory=lambda: MappingProxyType({}))
    nothing: bool = False

    @property
    def matches(self) -> float:
        """How many articles the search should match, the other filters aside."""
        return self.search.matching * self.articles if self.search else 0

    @property
    def without_search(self) -> "Cardinality":
        """The same for the other filters alone."""
        others = {name: frequency for name, frequency in self.frequencies.items() if name != "q"}
        return replace(self, frequencies=MappingProxyType(others), search=None)

    def without(self, names: Collection[str]) -> "Cardinality":
        """The same without these filters."""
        return replace(
            self,
            filters={name: value for name, value in self.filters.items() if name not in names},
            frequencies={name: articles for name, articles in self.frequencies.items() if name not in names},
        )

    @property
    def rarest(self) -> str | None:
        """The filter that leaves the fewest articles."""
        return min(self.frequencies, key=lambda name: self.frequencies[name], default=None)

    @property
    def fewest(self) -> int:
        """How many articles the rarest filter leaves, the search aside; all where no filter is counted."""
        return min((frequency for name, frequency in self.frequencies.items() if name != "q"), default=self.articles)

    def has_at_most(self, articles: int) -> bool:
        """Whether the rarest filter, the search aside, is known to leave so few articles."""
        # A filter that leaves UNCOUNTED articles was not counted further.
        return self.fewest <= articles and self.fewest != UNCOUNTED


def measure(connection: Connection, filters: Mapping[str, object], tsquery: str | None, sort: str) -> Cardinality:
    """The cardinality of a list's filters and search. Raises InvalidInput for a name that several entities have."""
    filters = _with_stored_languages(connection, filters)
    lists = {name: value for name, value in filters.items() if isinstance(value, list)}
    slugs = {name: values for name, values in lists.items() if name in ENTITY_FILTERS}
    counted = _worth_counting(filters, lists, sort)
    rows = _rows(connection, filters, slugs, counted)
    rows |= _rows_by_name(connection, slugs, rows)
    found = Cardinality(filters, {name: rows[name, None]["articles"] for name in counted})
    if tsquery is not None:
        found = with_search(connection, found, tsquery)
    found = replace(found, slugs={name: _slugs(rows, ENTITY_FILTERS[name], values) for name, values in slugs.items()})
    for name, values in slugs.items():
        if _leaves_nothing(name, [(ENTITY_FILTERS[name], slug) in rows for slug in values]):
            return replace(found, nothing=True)
    entities = {name: _named(rows, ENTITY_FILTERS[name], values) for name, values in slugs.items()}
    frequencies = {
        **found.frequencies,
        **{name: len(values) for name, values in lists.items() if name in UNIQUE},
        **{name: UNCOUNTED for name in lists if name in _COUNTS and name not in counted},
        **{name: _articles(name, named) for name, named in entities.items() if not name.endswith("_not")},
    }
    ids = {name: [row["id"] for row in named] for name, named in entities.items()}
    return replace(found, filters={**filters, **ids}, frequencies=frequencies)


def same_entities(
    connection: Connection, some: Mapping[str, Sequence[str]], others: Mapping[str, Sequence[str]]
) -> bool:
    """Whether the slugs of two lists' filters stand for the same entities."""

    def entities(filters: Mapping[str, Sequence[str]]) -> dict[str, set[object]]:
        texts = {name: list(slugs) for name, slugs in filters.items()}
        rows = _rows(connection, {}, texts, ())
        rows |= _rows_by_name(connection, texts, rows)
        return {
            name: {
                rows[ENTITY_FILTERS[name], slug]["id"] if (ENTITY_FILTERS[name], slug) in rows else slug
                for slug in slugs
            }
            for name, slugs in filters.items()
        }

    return some.keys() == others.keys() and entities(some) == entities(others)


def with_search(connection: Connection, cardinality: Cardinality, tsquery: str) -> Cardinality:
    """The same with the selectivity of a tsquery."""
    statistics = document_frequencies.statistics(connection)
    if statistics:
        known = document_frequencies.look_up(connection, lexemes(tsquery))
        search, articles = document_frequencies.selectivity(tsquery, statistics, known), statistics.articles
    else:
        known = {}
        search, articles = _estimate(connection, tsquery)
    return replace(
        cardinality,
        frequencies={**cardinality.frequencies, "q": round(search.matching * articles)},
        search=search,
        articles=articles,
        statistics=statistics,
        document_frequencies=known,
    )


def _with_stored_languages(connection: Connection, filters: Mapping[str, object]) -> Mapping[str, object]:
    """The filters with the languages of the archive that the given ones stand for; unknown ones stay."""
    given = cast("list[str]", filters.get("language", []))
    if not given:
        return filters
    stored = [row["language"] for row in connection.execute("select language from languages").fetchall()]
    meant = [tag for one in given for tag in ([tag for tag in stored if is_in(tag, one)] or [one])]
    return {**filters, "language": sorted(set(meant))}


def _rows(
    connection: Connection, filters: Mapping[str, object], slugs: Mapping[str, list[Any]], counted: Sequence[str]
) -> dict[tuple[str, str | None], DictRow]:
    """The entities of all slugs and the counts of filters, by one statement: by table and slug, or by filter."""
    parts: list[LiteralString] = [_ENTITIES] if slugs else []
    parts.extend(
        f"select '{name}' as counted, null as slug, null::int as id, (select count(*) from"
        f" (select from articles a where a.visible and {condition} limit %(most)s) as c) as articles"
        for name, condition in _COUNTS.items()
        if name in counted
    )
    if not parts:
        return {}
    parameters = {**filters, "most": UNCOUNTED}
    if "published" in counted:
        spans = published.spans(filters)
        parameters |= {"begin": spans[0][0], "end": spans[-1][1]}
    for table in ("tags", "people", "outlets"):
        parameters[table] = [slug for name, values in slugs.items() if ENTITY_FILTERS[name] == table for slug in values]
    statement = " union all ".join(parts)
    rows = connection.execute(statement, parameters, prepare=False if counted else None).fetchall()
    return {(row["counted"], row["slug"]): row for row in rows}


def _rows_by_name(
    connection: Connection, texts: Mapping[str, list[Any]], by_slug: Mapping[tuple[str, str | None], DictRow]
) -> dict[tuple[str, str | None], DictRow]:
    """The entities of the texts that are no slugs, by one statement if there are any: by table and text.

    Raises InvalidInput for a name that several entities have.
    """
    unknown = {
        name: [text for text in values if (ENTITY_FILTERS[name], text) not in by_slug] for name, values in texts.items()
    }
    wanted: dict[str, set[str]] = {}
    for name, values in unknown.items():
        wanted.setdefault(ENTITY_FILTERS[name], set()).update(values)
    if not any(wanted.values()):
        return {}
    found = entity_names.find(connection, wanted)
    for name, values in unknown.items():
        for text in values:
            if len(entities := found.get((ENTITY_FILTERS[name], text), ())) > 1:
                raise entity_names.ambiguous_filter(name, ENTITY_FILTERS[name], text, entities)
    return {named: entities[0] for named, entities in found.items()}


def _slugs(rows: Mapping[tuple[str, str | None], DictRow], table: str, texts: Sequence[str]) -> list[str]:
    """The slugs in place of the names among these texts; unknown texts stay."""
    return [rows[table, text]["slug"] if (table, text) in rows else text for text in texts]


def _named(rows: Mapping[tuple[str, str | None], DictRow], table: str, slugs: Sequence[str]) -> list[DictRow]:
    """The entities that slugs stand for, the rarest first; several slugs may stand for one of them."""
    named = {row["id"]: row for slug in slugs if (row := rows.get((table, slug)))}
    return sorted(named.values(), key=lambda row: row["articles"])


def _leaves_nothing(name: str, known: Sequence[bool]) -> bool:
    """Whether no article can pass a filter on entities, given which of its slugs are known."""
    if name.endswith("_not"):
        return False
    return not (all(known) if name.endswith("_all") else any(known))


def _articles(name: str, named: Sequence[DictRow]) -> int:
    """The most articles that a filter leaves: if all its entities are required, those of the rarest one."""
    return named[0]["articles"] if name.endswith("_all") else sum(row["articles"] for row in named)


def _estimate(connection: Connection, tsquery: str) -> tuple[Selectivity, int]:
    """What the planner expects of a tsquery, and of how many articles."""
    [explained] = present(connection.execute(_ESTIMATE, {"q": tsquery}, prepare=False).fetchone())["QUERY PLAN"]
    rows, articles = explained["Plan"]["Plan Rows"], present(connection.execute(_ARTICLES).fetchone())["articles"]
    matching = min(1.0, rows / articles)
    return Selectivity(matching, matching), max(articles, 1)


def _worth_counting(filters: Mapping[str, object], lists: Mapping[str, list[object]], sort: str) -> list[str]:
    """The filters to count; none where one index both finds and orders the list."""
    positive = [name for name in lists if not name.endswith("_not")]
    counted = [] if sort != "updated" and len(positive) == 1 else [name for name in _COUNTS if name in lists]
    if sort == "updated" and not filters.keys().isdisjoint(published.FILTERS):
        counted.append("published")
    if "updated_since" in filters:
        counted.append("updated_since")
    return counted
