"""Which words of a search are in no article that the request may see."""

from collections.abc import Sequence
from dataclasses import replace

from api.postgres.connection import Connection, in_pipeline, present
from api.retrieval.cardinality import Cardinality
from api.retrieval.plan import Plan
from api.search.single_words import SingleWord, words_of

CHECKED_AT_MOST = 32
"""The number of words of a search that are looked for, each by one statement."""
# A lexeme that was counted in more articles than these is in one of them still.
_CERTAIN = 10


def absent_words(connection: Connection, plan: Plan) -> Sequence[SingleWord]:
    """The words of a plan's search that are in no article, whatever the other filters; the first CHECKED_AT_MOST."""
    if plan.query is None:
        return ()
    known = plan.cardinality.document_frequencies
    uncertain = [
        word
        for word in words_of(plan.query)
        # Of a run of characters, each pair may be in many articles and the run in none.
        if " " in word.tokens or all(known.get(lexeme, 0) <= _CERTAIN for lexeme in word.lexemes)
    ][:CHECKED_AT_MOST]
    everything = replace(plan, filters={}, cardinality=Cardinality({}), in_order=False, empty=False, hashtags=())
    with in_pipeline(connection):
        counting = [connection.execute(*_count(everything, word.tsquery), prepare=False) for word in uncertain]
    return [word for word, cursor in zip(uncertain, counting, strict=True) if not present(cursor.fetchone())["total"]]


def _count(everything: Plan, tsquery: str):
    # Few articles have the word, so all are fetched: an index in order of time would be read to its end.
    selection, order = replace(everything, tsquery=tsquery).select("newest")
    return replace(selection, materialized=True).count(1, order)
