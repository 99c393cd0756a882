"""URLs of the same page are known to be the same, and those of other pages are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.text.canonical_url import canonical_digest

SAME = [
    ["https://www.wikidata.org/wiki/Q42", "http://www.wikidata.org/entity/Q42", "https://wikidata.org/wiki/q42/",
     "https://m.wikidata.org/wiki/Q42#sitelinks", "https://www.wikidata.org/wiki/Special:EntityData/Q42.json"],
    ["https://ru.wikipedia.org/wiki/Волга", "http://RU.m.wikipedia.org/wiki/%D0%92%D0%BE%D0%BB%D0%B3%D0%B0"],
    ["https://en.wikipedia.org/wiki/Lee_(name)", "https://en.wikipedia.org/wiki/Lee%20%28name%29"],
    ["https://fr.wikipedia.org/wiki/Caf\u00e9", "https://fr.wikipedia.org/wiki/Cafe\u0301"],
    ["http://viaf.org/viaf/123", "https://www.viaf.org/viaf/123/"],
    ["https://example.org", "HTTPS://EXAMPLE.ORG:443/", "http://example.org.:80/"],
    ["https://example.org/a%7Eb?q=%d0%af", "https://example.org/a~b/?q=Я"],
    ["https://müller.example/", "https://xn--mller-kva.example"],
]  # fmt: skip
OTHER = [
    ["https://www.wikidata.org/wiki/Q42", "https://www.wikidata.org/wiki/Q421", "https://www.wikidata.org/wiki/P42",
     "https://www.wikidata.org/wiki/Talk:Q42", "https://example.org/wiki/Q42"],
    ["https://en.wikipedia.org/wiki/Lee", "https://de.wikipedia.org/wiki/Lee", "https://en.wikipedia.org/wiki/Lee#Name",
     "https://en.wikipedia.org/wiki/lee"],
    ["https://example.org/a", "https://example.org/A", "https://example.org/a?b", "https://example.org/a%2Fb",
     "https://example.org/a/b", "https://example.org:8443/a", "https://www.example.org/a", "https://example.org/a#b"],
]  # fmt: skip


@pytest.mark.parametrize("urls", SAME)
def test_spellings_of_one_page_have_one_digest(urls: list[str]) -> None:
    assert len({canonical_digest(url) for url in urls}) == 1


@pytest.mark.parametrize("urls", OTHER)
def test_other_pages_have_other_digests(urls: list[str]) -> None:
    assert len({canonical_digest(url) for url in urls}) == len(urls)


@pytest.mark.parametrize("rest", ["[::1", "[::1]:99999/", "a:b@c:d/", "xn--\ud800/", "xn--a/", "%zz%", "\u2100/"])
def test_a_url_that_is_not_valid_has_a_digest_of_its_own(rest: str) -> None:
    assert canonical_digest(f"http://{rest}") == canonical_digest(f"http://{rest}") != canonical_digest("http://a/")


@given(st.text())
def test_any_text_has_a_short_digest(text: str) -> None:
    assert len(canonical_digest(f"https://example.org/{text}")) == len(canonical_digest(text)) == 32
