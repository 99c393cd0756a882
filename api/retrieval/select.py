"""A SELECT as an immutable value, narrowed clause by clause and run elsewhere. Pure: knows no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import LiteralString


@dataclass(frozen=True)
class Order:
    """A total order: columns that are never null, the last of them unique, and their names in a row."""

    columns: tuple[LiteralString, ...]
    names: tuple[LiteralString, ...]
    descending: bool = False

    @cached_property
    def reversed(self) -> "Order":
        """The same order from the other end."""
        return replace(self, descending=not self.descending)

    @property
    def named(self) -> "Order":
        """The same order of a table ``a`` that has these names as columns."""
        return replace(self, columns=tuple(f"a.{name}" for name in self.names))

    @property
    def clause(self) -> LiteralString:
        direction = " desc" if self.descending else ""
        return ", ".join(f"{column}{direction}" for column in self.columns)

    @property
    def after(self) -> LiteralString:
        """The rows behind the one whose order columns are %(after_0)s, %(after_1)s …"""
        values = ", ".join(_PLACEHOLDERS[: len(self.columns)])
        sign = "<" if self.descending else ">"
        return f"({', '.join(self.columns)}) {sign} ({values})"


# The rows of the largest page that schemas.paging lets be asked for, and one more to know of it.
LARGEST: LiteralString = "101"

_PLACEHOLDERS: tuple[LiteralString, ...] = ("%(after_0)s", "%(after_1)s", "%(after_2)s")


def bound(place: Sequence[object]) -> dict[str, object]:
    """The parameters of a place in an order."""
    return {f"after_{n}": value for n, value in enumerate(place)}


@dataclass(frozen=True, eq=False)
class Selection:
    """``select columns from source where conditions``, with named parameters; equal to itself alone.

    Where the planner is not to choose the plan by its hopes, the source being, or ending in, a table ``a``:
    what is ``gathered`` is fetched as a whole and ordered afterwards; and of ``each`` row of another source, which the
    conditions may name, the first rows in order are taken, and of all those the first. Rows that this selection can
    never have may be had ``also``, by a way of their own; both have the names of the order as columns of ``a``.
    ``settled`` is one whose best plan is the same whatever its parameters are.
    """

    columns: LiteralString
    source: LiteralString
    conditions: tuple[LiteralString, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    gathered: bool = False
    each: LiteralString | None = None
    also: "Selection | None" = None
    settled: bool = False

    def where(self, condition: LiteralString, **parameters: object) -> "Selection":
        """The same, narrowed by one more condition."""
        return replace(
            self,
            conditions=(*self.conditions, condition),
            parameters=MappingProxyType({**self.parameters, **parameters}),
            also=self.also and self.also.where(condition, **parameters),
        )

    def after(self, order: Order, place: Sequence[object]) -> "Selection":
        """The rows behind ``place`` in the order."""
        values = bound(place)
        narrowed = replace(self, also=None).where(order.after, **values)
        return replace(narrowed, also=self.also and self.also.where(order.named.after, **values))

    def first(self, order: Order, most: LiteralString) -> LiteralString:
        """The statement of the ``most`` first rows."""
        if self.also:
            own = replace(self, columns="a.*", also=None).first(order, most)
            others = replace(self.also, columns="a.*").first(order.named, most)
            together: LiteralString = f"({own}) union all ({others})"
            return f"select {self.columns} from ({together}) as a order by {order.named.clause} limit {most}"
        filtered, ordered = self._filtered, order.clause
        if self.gathered:
            filtered = f"(select a.* from {filtered} offset 0) as a"
        elif self.each:
            named = order.named
            # One row may belong to several.
            filtered = (
                f"(select distinct on ({', '.join(named.columns)}) a.* from {self.each} cross join lateral"
                f" (select a.* from {filtered} order by {ordered} limit {most}) as a order by {named.clause}) as a"
            )
            ordered = named.clause
        return f"select {self.columns} from {filtered} order by {ordered} limit {most}"

    def page(self, order: Order, after: Sequence[object] | None, limit: int) -> tuple[LiteralString, dict[str, object]]:
        """The statement and parameters of ``limit`` rows behind ``after``, and of one more to know of it."""
        narrowed = self if after is None else self.after(order, after)
        statement = narrowed.first(order, "%(limit)s")
        if self.settled:
            # Planned once, the limit is not known, which the planner takes for a tenth of all rows.
            statement = f"select * from ({narrowed.first(order, LARGEST)}) as a limit %(limit)s"
        return statement, {**narrowed.bound, "limit": limit + 1}

    def counted_page(
        self, order: Order, after: Sequence[object] | None, limit: int, most: int
    ) -> tuple[LiteralString, dict[str, object]]:
        """The statement and parameters of a page whose rows have the ``total`` of all rows, counted up to ``most``.

        Where the page is empty there is one row, with nothing but that.
        """
        page, parameters = self.page(order, after, limit)
        statement: LiteralString = (
            f"select a.*, counted.total from ({self._counting(order, True)}) as counted"
            f" left join ({page}) as a on true order by {order.named.clause}"
        )
        return statement, {**parameters, "most": most}

    def count(self, most: int | None, order: Order) -> tuple[LiteralString, dict[str, object]]:
        """The statement and parameters that count the rows, up to ``most``: the first ones, found as a page is."""
        statement = self._counting(order, most is not None)
        if self.also:
            others = self.also._counting(order.named, most is not None)
            statement = (
                f"select least(sum(total), %(most)s)::bigint as total from ({statement} union all {others}) as parts"
            )
        return statement, {**self.bound, "most": most}

    @property
    def bound(self) -> dict[str, object]:
        """The parameters of its statements."""
        return {**(self.also.parameters if self.also else {}), **self.parameters}

    def _counting(self, order: Order, capped: bool) -> LiteralString:
        ordered = f" order by {order.clause}" if capped else ""
        if self.gathered:
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
