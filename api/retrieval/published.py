"""When articles were published that pass the filters on times of publication. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, LiteralString

from api.retrieval.select import Selection

# A first moment, and the first moment after it.
Span = tuple[datetime, datetime]

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
# Filters that are mappings from the text of each month or year to its span.
PERIODS = ("month", "year")
FILTERS = ("from", "to", *PERIODS)

# Several spans, each of which is read along the index of a list.
EACH: LiteralString = "unnest(%(begins)s::timestamptz[], %(ends)s::timestamptz[]) as span (begins, ends)"


def spans(filters: Mapping[str, Any]) -> list[Span]:
    """The spans that ``from``, ``to``, ``month`` and ``year`` leave, in order and apart from each other."""
    left = [(filters.get("from", FIRST), filters.get("to", LAST))]
    for name in PERIODS:
        if name in filters:
            left = _common(left, _joined(filters[name].values()))
    return left


def _joined(overlapping: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for begin, end in sorted(overlapping):
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((begin, end))
    return joined


def _common(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    common = ((max(one[0], other[0]), min(one[1], other[1])) for one in some for other in others)
    return [(begin, end) for begin, end in common if begin < end]


def narrow(
    selection: Selection, filters: Mapping[str, Any], column: LiteralString, *, in_order: bool = False
) -> Selection:
    """The selection with conditions on its ``column`` of times of publication.

    A selection that is read ``in_order`` of this column is read along its index for each of several spans.
    """
    left = spans(filters)
    if not left:
        return selection.where("false")
    begins, ends = [begin for begin, _ in left], [end for _, end in left]
    if in_order and len(left) > 1:
        each = f"{selection.each} cross join {EACH}" if selection.each else EACH
        within: LiteralString = f"{column} >= span.begins and {column} < span.ends"
        return replace(selection, each=each).where(within, begins=begins, ends=ends)
    if begins[0] > FIRST:
        selection = selection.where(f"{column} >= %(from)s", **{"from": begins[0]})
    if ends[-1] < LAST:
        selection = selection.where(f"{column} < %(to)s", to=ends[-1])
    if len(left) > 1:
        text = ",".join(f"[{begin.isoformat()},{end.isoformat()})" for begin, end in left)
        selection = selection.where(f"{column} <@ %(published)s::tstzmultirange", published=f"{{{text}}}")
    return selection
