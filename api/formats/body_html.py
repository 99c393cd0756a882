"""Sanitizes the HTML of articles when they are read, before the transaction that stores them."""

from typing import Any

from api.text.html import CleanHtml, clean


def with_clean_html(record: dict[str, Any]) -> dict[str, Any]:
    """The record with its ``body_html`` sanitized."""
    return {**record, "body_html": cleaned(record["body_html"])} if record.get("body_html") else record


def cleaned(html: object) -> CleanHtml | None:
    """The sanitized HTML of a field ``body_html``, None if it has none."""
    return clean(html) if isinstance(html, str) and html else None
