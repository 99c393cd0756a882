"""The compression of responses: the algorithm that the client prefers (RFC 9110, section 12.5.3)."""

from functools import lru_cache
from typing import Any

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from api.context import request
from api.formats.schema_org import MEDIA_TYPE as JSON_LD
from api.http import problems
from api.http.parsing import JSON
from schemas.ninjs import MEDIA_TYPE as NINJS

# Of those that a client accepts with the same quality, the first is used.
ALGORITHMS = ("zstd", "br", "gzip")
NONE = "identity"
# flask-compress's settings.
CONFIG: dict[str, Any] = {
    "COMPRESS_ALGORITHM": list(ALGORITHMS),
    "COMPRESS_MIMETYPES": [JSON, JSON_LD, NINJS, problems.MEDIA_TYPE, "text/css", "text/html", "text/javascript"],
    "COMPRESS_EVALUATE_CONDITIONAL_REQUEST": False,
    # The highest levels that cost less time than they save on a page of articles.
    "COMPRESS_BR_LEVEL": 4,
    "COMPRESS_ZSTD_LEVEL": 3,
}


def negotiate() -> None:
    """Replace Accept-Encoding by the algorithm to use.

    flask-compress misreads `q=0` and `; q=1` with a space. And responses are cached by this header, so that clients
    with the same algorithm share them.
    """
    if accepted := request().environ.get("HTTP_ACCEPT_ENCODING"):
        request().environ["HTTP_ACCEPT_ENCODING"] = preferred(accepted)


@lru_cache(100)
def preferred(accepted: str) -> str:
    """The algorithm for a value of Accept-Encoding, ``NONE`` if the client prefers no compression."""
    qualities = parse_accept_header(accepted, Accept)
    best = max(ALGORITHMS, key=qualities.quality)
    return best if qualities.quality(best) > 0 and qualities.quality(best) >= qualities.quality(NONE) else NONE
