"""A SELECT as an immutable value, narrowed clause by clause and run elsewhere. Pure: knows no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import LiteralString


@dataclass(frozen=True)
class Order:
    """A total order: columns that are never null, the last of them unique, and their names in a row."""

    columns: tuple[LiteralString, ...]
    names: tuple[str, ...]
    descending: bool = False

    @property
    def reversed(self) -> "Order":
        """The same order from the other end."""
        return replace(self, descending=not self.descending)

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


_PLACEHOLDERS: tuple[LiteralString, ...] = ("%(after_0)s", "%(after_1)s", "%(after_2)s")


@dataclass(frozen=True)
class Selection:
    """``select columns from source where conditions``, with named parameters."""

    columns: LiteralString
    source: LiteralString
    conditions: tuple[LiteralString, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def where(self, condition: LiteralString, **parameters: object) -> "Selection":
        """The same, narrowed by one more condition."""
        return replace(
            self,
            conditions=(*self.conditions, condition),
            parameters=MappingProxyType({**self.parameters, **parameters}),
        )

    def first(self, order: Order, most: LiteralString) -> LiteralString:
        """The statement of the ``most`` first rows."""
        conditions = " and ".join(self.conditions or ("true",))
        return f"select {self.columns} from {self.source} where {conditions} order by {order.clause} limit {most}"

    def page(self, order: Order, after: Sequence[object] | None, limit: int) -> tuple[LiteralString, dict[str, object]]:
        """The statement and parameters of ``limit`` rows behind ``after``, and of one more to know of it."""
        narrowed = self
        if after is not None:
            narrowed = self.where(order.after, **{f"after_{n}": value for n, value in enumerate(after)})
        return narrowed.first(order, "%(limit)s"), {**narrowed.parameters, "limit": limit + 1}

    def count(self, most: int | None) -> tuple[LiteralString, dict[str, object]]:
        """The statement and parameters that count the rows, up to ``most``."""
        conditions = " and ".join(self.conditions or ("true",))
        statement: LiteralString = (
            f"select count(*) as total from (select from {self.source} where {conditions} limit %(most)s) as counted"
        )
        return statement, {**self.parameters, "most": most}
