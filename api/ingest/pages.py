"""Pages in the listing format as article records."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from api.errors import InvalidInput
from api.folding import slug
from api.ingest.listing import Entry, ListingError, read
from schemas.articles import ArticleInput

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
        "outlet": slug(entry.outlet),
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
        return {**_ARTICLE.load(pushed), "outlet_name": entry.outlet}
    except (ValidationError, InvalidInput) as error:
        messages = error.normalized_messages() if isinstance(error, ValidationError) else {"": [str(error)]}
        field, details = next(iter(messages.items()))
        raise ListingError(path, entry.line, f"expected a proper {field}, but it {details[0]}") from None
