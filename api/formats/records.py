"""Pages in the listing format as article records."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from api.formats.listing import Entry, ListingError, read
from api.formats.ndjson import refuse_nameless
from api.text.folding import make_slug
from schemas.messages import flattened
from schemas.pushes import ArticleInput

# What a field of an article is called on a page.
_PARTS = {"tags": "tag in the title", "published_at": "date"}
_ARTICLE: Any = ArticleInput()


def check(path: Path) -> int:
    """How many entries the page has; ListingError when any of it is malformed. Stores nothing."""
    return sum(1 for _ in records(path))


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The page's entries as articles are stored, one at a time; raises ListingError."""
    for entry in read(path):
        yield _record(path, entry)


def _record(path: Path, entry: Entry) -> dict[str, Any]:
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
    try:
        record = _ARTICLE.load(pushed)
        refuse_nameless("article", record)
        return {**record, "outlet_name": entry.outlet}
    except ValidationError as error:
        where, detail = flattened(error.normalized_messages())[0]
        raise ListingError(
            path, entry.line, f"expected a proper {_PARTS.get(str(where[0]), where[0])}; it {detail}"
        ) from None
