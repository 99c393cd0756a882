"""Every list is answered by an index that fits, at 100,000 articles: none reads far more rows than it shows."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from plans import Cost, day, large, planned_once, watched
from stories import article_page, shown

from api.commands import term_counts
from api.postgres.connection import Connection, present
from api.queries import entities
from api.queries.entities import ORDERS, OUTLETS, PEOPLE, TAGS, Entity
from api.retrieval import access_path, pinning, plan
from api.retrieval.keyset import PageRequest
from api.search.parser import parse

pytestmark = pytest.mark.long

SORTS = ("newest", "oldest", "updated")

Filters = dict[str, Any]

# How often a plan makes the JSON of an article, by a subplan that is one value.
ENTRIES = re.compile(r"^ +Result  rows=1(?:\.0+)? expected=1 loops=(\d+)", re.M)


# Somewhere in the middle of any order.
MIDDLE = [day(2021, 11, 20), UUID(int=1 << 127)]


class Ceiling(NamedTuple):
    """The most rows and blocks that a statement may read to show a page of 20, and to count to 1,000."""

    page: tuple[int, int]
    counting: tuple[int, int]


# Walked along an index that has just these articles in this order.
WALKED = Ceiling((150, 900), (3_500, 9_000))
# Fetched and sorted, 5,000 at most, each perhaps with its link, or passed over; counting meets as many.
GATHERED = Ceiling((10_000, 20_000), (10_000, 36_000))
# Two filters that have a fifth of the archive each: a thousand that pass both are far apart.
CROSSED = Ceiling((10_000, 20_000), (12_000, 32_000))
WHOLE = Ceiling((100_000, 400_000), (10_000, 32_000))


@pytest.fixture(scope="module")
def archive(server: str) -> Iterator[Connection]:
    """The archive of large.sql, its words counted."""
    with large(server) as connection:
        term_counts.measure(connection)
        yield connection


def linked(name: str, entity: str) -> list[Filters]:
    """The filters by one kind of entity that articles are linked to."""
    one = [
        [f"{entity}-1"],
        [f"{entity}-300"],
        [f"{entity}-401"],
        [f"{entity}-403"],
        [f"{entity}-404"],
        [f"{entity}-405"],
        ["none"],
    ]
    several = [[f"{entity}-{n}" for n in ids] for ids in ((1, 2), (1, 403), (300, 350), (403, 404), (401, 402))]
    return [{name: values} for values in (*one, *several, [f"{entity}-1", "none"], ["none", "nothing"])]


def valued(name: str, *values: list[str]) -> list[Filters]:
    return [{name: list(value)} for value in values]


# Frequent, middling, rare, bunched at one end of time, unknown; one value and several.
ALONE: list[Filters] = [
    {},
    *(
        case
        for entity in ("tag", "person")
        for name in (entity, f"{entity}_all", f"{entity}_not")
        for case in linked(name, entity)
    ),
    *valued("outlet", ["outlet-1"], ["outlet-7"], ["outlet-39"], ["outlet-40"], ["outlet-41"], ["none"]),
    *valued("outlet", ["outlet-7", "outlet-8"], ["outlet-1", "outlet-40"], ["outlet-39", "outlet-40"]),
    *valued("outlet_not", ["outlet-1"], ["outlet-40"], ["none"], ["outlet-1", "outlet-7"]),
    *valued("section", ["Politics"], ["Section 7"], ["Gazette"], ["Chess"], ["None"]),
    *valued("section", ["Section 7", "Section 8"], ["Politics", "Chess"], ["Gazette", "Chess"]),
    *valued("language", ["en"], ["ko"], ["eu"], ["xx"], ["en", "ko"], ["ko", "eu"]),
    *valued("credit", ["Agency"], ["Credit 7"], ["None"], ["Credit 7", "Credit 9"], ["Agency", "Credit 7"]),
    *valued("byline", ["Staff"], ["Author 7"], ["None"], ["Author 7", "Author 8"], ["Staff", "Author 7"]),
    *valued("url", ["https://example.org/77"], ["none"], [f"https://example.org/{n}" for n in range(50)]),
    *valued("external_id", ["x77"], ["none"], [f"x{n}" for n in range(50)]),
    {"id": [UUID("53eedbb4-b50a-3d36-f5f6-cffd4e0ef64e")]},
    {"id": [UUID(int=n) for n in range(50)]},
    *({"from": since} for since in (day(2020), day(2023, 10, 15), day(2030))),
    *({"to": until} for until in (day(2020, 1, 3), day(2019), day(2030))),
    *({"updated_since": since} for since in (day(2020), day(2024, 6), day(2030))),
    {"from": day(2021), "to": day(2021, 1, 2)},
    {"from": day(2021), "to": day(2021, 2)},
]

# What no index bounds: a range in the order of another time, and thousands of articles of several tags, bunched far
# apart, in the order of updates. As many are passed over as lie between.
UNBOUNDED: list[tuple[Filters, str]] = [
    ({"from": day(2022)}, "updated"),
    ({"to": day(2022)}, "updated"),
    ({"updated_since": day(2022)}, "oldest"),
    ({"tag": ["tag-401", "tag-402"]}, "updated"),
    ({"person": ["person-401", "person-402"]}, "updated"),
]

TAG = {n: {"tag": [f"tag-{n}"]} for n in (1, 300, 401, 402, 403, 404)}
PERSON = {n: {"person": [f"person-{n}"]} for n in (1, 350, 401, 402, 403)}
OUTLET = {n: {"outlet": [f"outlet-{n}"]} for n in (1, 7, 39, 40)}
SECTION = {name: {"section": [name]} for name in ("Politics", "Section 7", "Gazette", "Chess", "None")}
LANGUAGE = {name: {"language": [name]} for name in ("en", "ko", "eu", "xx")}
MONTH = {"from": day(2021), "to": day(2021, 2)}
RECENT = {"from": day(2023, 10)}
EARLY = {"to": day(2020, 1, 3)}


def crossed(first: list[Filters], second: list[Filters]) -> list[Filters]:
    return [{**one, **other} for one in first for other in second]


PAIRS: list[Filters] = [
    *crossed(list(TAG.values()), list(PERSON.values())),
    *crossed([TAG[1], TAG[300], TAG[401]], [*OUTLET.values(), *SECTION.values(), *LANGUAGE.values()]),
    *crossed([TAG[1], TAG[300], TAG[401], {"tag": ["tag-1", "tag-2"]}], [MONTH, RECENT, EARLY]),
    *crossed([TAG[1], TAG[300]], [{"tag_not": ["tag-2"]}, {"tag_not": ["tag-2", "tag-3"]}, {"tag_all": ["tag-2"]}]),
    *crossed([TAG[1], TAG[300]], [{"updated_since": day(2023, 10, 20)}]),
    *crossed([PERSON[1], PERSON[401]], [*OUTLET.values(), MONTH, RECENT]),
    *crossed(list(OUTLET.values()), [*SECTION.values(), *LANGUAGE.values(), MONTH, RECENT]),
    *crossed([OUTLET[1], OUTLET[7], OUTLET[39]], valued("byline", ["Staff"], ["Author 7"])),
    *crossed(list(LANGUAGE.values()), [MONTH, {"from": day(2021)}, SECTION["Politics"], SECTION["Gazette"]]),
    *crossed(list(SECTION.values()), [MONTH]),
    *crossed([{"tag": ["tag-300", "tag-350"]}, {"tag": ["tag-1", "tag-2"]}], [OUTLET[7], PERSON[1], LANGUAGE["ko"]]),
    *crossed([{"outlet": ["outlet-7", "outlet-8"]}], [TAG[1], TAG[300], SECTION["Section 7"], LANGUAGE["ko"]]),
]

# Every article, every other, one in a hundred, twenty, five, the oldest 4,000, none; phrases of frequent words, two of
# which never occur; a minus, an OR, beginnings of words.
WORDS = ("common", "half1", "mid77", "word77", "rare77", "bygone", "absent")
WORDS += (
    '"common half1"',
    '"half1 common"',
    '"common mid77"',
    "-half0 common",
    "absent OR mid77",
    "half*",
    "mid77*",
    "bygo*",
)
SEARCHES: list[Filters] = [
    {"q": parse(q), **filters}
    for q in WORDS
    for filters in (
        {}, TAG[1], TAG[300], TAG[401], OUTLET[1], OUTLET[7], OUTLET[39], PERSON[1], PERSON[350],
        LANGUAGE["ko"], LANGUAGE["eu"], MONTH, RECENT, EARLY, {"tag": ["tag-300", "tag-350"]},
    )
]  # fmt: skip


def read(
    archive: Connection,
    filters: Filters,
    sort: str,
    embargoes_of: Sequence[str] | None = (),
    *,
    collapse: bool = False,
) -> list[Cost]:
    """What it costs to read and count the first page of a list, and to read one in the middle, both ways."""
    with watched(archive) as costs:
        visible = {"embargoes_of": embargoes_of, "collapse": collapse}
        article_page(archive, filters, sort, PageRequest(20, count="capped"), **visible)
        for backward in (False, True):
            article_page(archive, filters, sort, PageRequest(20, MIDDLE, backward), **visible)
    return costs


def hold(costs: list[Cost], ceiling: Ceiling) -> None:
    for cost in costs:
        rows, blocks = ceiling.counting if cost.counts else ceiling.page
        assert cost.rows <= rows, f"{cost.rows} rows\n{cost.text}"
        assert cost.blocks <= blocks, f"{cost.blocks} blocks\n{cost.text}"


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("place", [None, MIDDLE])
@pytest.mark.parametrize("slug", ["1", "300", "401", "405"])
@pytest.mark.parametrize("entity", ["tag", "person"])
def test_the_list_of_an_entity_is_planned_once_and_no_dearer_for_any_tag_or_person(
    archive: Connection, entity: str, slug: str, place: list[Any] | None, backward: bool, counted: bool
) -> None:
    fixed = present(access_path.fixed_path({entity: [f"{entity}-{slug}"]}, "newest"))
    selection, order = plan.fixed_selection(fixed.name, "newest")
    order = order.reversed if backward else order
    statement, parameters = selection.page(order, place, 20)
    if counted:
        statement, parameters = selection.counted_page(order, place, 20, 1_001)
    hold([planned_once(archive, statement, {**parameters, **fixed.parameters})], WALKED)


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("place", [None, MIDDLE])
@pytest.mark.parametrize("sort", SORTS)
def test_the_list_of_all_articles_is_planned_once_and_as_dear_anywhere(
    archive: Connection, sort: str, place: list[Any] | None, backward: bool, counted: bool
) -> None:
    selection, order = plan.fixed_selection("", sort)
    order = order.reversed if backward else order
    statement, parameters = selection.page(order, place, 20)
    if counted:
        statement, parameters = selection.counted_page(order, place, 20, 1_001)
    hold([planned_once(archive, statement, parameters)], WALKED)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("filters", ALONE, ids=str)
def test_a_filter_alone_reads_little_more_than_it_shows(archive: Connection, filters: Filters, sort: str) -> None:
    if (filters, sort) in UNBOUNDED:
        return
    passes = any(name.endswith("_not") or (name.endswith("_all") and len(filters[name]) > 1) for name in filters)
    hold(read(archive, filters, sort), GATHERED if passes or sort == "updated" else WALKED)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("filters", PAIRS, ids=str)
def test_two_filters_read_no_more_than_the_rarer_one_leaves(archive: Connection, filters: Filters, sort: str) -> None:
    hold(read(archive, filters, sort), CROSSED if {"outlet", "byline"} <= filters.keys() else GATHERED)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("filters", SEARCHES, ids=str)
def test_a_search_reads_no_more_than_its_words_or_its_filter_leave(
    archive: Connection, filters: Filters, sort: str
) -> None:
    hold(read(archive, filters, sort), CROSSED if filters.get("outlet") == ["outlet-1"] else GATHERED)


# Candidates are 2,000 at most, each met with others on a walk; made looser, a search has as many of some words.
RANKED = Ceiling((20_000, 60_000), (10_000, 32_000))


@pytest.mark.parametrize(
    "filters",
    [*SEARCHES, *({"q": parse(q)} for q in ("word77 word78", "common absent", "rare77 common mid78"))],
    ids=str,
)
def test_a_search_by_relevance_reads_bounded_candidates(archive: Connection, filters: Filters) -> None:
    with watched(archive) as costs:
        page = article_page(archive, filters, "relevance", PageRequest(20, count="capped"))
        if page.next:
            article_page(archive, filters, "relevance", PageRequest(20, page.next))
    hold(costs, RANKED)


# Of an outlet, 10,000 articles are scanned among those of others; a tag's articles are collected, 20,000 at most.
HASHTAGGED = Ceiling((36_000, 60_000), (17_000, 60_000))


def test_of_frequent_words_only_those_of_the_newest_articles_that_have_them_are_fetched(archive: Connection) -> None:
    with watched(archive) as costs:
        page = article_page(archive, {"q": parse("mid1 OR mid2 OR mid3 OR mid4")}, "relevance", PageRequest(20))
    assert page.ranking
    assert page.ranking.articles == pytest.approx(pinning.SCANNED[1] * 4 / 100, rel=0.1)
    hold(costs, Ceiling((1_500, 4_000), (0, 0)))


@pytest.mark.parametrize("sort", [*SORTS, "relevance"])
@pytest.mark.parametrize("q", ['"half1 common"', '"common mid77"', '"half0 mid77 common"', 'headline:"half1 common"'])
def test_a_phrase_of_frequent_words_that_never_occurs_is_no_dearer_than_an_absent_word(
    archive: Connection, q: str, sort: str
) -> None:
    with watched(archive) as costs:
        page = article_page(archive, {"q": parse(q)}, sort, PageRequest(20, count="capped"))
    assert page.rows == []
    hold(costs, Ceiling((2_500, 9_000), (2_500, 9_000)))


# Tags with a quarter and an eighth of all articles, and few; bunched ones; beside words and filters.
HASHTAGS = (
    "#tag-1", "#tag-300", "#tag-401", "#tag-1 #tag-2", "#tag-1 #tag-2 #tag-3", "#tag-1 #tag-300", "#tag-1 common",
    "#tag-1 mid77", "#tag-300 common", "#tag-401 #tag-402", "#tag-402 bygone", "#tag-1 -mid77", "#tag-1 #tag-403",
)  # fmt: skip


@pytest.mark.parametrize("sort", [*SORTS, "relevance"])
@pytest.mark.parametrize("filters", [{}, OUTLET[1], OUTLET[39], TAG[300], MONTH], ids=str)
@pytest.mark.parametrize("q", HASHTAGS)
def test_hashtags_collect_no_more_than_their_words_or_tags_leave(
    archive: Connection, q: str, filters: Filters, sort: str
) -> None:
    with watched(archive) as costs:
        article_page(archive, {"q": parse(q), **filters}, sort, PageRequest(20, count="capped"))
    hold(costs, HASHTAGGED)


@pytest.mark.parametrize("embargoes_of", [["outlet-1"], ["outlet-7", "outlet-8"], None], ids=str)
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize(
    "filters", [{}, TAG[1], TAG[300], OUTLET[7], RECENT, {"q": parse("common")}, {"q": parse("rare77")}], ids=str
)
def test_who_sees_embargoed_articles_too_reads_hardly_more(
    embargoed: Connection, filters: Filters, sort: str, embargoes_of: list[str] | None
) -> None:
    hold(read(embargoed, filters, sort, embargoes_of), GATHERED)


@pytest.fixture
def embargoed(archive: Connection) -> Iterator[Connection]:
    """The archive, 300 articles of it embargoed for as long as a test takes."""
    with archive.transaction(force_rollback=True):
        archive.execute(
            """
            update articles set embargoed_until = now() + interval '1 day'
            where id in (select md5('article' || n)::uuid from generate_series(1, 99000, 330) n)
            """
        )
        yield archive


@pytest.fixture(scope="module")
def copied(archive: Connection) -> Iterator[Connection]:
    """The archive, a fifth of it in groups of five copies that were published one after the other."""
    with archive.transaction(force_rollback=True):
        archive.execute(
            """
            insert into article_copies (article_id, group_id)
            select id, md5('group' || (number / 5))::uuid
            from (select id, row_number() over (order by published_at, id) as number from articles) as a
            where number % 25 < 5
            """
        )
        archive.execute("analyze article_copies")
        yield archive


# Counting to 1,000 meets a fifth more articles, and looks each of them up, and those that precede it in its group.
COLLAPSED = Ceiling((120, 400), (2_000, 9_000))
COLLAPSED_GATHERED = Ceiling((14_000, 55_000), (18_000, 80_000))
COLLAPSED_RANKED = Ceiling((8_000, 20_000), (18_000, 80_000))


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("filters", [{}, *ALONE[::9], *PAIRS[::15], *SEARCHES[::40]], ids=str)
def test_a_collapsed_list_looks_up_the_copies_of_what_it_reads(copied: Connection, filters: Filters, sort: str) -> None:
    if (filters, sort) in UNBOUNDED:
        return
    hold(read(copied, filters, sort, collapse=True), COLLAPSED_GATHERED if filters else COLLAPSED)


@pytest.mark.parametrize("filters", SEARCHES[::40], ids=str)
def test_a_collapsed_search_by_relevance_reads_bounded_candidates(copied: Connection, filters: Filters) -> None:
    with watched(copied) as costs:
        article_page(copied, filters, "relevance", PageRequest(20, count="capped"), collapse=True)
    hold(costs, COLLAPSED_RANKED)


@pytest.mark.parametrize(("filters", "sort"), UNBOUNDED, ids=str)
def test_what_no_index_bounds_is_known(archive: Connection, filters: Filters, sort: str) -> None:
    costs = read(archive, filters, sort)
    hold(costs, WHOLE)
    with pytest.raises(AssertionError):
        hold(costs, GATHERED)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("filters", [*ALONE[::3], *PAIRS[::5], *SEARCHES[::10]], ids=str)
def test_the_way_a_list_is_read_does_not_change_what_it_shows(archive: Connection, filters: Filters, sort: str) -> None:
    resolved = plan.resolve(archive, filters, sort)
    if resolved.empty:
        return
    plain, order = resolved.along_any_index.select(sort, ["id"])
    for place in (None, MIDDLE):
        statement, parameters = plain.page(order, place, 20)
        expected = [str(row["id"]) for row in archive.execute(statement, parameters).fetchall()][:20]
        page = article_page(archive, filters, sort, PageRequest(20, place), ["id"])
        assert [article["id"] for article in shown(page)] == expected
    counted = article_page(archive, filters, sort, PageRequest(1, count="exact"), ["id"])
    statement, parameters = plain.count(None, order)
    assert archive.execute(statement, parameters).fetchall() == [{"total": counted.total}]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("filters", [*ALONE[::9], *PAIRS[::15], *SEARCHES[::40]], ids=str)
def test_json_is_made_of_no_article_that_is_not_shown(archive: Connection, filters: Filters, sort: str) -> None:
    made = [int(loops) for cost in read(archive, filters, sort) for loops in ENTRIES.findall(cost.text)]
    assert max(made, default=0) <= 21
    assert filters or 21 in made


ENTITY_LISTS: list[tuple[Entity, Filters]] = [
    *((entity, named) for entity in (TAGS, PEOPLE, OUTLETS) for named in ({}, {"q": "ma"}, {"q": "mab"}, {"q": "zzz"})),
    *((PEOPLE, {"as_of": held, **named}) for held in ("2021-01-01", "1990-01-01") for named in ({}, {"q": "mab"})),
]


@pytest.mark.parametrize("sort", list(ORDERS))
@pytest.mark.parametrize(("entity", "filters"), ENTITY_LISTS, ids=lambda value: getattr(value, "table", str(value)))
def test_a_list_of_entities_reads_little_more_than_it_shows(
    archive: Connection, entity: Entity, filters: Filters, sort: str
) -> None:
    with watched(archive) as costs:
        entities.page(archive, entity, sort, PageRequest(20, count="capped"), **filters)
    # To 21 tags with these two letters it is so far in an order that knows nothing of letters; 2,000 people held roles.
    hold(costs, Ceiling((6_000, 2_500), (2_100, 2_500)))


def test_one_letter_reads_no_more_people_than_begin_with_it(archive: Connection) -> None:
    with watched(archive) as costs:
        entities.page(archive, PEOPLE, "name", PageRequest(20, count="capped"), "m")
    matches = entities.page(archive, PEOPLE, "name", PageRequest(20, count="exact"), "m").total
    assert matches is not None
    hold(costs, Ceiling((matches, 5_000), (matches, 5_000)))
