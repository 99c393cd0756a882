"""A SELECT as an immutable value, narrowed clause by clause and run elsewhere. Uses no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import LiteralString


@dataclass(frozen=True)
class Order:
    """A total order: columns that are never null, the last of them unique, and their names in a result row."""

    columns: tuple[LiteralString, ...]
    names: tuple[LiteralString, ...]
    descending: bool = False

    @cached_property
    def reversed(self) -> "Order":
        """The opposite order."""
        return replace(self, descending=not self.descending)

    @property
    def named(self) -> "Order":
        """The same order for a table ``a`` that has these names as columns."""
        return replace(self, columns=tuple(f"a.{name}" for name in self.names))

    @property
    def clause(self) -> LiteralString:
        direction = " desc" if self.descending else ""
        return ", ".join(f"{column}{direction}" for column in self.columns)

    @property
    def after(self) -> LiteralString:
        """The condition for rows after the one whose sort key is %(after_0)s, %(after_1)s …"""
        values = ", ".join(_PLACEHOLDERS[: len(self.columns)])
        sign = "<" if self.descending else ">"
        return f"({', '.join(self.columns)}) {sign} ({values})"


# The largest limit that schemas.paging accepts, and one more row that says whether there is a next page.
LARGEST: LiteralString = "101"

# The texts of a page, in bytes: a page ends before the first row that would exceed them, but has at least one row.
PAGE_BYTES: LiteralString = "4194304"
# A page of rows that are no larger has no more. Most pages are such, so only those with larger rows are added up.
ROW_BYTES: LiteralString = "41527"

_PLACEHOLDERS: tuple[LiteralString, ...] = ("%(after_0)s", "%(after_1)s", "%(after_2)s")


def key_parameters(key: Sequence[object]) -> dict[str, object]:
    """The parameters of ``Order.after`` for a sort key."""
    return {f"after_{n}": value for n, value in enumerate(key)}


def within_page_bytes(rows: LiteralString, columns: LiteralString, size: LiteralString, order: Order) -> LiteralString:
    """The statement that reads the first rows of ``a`` whose texts are within PAGE_BYTES, and how many are available.

    The size of a text is known without reading it.
    """
    clause = order.clause
    return f"""select {columns}, a.available from (
            select a.*, count(*) over () as available, row_number() over (order by {clause}) as nth,
                sum({size}) over (order by {clause}) as through
            from ({rows}) as a
        ) as a where a.nth = 1 or a.through <= {PAGE_BYTES} order by {clause}"""


@dataclass(frozen=True, eq=False)
class Selection:
    """``select columns from source where conditions``, with named parameters. Compared by identity.

    The source is, or ends in, a table ``a``. Flags force an access path. ``materialized``: all rows are fetched, then
    sorted. ``each``: for every row of this other source, which conditions may name, the first rows in order are taken,
    and then the first of all those. ``also``: a disjoint selection whose rows are merged in; both name the sort key as
    columns of ``a``. ``fixed``: the best plan is the same for all parameters, so it is prepared once. ``size``: the
    bytes of a row's texts, of which a page has PAGE_BYTES at most, and ``guarded`` the columns with a null in place of
    what has more than ROW_BYTES.
    """

    columns: LiteralString
    source: LiteralString
    conditions: tuple[LiteralString, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    materialized: bool = False
    each: LiteralString | None = None
    also: "Selection | None" = None
    fixed: bool = False
    size: LiteralString | None = None
    guarded: LiteralString | None = None

    def where(self, condition: LiteralString, **parameters: object) -> "Selection":
        """The same with one more condition."""
        return replace(
            self,
            conditions=(*self.conditions, condition),
            parameters=MappingProxyType({**self.parameters, **parameters}),
            also=self.also and self.also.where(condition, **parameters),
        )

    def after(self, order: Order, key: Sequence[object]) -> "Selection":
        """The rows after a sort key."""
        values = key_parameters(key)
        narrowed = replace(self, also=None).where(order.after, **values)
        return replace(narrowed, also=self.also and self.also.where(order.named.after, **values))

    def first(self, order: Order, limit: LiteralString) -> LiteralString:
        """The statement that reads the first ``limit`` rows; ``limit`` is an SQL expression."""
        if self.also:
            own = replace(self, columns="a.*", also=None).first(order, limit)
            others = replace(self.also, columns="a.*").first(order.named, limit)
            together: LiteralString = f"({own}) union all ({others})"
            return f"select {self.columns} from ({together}) as a order by {order.named.clause} limit {limit}"
        filtered, ordered = self._filtered, order.clause
        if self.materialized:
            filtered = f"(select a.* from {filtered} offset 0) as a"
        elif self.each:
            named = order.named
            # A row may belong to several of them.
            filtered = (
                f"(select distinct on ({', '.join(named.columns)}) a.* from {self.each} cross join lateral"
                f" (select a.* from {filtered} order by {ordered} limit {limit}) as a order by {named.clause}) as a"
            )
            ordered = named.clause
        return f"select {self.columns} from {filtered} order by {ordered} limit {limit}"

    def page(
        self, order: Order, after: Sequence[object] | None, limit: int, *, sized: bool = False
    ) -> tuple[LiteralString, dict[str, object]]:
        """The statement and parameters of ``limit`` rows after a sort key, and one more if others follow.

        A row may lack what is guarded, unless the page is ``sized``: then it may end early, and its rows say how many
        are ``available``.
        """
        narrowed = self if after is None else self.after(order, after)
        whole = replace(narrowed, columns="a.*" if sized else self.guarded or self.columns)
        statement = whole.first(order, "%(limit)s")
        if self.fixed:
            # In a generic plan the limit is unknown, and the planner assumes a tenth of all rows.
            statement = f"select * from ({whole.first(order, LARGEST)}) as a limit %(limit)s"
        if sized and self.size:
            statement = within_page_bytes(statement, self.columns, self.size, order.named)
        return statement, {**narrowed.all_parameters, "limit": limit + 1}

    def counted_page(
        self, order: Order, after: Sequence[object] | None, limit: int, most: int, *, sized: bool = False
    ) -> tuple[LiteralString, dict[str, object]]:
        """The statement and parameters of a page whose rows have a ``total``: all rows, counted up to ``most``.

        An empty page is one row with the total alone.
        """
        page, parameters = self.page(order, after, limit, sized=sized)
        statement: LiteralString = (
            f"select a.*, counted.total from ({self._counting(order, True)}) as counted"
            f" left join ({page}) as a on true order by {order.named.clause}"
        )
        return statement, {**parameters, "most": most}

    def count(self, most: int | None, order: Order) -> tuple[LiteralString, dict[str, object]]:
        """The statement and parameters that count the rows, up to ``most``, in the given order."""
        statement = self._counting(order, most is not None)
        if self.also:
            others = self.also._counting(order.named, most is not None)
            statement = (
                f"select least(sum(total), %(most)s)::bigint as total from ({statement} union all {others}) as parts"
            )
        return statement, {**self.all_parameters, "most": most}

    @property
    def all_parameters(self) -> dict[str, object]:
        """The parameters of its statements, those of ``also`` included."""
        return {**(self.also.parameters if self.also else {}), **self.parameters}

    def _counting(self, order: Order, capped: bool) -> LiteralString:
        ordered = f" order by {order.clause}" if capped else ""
        if self.materialized:
            return f"select least(count(*), %(most)s) as total from {self._filtered}"
        if self.each:
            return (
                f"select least(count(distinct a.id), %(most)s) as total from {self.each} cross join lateral"
                f" (select a.id from {self._filtered}{ordered} limit %(most)s) as a"
            )
        return f"select count(*) as total from (select from {self._filtered}{ordered} limit %(most)s) as counted"

    @property
    def _filtered(self) -> LiteralString:
        return f"{self.source} where {' and '.join(self.conditions or ('true',))}"
