"""The article as readers see it: its fields, each with its column of ``articles a``, and its entity tag. Pure."""

from collections.abc import Iterable, Mapping
from typing import LiteralString

COLUMNS: Mapping[str, LiteralString] = {
    "id": "a.id", "external_id": "a.external_id", "url": "a.url", "headline": "a.headline",
    "standfirst": "a.standfirst", "body": "a.body", "body_html": "a.body_html", "byline": "a.byline",
    "credit": "a.credit", "section": "a.section", "language": "a.language", "image": "a.image", "outlet": "a.outlet",
    "tags": "a.tags", "people": "a.people", "published_at": "a.published_at", "created_at": "a.created_at",
    "updated_at": "a.updated_at", "version": "a.version", "source_version": "a.source_version", "note": "a.note",
    "status": "a.status", "embargoed_until": "a.embargoed_until",
}  # fmt: skip
# The fields that highlights are made from.
HIGHLIGHTED = ("headline", "standfirst", "body", "language")
ALL: LiteralString = ", ".join(COLUMNS.values())

# Years of four digits, and of a second what there is of it: as all other times are shown.
_IN_JSON: LiteralString = """to_char(a.{name}, case when a.{name} = date_trunc('second', a.{name})
    then 'YYYY-MM-DD"T"HH24:MI:SS"Z"' else 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"' end) as {name}"""
TIMES: tuple[LiteralString, ...] = ("published_at", "created_at", "updated_at", "embargoed_until")
_SHOWN: Mapping[str, LiteralString] = {**COLUMNS, **{name: _IN_JSON.replace("{name}", name) for name in TIMES}}

# Another one whenever the article is shown otherwise, be it because a tag was renamed.
ETAG: LiteralString = """format('"%%s-%%s"', a.version,
    left(md5(concat(a.outlet, a.tags, a.people, a.status, a.updated_at)), 12))"""

# What is left of a withdrawn one; null of any other.
TOMBSTONE: LiteralString = """case when a.status <> 'usable' then (
        select row_to_json(left_of_it) from (
            select a.id, a.status, a.reason, to_char(a.withdrawn_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as withdrawn_at,
                a.purged_at is not null as purged
        ) as left_of_it
    ) end"""


def entry(fields: Iterable[str] = ()) -> LiteralString:
    """These fields of an article, or all, as the JSON that is sent."""
    shown = ", ".join(_SHOWN[name] for name in dict.fromkeys(fields) or COLUMNS)
    return f"(select row_to_json(entry) from (select {shown}) as entry)"
