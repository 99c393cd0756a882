"""Articles in request bodies, as JSON of this API or as IPTC's ninjs."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import g

from api.auth import scopes
from api.commands.article_options import Options
from api.errors import InputPath, InvalidInput
from api.formats import ninjs
from api.formats.body_html import with_clean_html
from api.http.parsing import validate
from api.resources.articles import NINJS
from schemas.pushes import ArticleInput

# The example of article_writes.py as a news item.
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
    """An article to store. ``locate`` converts a path in it to the path in the request body."""

    article: dict[str, Any]
    locate: Callable[[InputPath], InputPath] = tuple


def push(document: Any, media_type: str) -> Push:
    """The article in a parsed body, or in one item of it, with its HTML sanitized. Raises InvalidInput."""
    if media_type != NINJS:
        return Push(with_clean_html(validate(_ARTICLE, document)))
    article, locate = ninjs.read_article(document, g.key.only_outlet), partial(ninjs.locate, document)
    with locating(locate):
        return Push(with_clean_html(article), locate)


def push_options(query: Mapping[str, Any]) -> Options:
    """How this request stores articles: which unknown names it creates, and whether these are confirmed."""
    create = tuple(query.get("create", ()))
    if scopes.is_allowed(g.key, "edit"):
        return Options(create=create, create_one_letter=("tags",))
    return Options(create=create, create_one_letter=(), linked_outlets=g.key.outlet_ids)


@contextmanager
def locating(locate: Callable[[InputPath], InputPath]) -> Iterator[None]:
    """Convert the paths in errors of an article to paths in the request body."""
    try:
        yield
    except InvalidInput as problem:
        problem.relocate(locate)
        raise
