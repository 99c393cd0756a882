"""The row of an article after a push: its content, embargo, status and digest."""

import hashlib
from datetime import datetime

import orjson

from api.commands.article_rows import CurrentRow, Row
from api.errors import Conflict
from api.model.types import Record
from api.text.html import CleanHtml
from api.text.language import detect

CONTENT_FIELDS = (
    "external_id", "url", "headline", "standfirst", "body", "byline", "credit", "section", "language", "image",
    "published_at",
)  # fmt: skip

# Part of the digest only if they have a value, so that the digests of articles without them stay the same.
OPTIONAL_FIELDS = ("body_html", "note", "source_version")


def read_content(record: Record, default_language: str | None) -> Row:
    """The content fields of a record. Detects the language if neither the record nor its outlet has one."""
    content: Row = {field: record.get(field) for field in (*CONTENT_FIELDS, *OPTIONAL_FIELDS)}
    html: CleanHtml | None = record.get("body_html")
    if html:
        content["body_html"], content["body"] = html.html, html.text
    content["body"] = content["body"] or ""
    content["language"] = content["language"] or default_language or detect(content["headline"], content["body"])
    return content


def new_row(record: Record, before: CurrentRow | None, now: datetime | None) -> Row:
    """The columns of the article after this record. Raises Conflict for a purged or withdrawn article."""
    status = record.get("status")
    if before and before.purged_at:
        raise Conflict(f"Article {record['id']} was purged and cannot be restored.")
    if before and before.status != "usable" and status is None:
        raise Conflict(f"Article {record['id']} was withdrawn by its outlet. Send status usable to restore it.")
    status = status or "usable"
    withdrawn = status != "usable"
    same = before is not None and before.status == status
    content = dict(record["content"])
    embargo: datetime | None = record.get("embargoed_until", before.embargoed_until if before else None)
    if before and content["source_version"] is None:
        content["source_version"] = before.source_version
    if embargo:
        # As it will be stored when the embargo has ended, so that the same push is recognized afterwards.
        digested = {**content, "published_at": max(content["published_at"], embargo)}
        # A withdrawn article keeps its embargo, as readers have never seen it.
        if now and embargo <= now and not withdrawn:
            content, embargo = digested, None
    else:
        digested = content
    return {
        **content,
        "id": record["id"],
        "outlet_id": record["outlet_id"],
        "outlet": record["outlet"],
        "embargoed_until": embargo,
        "status": status,
        "reason": record.get("reason", before.reason if before and same else None) if withdrawn else None,
        "withdrawn_at": (before.withdrawn_at if before and same else "now") if withdrawn else None,
        "digest": _digest(digested),
        "version": before.version + 1 if before else 1,
    }


def _digest(content: Row) -> bytes:
    digested = {field: value for field, value in content.items() if field in CONTENT_FIELDS or value is not None}
    return hashlib.sha256(orjson.dumps(digested, option=orjson.OPT_UTC_Z)).digest()
