"""The articles that requests bring: as JSON of ours, or as IPTC's ninjs."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import g

from api.auth import scopes
from api.errors import InputPath, InvalidInput
from api.formats import ninjs
from api.http.parsing import loaded
from api.resources.articles import NINJS
from schemas.pushes import ArticleInput

# The example of resources/writing.py as a news item.
NINJS_EXAMPLE = {
    "uri": "urn:newsml:korea-herald.example:20250622:1",
    "type": "text",
    "version": "1",
    "versionCreated": "2025-06-22T09:00:00+09:00",
    "pubStatus": "usable",
    "language": "en",
    "altIds": [{"role": "dateline:outlet", "value": "korea-herald"}],
    "headlines": [{"role": "main", "value": "Harbour reopens after the storm"}],
    "descriptions": [{"role": "main", "value": "Ferries sail again from Monday."}],
    "bodies": [
        {
            "role": "main",
            "contentType": "text/html",
            "value": "<p>President Lee Jae-myung came to see the harbour reopen.</p><p>Lee thanked the crews.</p>",
        }
    ],
    "by": "Dateline demo desk",
    "subjects": [{"name": "Business", "rel": "section"}, {"name": "#Exports", "rel": "about"}],
}

_ARTICLE = ArticleInput()


@dataclass(frozen=True)
class Push:
    """An article as it is stored, and ``locate``, which returns the path in what was sent of a path in it."""

    article: dict[str, Any]
    locate: Callable[[InputPath], InputPath] = tuple


def push(document: Any, media_type: str) -> Push:
    """The article that a parsed body, or one item of it, tells; raises InvalidInput."""
    if media_type == NINJS:
        return Push(ninjs.read_article(document, g.key.only_outlet), partial(ninjs.locate, document))
    return Push(loaded(_ARTICLE, document))


def creatable(query: Mapping[str, Any]) -> set[str]:
    """Of which kinds of entities this request may create those that its articles name."""
    return {"tags", "people"} if scopes.allowed(g.key, "edit") else set(query.get("create", ()))


@contextmanager
def locating(locate: Callable[[InputPath], InputPath]) -> Iterator[None]:
    """Relocate the errors of an article to where they are in what was sent."""
    try:
        yield
    except InvalidInput as problem:
        problem.relocate(locate)
        raise
