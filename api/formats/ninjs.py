"""IPTC ninjs 3.1 ↔ articles, without a database: ``record`` reads a news item, ``item`` writes one.

docs/ninjs.md has the mapping as a table. What is wrong with an item is said in its own terms: ``errors`` point into
the ninjs document, also when it is the article's field that refuses a value.
"""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote, urlsplit

from marshmallow import ValidationError

from api.errors import InputError, InvalidInput, invalid_input
from api.formats.ndjson import refuse_nameless
from api.formats.ninjs_reader import AGENCY, EXTERNAL_ID, ID, OURS, OUTLET, PUBLISHER, SECTION, Item, Path, Story
from schemas.messages import MISSING, UNKNOWN, flattened
from schemas.ninjs import NinjsSchema, is_uri
from schemas.pushes import ArticleInput

Record = dict[str, Any]

# What an address may hold beside letters and digits (RFC 3986).
_RESERVED = "-._~!$&'()*+,;=:@/?%"

_ITEM: Any = NinjsSchema()
_ARTICLE: Any = ArticleInput()

_MISSING: Mapping[str, str] = {
    "outlet": f'must hold {{"role": "{OUTLET}", "value": …}} with the slug of the outlet that publishes it',
    "headline": "must hold a headline in plain text or HTML",
    "published_at": "is missing; contentCreated, firstCreated or versionCreated says when it was published",
}


def record(document: object, outlet: str | None = None) -> Record:
    """The article that a news item tells, as ``commands.articles.upsert`` takes it; raises InvalidInput.

    ``outlet`` is the slug of the outlet that pushes, unless the item names one.
    """
    try:
        _ITEM.load(document)
    except ValidationError as error:
        raise _refusal(
            [(path, _hinted(path, detail)) for path, detail in flattened(error.normalized_messages())]
        ) from None
    story = Story(document, outlet)
    if story.refused:
        raise _refusal(story.refused)
    try:
        article = _ARTICLE.load(story.article)
        refuse_nameless("article", article)
    except ValidationError as error:
        wrong = flattened(error.normalized_messages())
        raise _refusal([(story.place(path), _told(path, detail)) for path, detail in wrong]) from None
    return article


def locate(document: Item, path: Path) -> Path:
    """The path in a news item of what has ``path`` in its ``record``.

    For values that are refused later, such as a tag that the archive does not know.
    """
    return Story(document, None).place(path)


def item(article: Mapping[str, Any]) -> Item:
    """An article, as ``GET /v1/articles/{id}`` answers it, as a ninjs 3.1 news item."""
    told = {name: value for name, value in article.items() if value is not None}
    external_id, image = told["external_id"], told.get("image")
    subjects = [_named(tag) for tag in told["tags"]]
    sources = [{"name": told["outlet"]["name"], "role": PUBLISHER}]
    bodies = [_text(told["body"])]
    if "section" in told:
        subjects.append({"name": told["section"], "rel": SECTION})
    if "credit" in told:
        sources.append({"name": told["credit"], "role": AGENCY})
    if told.get("body_html"):
        bodies.append({**_text(told["body_html"]), "contentType": "text/html"})
    optional = {
        # The archive's own version is none of the outlet's, which it would be taken for when the item is read again.
        "version": "source_version" in told and str(told["source_version"]),
        "embargoedUntil": told.get("embargoed_until"),
        "edNote": told.get("note"),
        "by": told.get("byline"),
        "descriptions": "standfirst" in told and [_text(told["standfirst"])],
        "subjects": subjects,
        "people": [_named(person) for person in told["people"]],
        "renditions": "url" in told and [_rendition(told["url"], "web", "text/html")],
        "associations": image and [_picture(image)],
    }
    return {
        "uri": external_id if is_uri(external_id) else f"urn:uuid:{told['id']}",
        "standard": {
            "name": "ninjs",
            "version": "3.1",
            "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#",
        },
        "type": "text",
        "representationType": "full",
        "firstCreated": told["created_at"],
        "versionCreated": told["updated_at"],
        "contentCreated": told["published_at"],
        "pubStatus": told["status"],
        "language": told["language"],
        "altIds": [
            {"role": ID, "value": str(told["id"])},
            {"role": EXTERNAL_ID, "value": external_id},
            {"role": OUTLET, "value": told["outlet"]["slug"]},
        ],
        "infoSources": sources,
        "headlines": [_text(told["headline"])],
        "bodies": bodies,
        **{name: value for name, value in optional.items() if value},
    }


def _text(value: str) -> Item:
    return {"role": "main", "contentType": "text/plain", "value": value}


def _named(entity: Mapping[str, str]) -> Item:
    return {"name": entity["name"], "literal": f"{OURS}{entity['slug']}"}


def _rendition(address: str, name: str, media_type: str | None = None) -> Item:
    entry = {"name": name, "href": _encoded(address)}
    return {**entry, "contentType": media_type} if media_type else entry


def _picture(image: Mapping[str, str | None]) -> Item:
    address, caption, credit = image["url"], image.get("caption"), image.get("credit")
    picture: Item = {
        "name": "picture",
        "uri": _encoded(str(address)),
        "type": "picture",
        "renditions": [_rendition(str(address), "web")],
    }
    if caption is not None:
        picture["descriptions"] = [_text(caption)]
    if credit is not None:
        picture["by"] = credit
    return picture


def _encoded(address: str) -> str:
    """A web address with everything in it that is not ASCII percent-encoded, as ninjs wants its URIs."""
    if is_uri(address):
        return address
    parts = urlsplit(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", address))
    return parts._replace(
        netloc=quote(parts.netloc, safe=f"{_RESERVED}[]"),
        path=quote(parts.path, safe=_RESERVED),
        query=quote(parts.query, safe=_RESERVED),
        fragment=quote(parts.fragment, safe=_RESERVED),
    ).geturl()


def _refusal(wrong: Sequence[tuple[Path, str]]) -> InvalidInput:
    # One error for each path: one value may fill two fields, as a body in HTML does.
    return invalid_input(*(InputError(detail, path=path) for path, detail in dict(wrong).items()))


def _hinted(path: Path, detail: str) -> str:
    """A property that ninjs 3.1 does not know, perhaps one of an older ninjs, with the nearest that it knows."""
    if detail != UNKNOWN:
        return detail
    near = get_close_matches(str(path[-1]), _ITEM.fields, n=1) if len(path) == 1 else []
    return f"is no property of ninjs 3.1 here{f'; did you mean {near[0]}?' if near else ''}"


def _told(path: Path, detail: str) -> str:
    return _MISSING.get(str(path[0]), detail) if detail == MISSING else detail
