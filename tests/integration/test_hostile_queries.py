"""Parameters at their limits: whatever is sent, little work is done for it in Python, and Postgres has its deadline."""

import time
from itertools import product
from string import ascii_lowercase
from urllib.parse import quote

import pytest
from contract import ContractClient

WORDS = ["".join(letters) for letters in product("abcdefgh", "aeiou", "klmnrst")]
SEARCHES = {
    "words": " ".join(WORDS),
    "short words": " ".join("".join(pair) for pair in product(ascii_lowercase, repeat=2)),
    "alternatives": " OR ".join(WORDS),
    "prefixes": " ".join(f"{word}*" for word in WORDS[:8]),
    "phrases": " ".join(f'"the {word}"' for word in WORDS),
    "phrases with one word": " ".join(f'"seoul {word}"' for word in WORDS),
    "one phrase": f'"{" ".join(WORDS)[:1_990]}"',
    "hyphens": "a-b" * 700,
    "33 hyphens": "-" * 33,
    "hyphens and words": "--a " * 500,
    "exclusions": "trade " + " ".join(f"-{word}" for word in WORDS),
    "fields": " ".join(f"headline:{word}" for word in WORDS),
    "parentheses": "(" * 20 + "trade" + ")" * 20,
    "nested parentheses": "(" * 997 + "trade" + ")" * 997,
    "groups": "(trade OR -(seoul)) " * 100,
    "unclosed": "(" * 2_000,
    "quotes": '"' * 2_000,
    "quotes and words": '"a' * 1_000,
    "marks": 'א"' * 1_000,
    "one word": "x" * 2_000,
    "letters": "a b c d e f g h " * 125,
    "500 alternatives": "OR ".join("abcdefghij" * 50),
    "prefixes of one letter": "a* b* " * 333,
    "hundreds of prefixes": "se* tr* " * 250,
    "accents": "é" * 2_000,
    "hangul": "한국경제정책" * 340,
    "kana": "とうきょうみなと" * 250,
    "hashtags": "#seoul-washington " * 111,
    "unknown hashtags": " ".join(f"#{word}" for word in WORDS),
    "field names": "headline:" * 222,
    "unknown fields": " ".join(f"x{word}:y" for word in WORDS),
    "repeated": "seoul " * 333,
    "misspelled": "washingtn koreea presidnt tarifs amercan minster traed aliance " * 32,
    "operators": "OR AND NOT " * 180,
    "signs": "&|!<>:*()-\\'\"" * 160,
}  # fmt: skip
ENDPOINTS = [
    "/v1/articles?q={}",
    "/v1/articles?q={}&sort=newest&count=exact",
    "/v1/articles?q={}&include=highlights&limit=100&explain=true",
    "/v1/articles?q={}&facets=tag,person,outlet,section,language,year,month",
    "/v1/timeline?q={}",
    "/v1/suggest?q={}",
    "/v1/people?q={}",
]
# In seconds.
MOST = 0.5


def check(client: ContractClient, path: str, *statuses: int) -> None:
    began = time.thread_time()
    response = client.get(path)
    assert time.thread_time() - began < MOST, path[:200]
    assert response.status_code in statuses, response.text


@pytest.mark.long
@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_of_the_greatest_length_takes_little_work(client: ContractClient, name: str) -> None:
    for endpoint in ENDPOINTS:
        for length in (100, 512, 2_000):
            q = SEARCHES[name][:length]
            # Searches of names are shorter.
            statuses = (200,) if "articles" in endpoint or "timeline" in endpoint else (200, 422)
            check(client, endpoint.format(quote(q)), *statuses)


REPEATED = {
    "fields": "fields=" + ",".join(["id"] * 2_600),
    "repeated fields": "&".join(["fields=id"] * 800),
    "include": "q=trade&include=" + ",".join(["highlights"] * 700),
    "facets": "facets=" + ",".join(["tag"] * 1_900),
    "fifty tags": "tag=" + ",".join(f"t{number}" for number in range(50)),
    "tags": "tag=" + ",".join(f"t{number}" for number in range(1_500)),
    "excluded people": "person_not=" + ",".join(f"p{number}" for number in range(50)),
    "sections": "&".join(f"section=s{number}" for number in range(700)),
    "fifty sections": "&".join(f"section=s{number}" for number in range(50)),
    "languages": "language=" + ",".join(["en"] * 2_500),
    "unknown parameters": "&".join(f"s{number}=x" for number in range(1_000)),
    "an unknown parameter": "x" * 7_800 + "=1",
    "one parameter": "&".join(["limit=1"] * 900),
    "ampersands": "&" * 7_900,
    "equals signs": "=" * 7_900,
    "a time zone": "from=2020-01-01&tz=" + "A" * 7_000,
    "a cursor": "cursor=" + "A" * 7_000,
    "escapes": "q=" + "%41" * 2_600,
    "NUL": "q=a%00b",
    "a lone surrogate": "q=%ed%a0%80",
}


@pytest.mark.parametrize("name", REPEATED)
def test_parameters_repeated_up_to_the_length_of_a_url_take_little_work(client: ContractClient, name: str) -> None:
    for path in ("/v1/articles", "/v1/timeline", "/v1/changes", "/v1/suggest", "/v1/tags/seoul-washington/articles"):
        check(client, f"{path}?{REPEATED[name]}", 200, 400, 414, 422)
