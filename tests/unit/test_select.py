"""A SELECT as a value: narrowed without being changed, and paged by the place of its last row."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import FrozenInstanceError
from typing import LiteralString

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from marshmallow import ValidationError

from api.retrieval.select import LARGEST, Order, Selection
from schemas.paging import PageQuery

BERTHS = Selection("b.name, b.id", "berths b")
BY_NAME = Order(("b.name", "b.id"), ("name", "id"))
NEWEST = Order(("b.moored_at", "b.id"), ("moored_at", "id"), descending=True)


def test_a_selection_without_conditions_takes_every_row() -> None:
    assert BERTHS.page(BY_NAME, None, 20) == (
        "select b.name, b.id from berths b where true order by b.name, b.id limit %(limit)s",
        {"limit": 21},
    )


def test_conditions_are_joined_by_and_in_the_order_given() -> None:
    narrowed = BERTHS.where("b.free").where("b.quay = %(quay)s", quay="north").where("b.depth > %(depth)s", depth=4)
    assert narrowed.page(BY_NAME, None, 1) == (
        "select b.name, b.id from berths b where b.free and b.quay = %(quay)s and b.depth > %(depth)s"
        " order by b.name, b.id limit %(limit)s",
        {"quay": "north", "depth": 4, "limit": 2},
    )


def test_a_fixed_selection_knows_the_largest_page_that_may_be_asked_for() -> None:
    assert PageQuery().load({"limit": str(int(LARGEST) - 1)})
    with pytest.raises(ValidationError):
        PageQuery().load({"limit": LARGEST})


def test_a_fixed_selection_says_how_many_rows_a_page_has_at_most() -> None:
    fixed = Selection("b.name, b.id", "berths b", fixed=True)
    assert fixed.page(BY_NAME, None, 20) == (
        "select * from (select b.name, b.id from berths b where true order by b.name, b.id limit 101) as a"
        " limit %(limit)s",
        {"limit": 21},
    )
    assert fixed.first(BY_NAME, "2000") == BERTHS.first(BY_NAME, "2000")


def test_a_page_is_counted_whole_wherever_it_is() -> None:
    statement, parameters = BERTHS.where("b.free").counted_page(BY_NAME, ["Quai 1", 7], 20, 1_001)
    assert statement == (
        "select a.*, counted.total from (select count(*) as total from (select from berths b where b.free"
        " order by b.name, b.id limit %(most)s) as counted) as counted"
        " left join (select b.name, b.id from berths b where b.free and (b.name, b.id) > (%(after_0)s, %(after_1)s)"
        " order by b.name, b.id limit %(limit)s) as a on true order by a.name, a.id"
    )
    assert parameters == {"after_0": "Quai 1", "after_1": 7, "limit": 21, "most": 1_001}


@pytest.mark.parametrize(
    ("order", "clause", "after"),
    [
        (Order(("id",), ("id",)), "id", "(id) > (%(after_0)s)"),
        (Order(("id",), ("id",), descending=True), "id desc", "(id) < (%(after_0)s)"),
        (BY_NAME, "b.name, b.id", "(b.name, b.id) > (%(after_0)s, %(after_1)s)"),
        (NEWEST, "b.moored_at desc, b.id desc", "(b.moored_at, b.id) < (%(after_0)s, %(after_1)s)"),
        (
            Order(("a", "b", "id"), ("a", "b", "id"), descending=True),
            "a desc, b desc, id desc",
            "(a, b, id) < (%(after_0)s, %(after_1)s, %(after_2)s)",
        ),
    ],
)
def test_every_column_of_an_order_goes_the_same_way(order: Order, clause: str, after: str) -> None:
    assert (order.clause, order.after) == (clause, after)


def test_an_order_from_its_other_end_differs_in_its_direction_only() -> None:
    assert NEWEST.reversed == Order(("b.moored_at", "b.id"), ("moored_at", "id"))
    assert NEWEST.reversed.reversed == NEWEST
    assert BY_NAME.reversed.clause == "b.name desc, b.id desc"


@pytest.mark.parametrize(("most", "ordered"), [(1_001, " order by b.name, b.id"), (None, "")])
def test_rows_are_counted_under_the_same_conditions_up_to_a_bound(most: int | None, ordered: str) -> None:
    statement, parameters = BERTHS.where("b.quay = %(quay)s", quay="north").where("b.free").count(most, BY_NAME)
    assert statement == (
        "select count(*) as total from"
        f" (select from berths b where b.quay = %(quay)s and b.free{ordered} limit %(most)s) as counted"
    )
    assert parameters == {"quay": "north", "most": most}
    assert f"where true{ordered} limit" in BERTHS.count(most, BY_NAME)[0]


def test_what_is_materialized_is_ordered_only_after_every_condition_held() -> None:
    materialized = Selection("a.id", "berths a", materialized=True).where("a.free")
    order = Order(("a.id",), ("id",))
    assert materialized.page(order, [7], 1)[0] == (
        "select a.id from (select a.* from berths a where a.free and (a.id) > (%(after_0)s) offset 0) as a"
        " order by a.id limit %(limit)s"
    )
    assert materialized.count(10, order)[0] == "select least(count(*), %(most)s) as total from berths a where a.free"


def test_of_each_value_the_first_rows_are_taken_and_of_these_the_first() -> None:
    each = Selection("a.id", "berths a", each="unnest(%(quays)s) as q (quay)").where("a.quay = q.quay", quays=["n"])
    order = Order(("a.id",), ("id",), descending=True)
    assert each.page(order, None, 1)[0] == (
        "select a.id from (select distinct on (a.id) a.* from unnest(%(quays)s) as q (quay) cross join lateral"
        " (select a.* from berths a where a.quay = q.quay order by a.id desc limit %(limit)s) as a"
        " order by a.id desc) as a order by a.id desc limit %(limit)s"
    )
    assert each.count(10, order)[0] == (
        "select least(count(distinct a.id), %(most)s) as total from unnest(%(quays)s) as q (quay) cross join lateral"
        " (select a.id from berths a where a.quay = q.quay order by a.id desc limit %(most)s) as a"
    )


def test_the_rows_behind_a_place_are_one_more_condition() -> None:
    statement, parameters = BERTHS.where("b.quay = %(quay)s", quay="north").page(NEWEST, ["2025-06-21", 7], 5)
    assert statement == (
        "select b.name, b.id from berths b"
        " where b.quay = %(quay)s and (b.moored_at, b.id) < (%(after_0)s, %(after_1)s)"
        " order by b.moored_at desc, b.id desc limit %(limit)s"
    )
    assert parameters == {"quay": "north", "after_0": "2025-06-21", "after_1": 7, "limit": 6}


def test_a_place_that_is_nothing_but_null_is_still_a_place() -> None:
    statement, parameters = BERTHS.page(Order(("id",), ("id",)), [None], 1)
    assert "(id) > (%(after_0)s)" in statement
    assert parameters == {"after_0": None, "limit": 2}


def test_narrowing_and_paging_leave_a_selection_as_it_was() -> None:
    narrowed = BERTHS.where("b.free = %(free)s", free=True)
    narrowed.where("b.depth = %(depth)s", depth=1)
    narrowed.page(NEWEST, ["2025-06-21", 7], 5)
    assert (narrowed.conditions, dict(narrowed.parameters)) == (("b.free = %(free)s",), {"free": True})
    assert (BERTHS.conditions, dict(BERTHS.parameters)) == ((), {})


def test_a_selection_cannot_be_changed() -> None:
    narrowed = BERTHS.where("b.free = %(free)s", free=True)
    with pytest.raises(FrozenInstanceError):
        narrowed.conditions = ()  # pyright: ignore[reportAttributeAccessIssue]: the point of it
    for selection in (BERTHS, narrowed):
        with pytest.raises(TypeError):
            selection.parameters["free"] = False  # pyright: ignore[reportIndexIssue]: the point of it


def test_two_pages_of_a_selection_share_no_parameters() -> None:
    _, first = BERTHS.page(BY_NAME, None, 1)
    first["limit"] = 1000
    assert BERTHS.page(BY_NAME, None, 1)[1] == {"limit": 2}


def test_selections_that_say_the_same_have_one_statement_whatever_their_parameters_are() -> None:
    pages = [BERTHS.where("b.free = %(free)s", free=free).page(BY_NAME, None, 20) for free in (True, True, False)]
    assert pages[0] == pages[1] != pages[2]
    assert len({statement for statement, _ in pages}) == 1


def pages(rows: list[tuple[int, int]], order: Order, limit: int) -> Iterator[list[tuple[int, int]]]:
    """The pages that a reader sees who follows the last row of each, in SQLite: it compares rows as Postgres does."""
    selection = Selection("b.depth, b.id", "berths b").where("b.depth <> %(closed)s", closed=0)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("create table berths (depth int not null, id int primary key)")
        connection.executemany("insert into berths values (?, ?)", rows)
        after: tuple[int, int] | None = None
        while True:
            statement, parameters = selection.page(order, after, limit)
            found = connection.execute(re.sub(r"%\((\w+)\)s", r":\1", statement), parameters).fetchall()
            yield found[:limit]
            if len(found) <= limit:
                return
            after = found[limit - 1]


COLUMNS: tuple[LiteralString, ...] = ("b.depth", "b.id")


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30)), max_size=12, unique_by=lambda row: row[1]),
    st.integers(1, 5),
    st.booleans(),
)
@example([(1, 1), (1, 2), (1, 3), (1, 4)], 2, True)
def test_following_the_pages_shows_every_row_once_and_in_order(
    rows: list[tuple[int, int]], limit: int, descending: bool
) -> None:
    shown = list(pages(rows, Order(COLUMNS, ("depth", "id"), descending), limit))
    open_rows = sorted((row for row in rows if row[0] != 0), reverse=descending)
    assert [row for page in shown for row in page] == open_rows
    # Full pages but for the last, and no empty one unless there is nothing at all.
    assert len(shown) == max(1, -(-len(open_rows) // limit))
