"""Generated articles: words as frequent as in real texts, with names of the demo archive. Deterministic."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

FIRST = datetime(2000, 1, 1, tzinfo=UTC)
LAST = datetime(2025, 1, 1, tzinfo=UTC)
SYLLABLES = [
    "ka",
    "ri",
    "to",
    "men",
    "sa",
    "lo",
    "ve",
    "ni",
    "dar",
    "os",
    "tel",
    "mi",
    "ra",
    "con",
    "po",
    "ter",
    "ba",
    "li",
    "en",
    "gu",
    "sto",
    "per",
    "fa",
]
ENDINGS = ["", "s", "ed", "ing", "er", "ly", "tion"]
SMALL = [
    "the",
    "of",
    "to",
    "and",
    "in",
    "a",
    "said",
    "for",
    "on",
    "that",
    "is",
    "by",
    "from",
    "with",
    "at",
    "as",
    "was",
    "it",
    "its",
    "be",
]
NAMES = [
    "Lee Jae-myung", "Donald Trump", "Kim Jong-un", "Seoul-Washington", "Korean Peninsula", "North Korea", "G7 summit",
]  # fmt: skip
SECTIONS = ["Politics", "Business", "World", "Culture", "Sport"]
VOCABULARY = 30_000


def articles(count: int, outlets: list[str], seed: int = 1) -> Iterator[dict[str, Any]]:
    """``count`` articles as they are pushed, of 60 to 500 words, published from FIRST to LAST."""
    step = (LAST - FIRST) / count
    chance = random.Random(seed)  # noqa: S311 - for texts, not for secrets
    words = [*SMALL, *_vocabulary(chance)]
    # The nth word occurs 1/n times as often as the first (Zipf).
    weights = list(accumulate(1 / (rank + 2) for rank in range(len(words))))
    for number in range(count):
        picked = chance.choices(words, cum_weights=weights, k=chance.randint(60, 500))
        for _ in range(chance.randint(0, 3)):
            picked[chance.randrange(len(picked))] = chance.choice(NAMES)
        yield {
            "outlet": outlets[number % len(outlets)],
            "external_id": f"bench-{seed}-{number}",
            "headline": " ".join(chance.choices(words, cum_weights=weights, k=9)).capitalize(),
            "body": " ".join(picked).capitalize() + ".",
            "section": chance.choice(SECTIONS),
            "language": "en",
            "published_at": (FIRST + step * number).isoformat(),
        }


def _vocabulary(chance: random.Random) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        found["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) + chance.choice(ENDINGS)] = None
    return list(found)
