"""What is known of a list's filters before it is planned: the ids of names, and how many articles each leaves."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import LiteralString

from api.postgres.connection import Connection, present
from api.retrieval import document_frequencies
from api.search import fulltext
from api.search.selectivity import Estimate, lexemes
from api.search.tsquery import Lexeme

# So many rows are sooner fetched and sorted than found by a walk that may have to pass all others.
GATHERED_AT_MOST = 5_000
UNCOUNTED = GATHERED_AT_MOST + 1

# Filters by name, and the entities they name; what says not leaves no number of articles.
ENTITIES: Mapping[str, LiteralString] = {
    "tag": "tags", "tag_all": "tags", "tag_not": "tags",
    "person": "people", "person_all": "people", "person_not": "people",
    "outlet": "outlets", "outlet_not": "outlets",
}  # fmt: skip
# Filters that find one article a value, or hardly more.
UNIQUE = ("id", "url", "external_id")

# A slug of earlier times stands for the entity that had it, or for the one that it was merged into.
_NAMES: LiteralString = """
    select 'tags' as counted, slug, id, articles from tags where slug = any(%(tags)s) and merged_into is null
    union all select 'people', slug, id, articles from people where slug = any(%(people)s) and merged_into is null
    union all select 'outlets', slug, id, articles from outlets where slug = any(%(outlets)s)
    union all select 'tags', r.slug, n.id, articles from slugs_retired r join tags n using (id)
        where noun = 'tag' and r.slug = any(%(tags)s)
    union all select 'people', r.slug, n.id, articles from slugs_retired r join people n using (id)
        where noun = 'person' and r.slug = any(%(people)s)
    union all select 'outlets', r.slug, n.id, articles from slugs_retired r join outlets n using (id)
        where noun = 'outlet' and r.slug = any(%(outlets)s)"""

# Counted from an index alone, and no further than the number decides anything.
_COUNTS: Mapping[LiteralString, LiteralString] = {
    "section": "a.section = any(%(section)s)",
    "language": "a.language = any(%(language)s)",
    "credit": "a.credit = any(%(credit)s)",
    "byline": "a.byline = any(%(byline)s)",
    "published": "a.published_at >= coalesce(%(from)s::timestamptz, '-infinity')"
    " and a.published_at < coalesce(%(to)s::timestamptz, 'infinity')",
    "updated_since": "a.updated_at >= %(updated_since)s",
}

# While no words were counted, the planner's statistics have to do.
_ESTIMATE: LiteralString = f"explain (format json) select from articles a where {fulltext.MATCHES}"
_ARTICLES: LiteralString = (
    "select greatest(reltuples, 1)::int as articles from pg_class where oid = 'articles'::regclass"
)


@dataclass(frozen=True)
class Known:
    """``filters`` with ids for names, and how many articles those leave that say what an article has.

    ``found`` is what the search finds of so many ``articles``, by what was counted of the ``texts`` and ``words``.
    """

    filters: Mapping[str, object]
    frequencies: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    found: Estimate | None = None
    articles: int = 0
    texts: document_frequencies.Texts | None = None
    words: Mapping[Lexeme, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def without_search(self) -> "Known":
        """The same, of the other filters alone."""
        others = {name: frequency for name, frequency in self.frequencies.items() if name != "q"}
        return replace(self, frequencies=MappingProxyType(others), found=None)

    @property
    def rarest(self) -> str | None:
        """The filter that leaves the fewest articles."""
        return min(self.frequencies, key=lambda name: self.frequencies[name], default=None)


def known(connection: Connection, filters: Mapping[str, object], query: str | None, sort: str) -> Known | None:
    """``filters`` as known to the archive, where ``query`` is q as a tsquery; None when one of them leaves nothing."""
    lists = {name: value for name, value in filters.items() if isinstance(value, list)}
    slugs = {name: values for name, values in lists.items() if name in ENTITIES}
    counted = _counted(filters, lists, sort)
    parts: list[LiteralString] = [_NAMES] if slugs else []
    for name, condition in _COUNTS.items():
        if name in counted:
            parts.append(
                f"select '{name}' as counted, null as slug, null::int as id, (select count(*) from"
                f" (select from articles a where a.visible and {condition} limit %(most)s) as c) as articles"
            )
    parameters = {"from": None, "to": None, **filters, "most": UNCOUNTED}
    for entity in ("tags", "people", "outlets"):
        parameters[entity] = [slug for name, values in slugs.items() if ENTITIES[name] == entity for slug in values]
    statement = " union all ".join(parts)
    counts = connection.execute(statement, parameters, prepare=False if counted else None) if parts else None
    rows = counts.fetchall() if counts else []
    entities = {(row["counted"], row["slug"]): row for row in rows}
    frequencies = {name: entities[name, None]["articles"] for name in counted}
    found = Known(filters, frequencies)
    if query is not None:
        found = searched(connection, found, query)
    frequencies = dict(found.frequencies)
    frequencies |= {name: len(values) for name, values in lists.items() if name in UNIQUE}
    frequencies |= {name: UNCOUNTED for name in lists if name in _COUNTS and name not in counted}
    ids: dict[str, list[int]] = {}
    for name, values in slugs.items():
        named = [row for slug in values if (row := entities.get((ENTITIES[name], slug)))]
        # One entity may be named by several of its slugs.
        rows_of_it = list({row["id"]: row for row in named}.values())
        if name.endswith("_all"):
            # The rarest first: that one is walked.
            rows_of_it.sort(key=lambda row: row["articles"])
            if len(named) < len(values):
                return None
            frequencies[name] = rows_of_it[0]["articles"]
        elif not name.endswith("_not"):
            if not rows_of_it:
                return None
            frequencies[name] = sum(row["articles"] for row in rows_of_it)
        ids[name] = [row["id"] for row in rows_of_it]
    return replace(found, filters={**filters, **ids}, frequencies=frequencies)


def searched(connection: Connection, known: Known, query: str) -> Known:
    """The same, with what a tsquery finds."""
    texts = document_frequencies.texts(connection)
    words = document_frequencies.frequencies(connection, lexemes(query)) if texts else {}
    estimate, articles = (
        (document_frequencies.estimated(query, texts, words), texts.articles)
        if texts
        else _estimated(connection, query)
    )
    frequencies = {**known.frequencies, "q": round(estimate.part * articles)}
    return replace(known, frequencies=frequencies, found=estimate, articles=articles, texts=texts, words=words)


def _estimated(connection: Connection, query: str) -> tuple[Estimate, int]:
    [explained] = present(connection.execute(_ESTIMATE, {"q": query}, prepare=False).fetchone())["QUERY PLAN"]
    rows, articles = explained["Plan"]["Plan Rows"], present(connection.execute(_ARTICLES).fetchone())["articles"]
    part = min(1.0, rows / articles)
    return Estimate(part, part), max(articles, 1)


def _counted(filters: Mapping[str, object], lists: Mapping[str, list[object]], sort: str) -> list[str]:
    """What is worth counting: where one index both finds and orders a list, nothing is."""
    positive = [name for name in lists if not name.endswith("_not")]
    counted = [] if sort != "updated" and len(positive) == 1 else [name for name in _COUNTS if name in lists]
    if sort == "updated" and ("from" in filters or "to" in filters):
        counted.append("published")
    if "updated_since" in filters:
        counted.append("updated_since")
    return counted
