"""Searches as an archive understands them that has no stems."""

from api.search.parser import parse
from api.search.tsquery import Query, analyze, texts_to_analyze


def question(q: str, stop_words: dict[str, str]) -> Query:
    """A search in languages without stems, each with its stop words."""
    tree = parse(q)
    return analyze(
        tree,
        [
            {
                "languages": [language],
                "words": words,
                "position": position,
                "word": word,
                "lexeme": word,
                "is_stop_word": word in stopped.split(),
                "pair": None,
                "far_pair": None,
            }
            for language, stopped in stop_words.items()
            for words in texts_to_analyze(tree)
            for position, word in enumerate(words.split(), start=1)
        ],
    )
