"""The SQL expressions for the public fields of an article (``articles a``), its entity tag and its tombstone. Pure."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import LiteralString

COLUMNS: Mapping[str, LiteralString] = {
    "id": "a.id", "external_id": "a.external_id", "url": "a.url", "headline": "a.headline",
    "standfirst": "a.standfirst", "body": "a.body", "body_html": "a.body_html", "byline": "a.byline",
    "credit": "a.credit", "section": "a.section", "language": "a.language", "image": "a.image", "outlet": "a.outlet",
    "tags": "a.tags", "people": "a.people", "published_at": "a.published_at", "created_at": "a.created_at",
    "updated_at": "a.updated_at", "version": "a.version", "source_version": "a.source_version", "note": "a.note",
    "status": "a.status", "embargoed_until": "a.embargoed_until",
}  # fmt: skip
# What highlights are made from. One more character than is searched shows whether the last word is whole.
HIGHLIGHTED: LiteralString = "a.headline, a.standfirst, left(a.body, %(highlighted)s + 1) as body, a.language"
ALL: LiteralString = ", ".join(COLUMNS.values())

# Fractions of a second are shown only if there are any, as for all other times.
_TIME_IN_JSON: LiteralString = """to_char(a.{name}, case when a.{name} = date_trunc('second', a.{name})
    then 'YYYY-MM-DD"T"HH24:MI:SS"Z"' else 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"' end) as {name}"""
TIMES: tuple[LiteralString, ...] = ("published_at", "created_at", "updated_at", "embargoed_until")
_IN_JSON: Mapping[str, LiteralString] = {**COLUMNS, **{name: _TIME_IN_JSON.replace("{name}", name) for name in TIMES}}

# Postgres knows the length of a stored text without reading it.
_TEXT_BYTES: Mapping[str, LiteralString] = {
    "body": "octet_length(a.body)", "body_html": "coalesce(octet_length(a.body_html), 0)"
}  # fmt: skip

# Changes whenever the representation of the article does, for example when a tag is renamed.
ETAG: LiteralString = """format('"%%s-%%s"', a.version,
    left(md5(concat(a.outlet, a.tags, a.people, a.status, a.updated_at)), 12))"""

# The tombstone of a withdrawn article, null for any other.
TOMBSTONE: LiteralString = """case when a.status <> 'usable' then (
        select row_to_json(tombstone) from (
            select a.id, a.status, a.reason, to_char(a.withdrawn_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as withdrawn_at,
                a.purged_at is not null as purged
        ) as tombstone
    ) end"""

# The slugs of the tags and people that its outlet named, also of those that an editor refused.
PUSHED: LiteralString = """array(
                select slug from tags where id in (
                    select tag_id from article_tags where article_id = a.id and origin = 'push'
                    union all select entity_id from article_refusals
                        where article_id = a.id and noun = 'tag' and pushed) order by slug) as tags,
            array(
                select slug from people where id in (
                    select person_id from article_people where article_id = a.id and origin = 'push'
                    union all select entity_id from article_refusals
                        where article_id = a.id and noun = 'person' and pushed) order by slug) as people"""


def text_bytes(fields: Iterable[str] = ()) -> LiteralString | None:
    """The expression for the bytes of an article's long texts among these fields or all; None without any."""
    sizes: list[LiteralString] = [size for name, size in _TEXT_BYTES.items() if name in (tuple(fields) or COLUMNS)]
    together: LiteralString = " + ".join(sizes)
    return together or None


def json_entry(
    fields: Iterable[str] = (), more: Mapping[LiteralString, LiteralString] = MappingProxyType({})
) -> LiteralString:
    """The expression for the public JSON of an article, with these fields or all, and ``more``, expressions by name."""
    shown: list[LiteralString] = [_IN_JSON[name] for name in dict.fromkeys(fields) or COLUMNS]
    shown.extend(f"{expression} as {name}" for name, expression in more.items())
    columns = ", ".join(shown)
    return f"(select row_to_json(entry) from (select {columns}) as entry)"
