"""Which articles contain the phrases of a search as typed, and which only other forms of their words."""

from time import process_time

import pytest
from questions import question

from api.search.literal import (
    COMPARED,
    COMPARED_CHARACTERS,
    COMPARED_PHRASES,
    COMPARED_WORDS,
    has_phrases,
    literal_phrases,
)

STOP_WORDS = {"en": "the who"}


def literal(q: str, headline: str = "", body: str = "", standfirst: str | None = None) -> str | None:
    article = {"language": "en", "headline": headline, "standfirst": standfirst, "body": body}
    found = literal_phrases(question(q, STOP_WORDS), article)
    return None if found is None else found.name


@pytest.mark.parametrize(
    ("q", "same", "other"),
    [
        ('"will smith"', "Will SMITH won", "wills smiths"),
        ('"will smith"', "of good will, Smith's", "good-will smithy"),
        ('"trade deals"', "Trade  deals.", "a trade deal"),
        ('"trade deal"', "a trade-deal", "trade deals"),
        ('"out of the"', "Out\nof the blue", "out of them"),
        ('"elections"', "elections", "election"),
        ('"don\'t know"', "I don’t know", "I do not know"),
        ('"U.S. ports"', "US ports", "bus ports"),
        ('"US ports"', "U.S. ports", "U.S. port"),
        ('"AT&T shares"', "AT&T shares", "AT&T share"),
        ('"élections locales"', "ÉLECTIONS LOCALES", "élection locale"),
        ('"торговая сделка"', "Торговая сделка", "торговые сделки"),
        ('"दिन भर"', "वह दिन भर", "दिनों भर"),
        ('"भर दिन"', "भर दिन", "भर दिनों"),
        ('"한미 동맹"', "새 한미 동맹이", "한미의 동맹"),
        ('"日本銀行"', "、日本銀行が", "日本の銀行"),
        ('"NASA"', "NASA가 왔다", "NASAX"),
    ],
)
def test_a_phrase_is_compared_as_typed(q: str, same: str, other: str) -> None:
    assert literal(q, body=same) == literal(q, standfirst=same) == "text"
    assert literal(q, same) == "headline"
    assert literal(q, other, other, other) == "nowhere"


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ('"new port"', "headline"),
        ('"old ships"', "text"),
        ('"new port" "old ships"', "text"),
        ('"new port" "old ship"', "nowhere"),
        ('"new port" OR "old ship"', "headline"),
        ('"new port" -"old ships"', "headline"),
        ('busan ("old ship" OR "old ships")', "text"),
        ('headline:"new port"', "headline"),
        ('headline:"old ships"', "nowhere"),
        ('body:"new port"', "nowhere"),
        ("the who", "text"),
        # Without a phrase that is required, all are alike.
        ("new port", None),
        ('busan OR "new port"', None),
        ('busan -"new port"', None),
        ("new-port", None),
        ('"WHO"', None),
        ('"AT&T"', None),
    ],
)
def test_all_phrases_of_a_search_count(q: str, expected: str | None) -> None:
    assert literal(q, "A new port", "For old ships, the Who said at AT&T.") == expected
    assert has_phrases(question(q, STOP_WORDS)) is (expected is not None)


@pytest.mark.parametrize(
    ("q", "text"),
    [
        ('"port of busan"', "port of " * COMPARED_CHARACTERS),
        ('"a b"', f"a{' .' * 20}" * COMPARED_CHARACTERS),
        (f'"{"a " * 120}b"', "a " * COMPARED_CHARACTERS),
        (f'"{"é a " * 60}b"', "é a " * COMPARED_CHARACTERS),
        ('"a"', "a" * COMPARED_CHARACTERS),
        ('"दिन"', "दिनों " * COMPARED_CHARACTERS),
        ('"U.S. ports"', "u.s. " * COMPARED_CHARACTERS),
        (" OR ".join(f'"торг{n} сделка"' for n in range(60)), "торговая сделка " * COMPARED_CHARACTERS),
        (" ".join(f'"торг{n} сделка"' for n in range(60)), "торг1 сделка " * COMPARED_CHARACTERS),
        (" ".join(f'"{"a " * (COMPARED_WORDS - 1)}{letter}a"' for letter in "bcdefghi"), "a " * COMPARED_CHARACTERS),
    ],
)
def test_comparing_takes_less_than_a_second(q: str, text: str) -> None:
    search = question(q, STOP_WORDS)
    article = {"language": "en", "headline": "", "standfirst": None, "body": text[:COMPARED_CHARACTERS]}
    begin = process_time()
    for _ in range(COMPARED):
        literal_phrases(search, article)
    assert process_time() - begin < 1


def test_only_the_first_words_of_a_long_phrase_are_compared() -> None:
    words = " ".join(f"word{n}" for n in range(COMPARED_WORDS))
    assert literal(f'"{words} ports"', body=f"{words} port") == "text"
    assert literal(f'"ports {words}"', body=f"port {words}") == "nowhere"


def test_only_the_first_phrases_are_compared() -> None:
    phrases = [f'"phrase{n} ports"' for n in range(COMPARED_PHRASES)]
    body = " ".join(f"phrase{n} ports" for n in range(COMPARED_PHRASES))
    assert literal(" ".join([*phrases, '"new port"']), body=body) == "text"
    assert literal(" ".join(['"new port"', *phrases]), body=body) == "nowhere"
    assert literal(" OR ".join(phrases), body=body) == "text"
    assert literal(" OR ".join([*phrases, '"new port"']), body=body) is None
