"""Converts IPTC ninjs 3.1 news items to articles and back. docs/ninjs.md has the mapping as a table. Pure."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote, urlsplit

from marshmallow import ValidationError

from api.errors import MAX_ERRORS, InputError, InvalidInput, invalid_input
from api.formats.ndjson import check_names
from api.formats.ninjs_reader import AGENCY, EXTERNAL_ID, ID, OURS, OUTLET, PUBLISHER, SECTION, Item, ItemReader, Path
from schemas.messages import MISSING, UNKNOWN, flattened
from schemas.ninjs import NinjsSchema, is_uri
from schemas.pushes import ArticleInput

# Characters allowed in a URL besides letters and digits (RFC 3986).
_RESERVED = "-._~!$&'()*+,;=:@/?%"

# The properties for the kinds of tags besides topics.
_KINDS: Mapping[str, str] = {
    "organisation": "organisations", "place": "places", "event": "events", "product": "objects", "work": "objects",
}  # fmt: skip

_ITEM: Any = NinjsSchema()
_ARTICLE: Any = ArticleInput()

_MISSING: Mapping[str, str] = {
    "outlet": f'must contain {{"role": "{OUTLET}", "value": …}} with the slug of the outlet',
    "headline": "must contain a headline in plain text or HTML",
    "published_at": "is missing; contentCreated, firstCreated or versionCreated must have the time of publication",
}


def read_article(document: object, outlet: str | None = None) -> dict[str, Any]:
    """Convert a news item to an article record. Raises InvalidInput with paths into the news item.

    ``outlet`` is the slug of the outlet if the item has none.
    """
    try:
        _ITEM.load(document)
    except ValidationError as error:
        found = flattened(error.normalized_messages())
        raise _invalid(
            # A suggestion for each of thousands of properties would take seconds.
            (path, _suggest_property(path, detail) if index < MAX_ERRORS else detail)
            for index, (path, detail) in enumerate(found)
        ) from None
    reader = ItemReader(document, outlet)
    if reader.errors:
        raise _invalid(reader.errors)
    try:
        article = _ARTICLE.load(reader.article)
        check_names(article)
    except ValidationError as error:
        found = flattened(error.normalized_messages())
        raise _invalid((reader.locate(path), _explain_missing(path, detail)) for path, detail in found) from None
    return article


def locate(document: Item, path: Path) -> Path:
    """Map a path in the record of a news item to the path in the item.

    For values that are refused later, such as a tag that the archive does not know.
    """
    return ItemReader(document, None).locate(path)


def write_item(article: Mapping[str, Any]) -> Item:
    """Convert an article, as in the response of ``GET /v1/articles/{id}``, to a ninjs 3.1 news item."""
    fields = {name: value for name, value in article.items() if value is not None}
    return {
        **_identity(fields),
        "type": "text",
        "representationType": "full",
        "firstCreated": fields["created_at"],
        "versionCreated": fields["updated_at"],
        "contentCreated": fields["published_at"],
        "pubStatus": fields["status"],
        "language": fields["language"],
        "infoSources": _sources(fields),
        "headlines": [_text(fields["headline"])],
        "bodies": _bodies(fields),
        **{name: value for name, value in _optional(fields).items() if value},
    }


def _identity(fields: Item) -> Item:
    external_id = fields["external_id"]
    return {
        "uri": external_id if is_uri(external_id) else f"urn:uuid:{fields['id']}",
        "standard": {
            "name": "ninjs",
            "version": "3.1",
            "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#",
        },
        "altIds": [
            {"role": ID, "value": str(fields["id"])},
            {"role": EXTERNAL_ID, "value": external_id},
            {"role": OUTLET, "value": fields["outlet"]["slug"]},
        ],
    }


def _sources(fields: Item) -> list[Item]:
    publisher = {"name": fields["outlet"]["name"], "role": PUBLISHER}
    return [publisher, {"name": fields["credit"], "role": AGENCY}] if "credit" in fields else [publisher]


def _bodies(fields: Item) -> list[Item]:
    bodies = [_text(fields["body"])]
    if fields.get("body_html"):
        bodies.append({**_text(fields["body_html"]), "contentType": "text/html"})
    return bodies


def _optional(fields: Item) -> Item:
    """The properties that are omitted if they are empty."""
    section = [{"name": fields["section"], "rel": SECTION}] if "section" in fields else []
    return {
        # Not the archive's own version, which would become the source_version when the item is pushed.
        "version": "source_version" in fields and str(fields["source_version"]),
        "embargoedUntil": fields.get("embargoed_until"),
        "edNote": fields.get("note"),
        "by": fields.get("byline"),
        "descriptions": "standfirst" in fields and [_text(fields["standfirst"])],
        "subjects": [*map(_concept, fields["tags"]), *section],
        "people": [*map(_concept, fields["people"])],
        **_named_by_kind(fields["tags"]),
        "renditions": "url" in fields and [_rendition(fields["url"], "web", "text/html")],
        "associations": "image" in fields and [_picture(fields["image"])],
    }


def _text(value: str) -> Item:
    return {"role": "main", "contentType": "text/plain", "value": value}


def _concept(entity: Mapping[str, Any]) -> Item:
    same_as = entity.get("same_as")
    uri = {"uri": _encode_url(same_as[0])} if same_as else {}
    return {"name": entity["name"], "literal": f"{OURS}{entity['slug']}", **uri}


def _named_by_kind(tags: Iterable[Mapping[str, Any]]) -> dict[str, list[Item]]:
    """The tags that stand for more than a topic, by the property of their kind; they are subjects as well."""
    found: dict[str, list[Item]] = {}
    for tag in tags:
        if name := _KINDS.get(tag.get("kind", "topic")):
            point = {"type": "Point", "coordinates": [tag["lon"], tag["lat"]]} if tag["lat"] is not None else None
            entry = {**_concept(tag), "name": tag["name"].removeprefix("#")}
            found.setdefault(name, []).append({**entry, "geoJSON": point} if point else entry)
    return found


def _rendition(url: str, name: str, media_type: str | None = None) -> Item:
    entry = {"name": name, "href": _encode_url(url)}
    return {**entry, "contentType": media_type} if media_type else entry


def _picture(image: Mapping[str, str | None]) -> Item:
    url, caption, credit = image["url"], image.get("caption"), image.get("credit")
    picture: Item = {
        "name": "picture",
        "uri": _encode_url(str(url)),
        "type": "picture",
        "renditions": [_rendition(str(url), "web")],
    }
    if caption is not None:
        picture["descriptions"] = [_text(caption)]
    if credit is not None:
        picture["by"] = credit
    return picture


def _encode_url(url: str) -> str:
    """Percent-encode the characters of a URL that are not ASCII, as ninjs requires."""
    if is_uri(url):
        return url
    parts = urlsplit(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", url))
    return parts._replace(
        netloc=quote(parts.netloc, safe=f"{_RESERVED}[]"),
        path=quote(parts.path, safe=_RESERVED),
        query=quote(parts.query, safe=_RESERVED),
        fragment=quote(parts.fragment, safe=_RESERVED),
    ).geturl()


def _invalid(errors: Iterable[tuple[Path, str]]) -> InvalidInput:
    # One error for each path, as one value can set two fields: an HTML body sets body_html and body.
    return invalid_input(*(InputError(detail, path=path) for path, detail in dict(errors).items()))


def _suggest_property(path: Path, detail: str) -> str:
    """For an unknown property, perhaps one of an older ninjs, suggest the most similar one."""
    if detail != UNKNOWN:
        return detail
    if len(path) == 1 and (similar := get_close_matches(str(path[0])[:100], _ITEM.fields, n=1)):
        return f'"{str(path[0])[:100]}" is not a property of ninjs 3.1. Did you mean "{similar[0]}"?'
    return "is not a property of ninjs 3.1 here"


def _explain_missing(path: Path, detail: str) -> str:
    return _MISSING.get(str(path[0]), detail) if detail == MISSING else detail
