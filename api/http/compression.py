"""How an answer is compressed, by what its client accepts (RFC 9110, 12.5.3)."""

from functools import lru_cache
from typing import Any

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from api.context import request
from api.http import problems
from api.http.parsing import JSON
from schemas.ninjs import MEDIA_TYPE as NINJS

# Of those that a client accepts alike, the first is taken.
ALGORITHMS = ("zstd", "br", "gzip")
NONE = "identity"
# flask-compress's settings.
CONFIG: dict[str, Any] = {
    "COMPRESS_ALGORITHM": list(ALGORITHMS),
    "COMPRESS_MIMETYPES": [JSON, NINJS, problems.MEDIA_TYPE, "text/css", "text/html", "text/javascript"],
    "COMPRESS_EVALUATE_CONDITIONAL_REQUEST": False,
    # The highest levels that cost less time than they save on a page of articles.
    "COMPRESS_BR_LEVEL": 4,
    "COMPRESS_ZSTD_LEVEL": 3,
}


def choose() -> None:
    """Have this request ask for what it gets: flask-compress takes `q=0` for a wish, and `; q=1` with a space for none.

    An answer is also kept by what was asked for, and so once for all who get it alike.
    """
    if accepted := request().environ.get("HTTP_ACCEPT_ENCODING"):
        request().environ["HTTP_ACCEPT_ENCODING"] = chosen(accepted)


@lru_cache(100)
def chosen(accepted: str) -> str:
    """The algorithm for a client who accepts these, ``NONE`` when it rather has the answer as it is."""
    qualities = parse_accept_header(accepted, Accept)
    best = max(ALGORITHMS, key=qualities.quality)
    return best if qualities.quality(best) > 0 and qualities.quality(best) >= qualities.quality(NONE) else NONE
