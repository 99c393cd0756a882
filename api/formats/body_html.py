"""Sanitizes the HTML of articles when they are read, before the transaction that stores them."""

from typing import Any

from api.errors import InputError, invalid_input
from api.text.html import CleanHtml, clean
from api.text.html_bounds import ComplexHtml


def with_clean_html(record: dict[str, Any]) -> dict[str, Any]:
    """The record with its ``body_html`` sanitized. Raises InvalidInput for HTML over a bound."""
    return {**record, "body_html": cleaned(record["body_html"])} if record.get("body_html") else record


def cleaned(html: object) -> CleanHtml | None:
    """The sanitized HTML of a field ``body_html``, None if it has none. Raises InvalidInput for HTML over a bound."""
    if not isinstance(html, str) or not html:
        return None
    try:
        return clean(html)
    except ComplexHtml as error:
        raise invalid_input(InputError(str(error), path=("body_html",))) from None
