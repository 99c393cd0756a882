"""Converts pages in the listing format to article records."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from api.formats.listing import Entry, ListingError, read
from api.formats.mistakes import Report, raise_mistake
from api.formats.ndjson import check_names
from api.text.slugs import make_slug
from schemas.messages import flattened
from schemas.pushes import ArticleInput

# The names of fields on a page.
_PARTS = {"tags": "tag in the title", "published_at": "date"}
_ARTICLE: Any = ArticleInput()


def check(path: Path, report: Report = raise_mistake) -> int:
    """Report each ListingError of a page. Returns the number of valid entries. Stores nothing."""
    return sum(1 for _ in records(path, report))


def records(path: Path, report: Report = raise_mistake) -> Iterator[dict[str, Any]]:
    """Yield the entries of a page as article records. Reports invalid ones."""
    for entry in read(path, report):
        try:
            record = _record(entry)
        except ValidationError as error:
            for where, detail in flattened(error.normalized_messages()):
                line = 1 if where[0] == "tags" else entry.line
                part = _PARTS.get(str(where[0]), where[0])
                report(ListingError(path, line, f"expected a valid {part}, but it {detail}"))
        else:
            yield record


def _record(entry: Entry) -> dict[str, Any]:
    pushed = {
        "outlet": make_slug(entry.outlet),
        "external_id": entry.external_id,
        "headline": entry.headline,
        "body": entry.body,
        "byline": entry.byline,
        "credit": entry.credit,
        "section": entry.section,
        "published_at": datetime.combine(entry.published_on, time(), UTC).isoformat(),
        "tags": [entry.tag],
    }
    record = _ARTICLE.load(pushed)
    check_names(record)
    return {**record, "outlet_name": entry.outlet}
