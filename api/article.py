"""The article as readers see it: its fields, each with its column of ``articles a``, and its entity tag. Pure."""

from collections.abc import Mapping
from typing import LiteralString

COLUMNS: Mapping[str, LiteralString] = {
    "id": "a.id", "external_id": "a.external_id", "url": "a.url", "headline": "a.headline",
    "standfirst": "a.standfirst", "body": "a.body", "body_html": "a.body_html", "byline": "a.byline",
    "credit": "a.credit", "section": "a.section", "language": "a.language", "image": "a.image", "outlet": "a.outlet",
    "tags": "a.tags", "people": "a.people", "published_at": "a.published_at", "created_at": "a.created_at",
    "updated_at": "a.updated_at", "version": "a.version", "source_version": "a.source_version", "note": "a.note",
    "status": "a.status", "embargoed_until": "a.embargoed_until",
}  # fmt: skip
ALL: LiteralString = ", ".join(COLUMNS.values())

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
