"""Quotes: a sentence of an article by its number."""

from collections.abc import Sequence
from itertools import islice

from api.text.sentences import sentences

QUOTED_FROM = 20_000
"""The characters of an article's text in which a sentence is looked for."""
QUOTED_CHARACTERS = 500
"""The characters of a sentence that are quoted."""


def quote(fields: Sequence[str | None], number: int | None) -> str | None:
    """The sentence with this number, counted through the fields, cut to QUOTED_CHARACTERS; None if there is none."""
    if number is None:
        return None
    spans = ((text, start, stop) for text in fields if text for start, stop in sentences(text))
    for text, start, stop in islice(spans, number, number + 1):
        whole = " ".join(text[start:stop].split())
        return whole if len(whole) <= QUOTED_CHARACTERS else f"{whole[: QUOTED_CHARACTERS - 1].rstrip()}…"
    return None
