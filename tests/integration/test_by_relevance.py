"""Relevance over HTTP: words counted in the archive decide, and where few articles have all, some are enough."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from contract import ContractClient
from partners import new_key
from stories import outlet, record, store, tag

from api.commands import term_counts
from api.postgres.connection import Connection, present
from api.retrieval import absent_words, by_relevance, pinning
from api.search import fulltext, search_vector


def found(client: ContractClient, q: str, more: str = "") -> dict[str, Any]:
    response = client.get(f"/v1/articles?q={quote(q)}{more}")
    assert response.status_code == 200, response.text
    return response.get_json()


def headlines(answer: dict[str, Any]) -> list[str]:
    return [article["headline"] for article in answer["data"]]


@pytest.fixture
def harbour(blank: Connection) -> None:
    """Many articles of ports, few of tugboats and one of a lighthouse; words counted."""
    outlet(blank, "daily")
    store(
        blank,
        *(
            record(f"Port {n}", body="The port was busy. Ships came.", day=n, tags=["even"] if n % 2 else [])
            for n in range(30)
        ),
        record("Tugboats", body="Tugboats pull ships.", day=0),
        record("Lighthouse", body="A lighthouse stands by the port.", day=0),
        record("Haven", language="fr", body="Le phare du port.", day=0),
    )
    term_counts.measure(blank)


@pytest.mark.parametrize("q", ["lighthouse OR port", "port lighthouse"])
def test_of_words_that_stand_alike_the_rarer_one_decides(
    blank: Connection, blank_client: ContractClient, q: str
) -> None:
    outlet(blank, "daily")
    store(
        blank,
        *(record(f"Report {n}", body="The port keeper sleeps.", day=n) for n in range(30)),
        record("Report 30", body="The lighthouse keeper sleeps.", day=-1),
    )
    term_counts.measure(blank)
    # By anything but rarity it would be the last, being the oldest.
    assert headlines(found(blank_client, q, "&limit=100"))[0] == "Report 30"


@pytest.mark.parametrize(
    "times",
    [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1), (2, 0, 3), (0, 7, 40), (12, 30, 150), (0, 0, 250), (3, 2, 245)],
)
def test_words_are_counted_in_each_field(blank: Connection, times: tuple[int, int, int]) -> None:
    headline, standfirst, body = (f"before {'port ' * often} after" for often in times)
    found = blank.execute(
        f"""
        select {fulltext.RANKS} as ranks from (select {search_vector.VECTOR} as search from (select
            'english' as configuration, 'en' as language, %(headline)s as headline_tokens,
            %(standfirst)s as standfirst_tokens, %(body)s as body_tokens, '' as far_pairs,
            null as headline_accented, null as standfirst_accented, null as body_accented) as r) as indexed""",
        {"lexemes": ["'absent'", "'port'"], "headline": headline, "standfirst": standfirst, "body": body},
    ).fetchone()
    assert [fulltext.frequencies(*ranks) for ranks in present(found)["ranks"]] == [(0, 0, 0), times]


@pytest.mark.usefixtures("harbour")
def test_where_less_than_a_page_has_all_the_words_those_with_some_follow(blank_client: ContractClient) -> None:
    answer = found(blank_client, "lighthouse port absent")
    assert answer["meta"]["relaxed"] is True
    assert headlines(answer)[0] == "Lighthouse"
    assert answer["meta"]["ranked"]["articles"] == answer["meta"]["total"] == 32
    complete = found(blank_client, "lighthouse port tugboat -ships OR phare", "&limit=1")
    assert complete["meta"]["relaxed"] is False


@pytest.mark.usefixtures("harbour")
def test_what_has_all_the_words_is_before_what_has_some(blank_client: ContractClient, blank: Connection) -> None:
    store(
        blank,
        record("Lighthouse lighthouse lighthouse", body="Lighthouse. " * 9, day=5),
        record("Late", body=f"{'Nothing at all happened. ' * 30} A lighthouse and a tugboat.", day=0),
    )
    assert headlines(found(blank_client, "lighthouse tugboat"))[:2] == ["Late", "Lighthouse lighthouse lighthouse"]


@pytest.mark.usefixtures("harbour")
@pytest.mark.parametrize(
    "q", ["lighthouse", "port", "absent", "lighthouse OR tugboat", "absent OR nothere", '"port lighthouse"', "-absent"]
)
def test_one_word_or_alternatives_are_taken_as_they_are(blank_client: ContractClient, q: str) -> None:
    assert found(blank_client, q)["meta"]["relaxed"] is False


@pytest.mark.usefixtures("harbour")
def test_what_is_excluded_stays_so_when_some_words_are_enough(blank_client: ContractClient) -> None:
    assert headlines(found(blank_client, "lighthouse tugboat -stands")) == ["Tugboats"]


@pytest.mark.usefixtures("harbour")
def test_words_stay_in_their_fields_when_some_are_enough(blank_client: ContractClient) -> None:
    answer = found(blank_client, "headline:port headline:tugboat headline:lighthouse -headline:9", "&limit=100")
    assert answer["meta"]["relaxed"] is True
    # Those that have the port in their text alone are not among them, and those without a number are.
    assert len(answer["data"]) == 31
    assert "Port 9" not in headlines(answer)
    assert "Haven" not in headlines(answer)


@pytest.mark.usefixtures("harbour")
def test_a_beginning_of_words_counts_as_all_that_begin_so(blank_client: ContractClient) -> None:
    assert headlines(found(blank_client, "po* (light* OR tug*)"))[0] == "Lighthouse"
    parts = found(blank_client, "por* light*", "&explain=true&limit=1")["meta"]["explain"]["scores"][0]["words"]
    assert [(part["lexeme"], part["headline"], part["body"]) for part in parts] == [("light*", 1, 1), ("por*", 0, 1)]


@pytest.mark.usefixtures("harbour")
def test_what_is_embargoed_is_ranked_for_its_outlet_alone(blank: Connection, blank_client: ContractClient) -> None:
    store(blank, record("Lighthouse embargoed", body="A lighthouse.", embargoed_until=datetime(2999, 1, 1, tzinfo=UTC)))
    outlet(blank, "other")
    for scopes, outlets, sees in ((["write"], ["daily"], True), (["admin"], [], True), (["write"], ["other"], False)):
        key = new_key(blank, "test", scopes, outlets)
        for q, sort in (("lighthouse", "relevance"), ("lighthouse absent", "relevance"), ("lighthouse", "newest")):
            response = blank_client.get(f"/v1/articles?q={quote(q)}&sort={sort}", headers=key)
            assert ("Lighthouse embargoed" in headlines(response.get_json())) is sees
            assert response.get_json()["meta"]["total"] == 1 + sees
    assert headlines(found(blank_client, "lighthouse")) == ["Lighthouse"]


@pytest.mark.usefixtures("harbour")
def test_a_misspelled_search_is_told_so_beside_what_has_some_of_its_words(
    blank: Connection, blank_client: ContractClient
) -> None:
    tag(blank, "Tugboats")
    answer = found(blank_client, "tugboads ships")
    assert answer["meta"]["relaxed"] is True
    assert answer["meta"]["suggestion"] == "Tugboats ships"


@pytest.mark.usefixtures("harbour")
def test_filters_hold_when_some_words_are_enough(blank_client: ContractClient) -> None:
    answer = found(blank_client, "lighthouse busy port", "&tag=even&limit=100")
    assert len(answer["data"]) == 15
    assert answer["meta"]["relaxed"] is True


@pytest.mark.usefixtures("harbour")
def test_the_pages_of_an_order_stay_those_of_the_first_when_words_are_counted_anew(
    blank: Connection, blank_client: ContractClient
) -> None:
    query = "lighthouse tugboat port"
    everything = headlines(found(blank_client, query, "&limit=100"))
    assert len(everything) == 33
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        answer = found(blank_client, query, f"&limit=7{cursor}")
        assert answer["meta"]["relaxed"] is True
        seen += headlines(answer)
        blank.execute("update term_stats set articles = 34 - articles where articles < 34")
        cursor = answer["page"]["next"] and f"&cursor={answer['page']['next']}"
    assert seen == everything


@pytest.mark.usefixtures("harbour")
def test_the_pages_of_a_looser_search_stay_those_of_the_first_when_its_tag_grows(
    blank: Connection, blank_client: ContractClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_relevance, "RANKED_AT_MOST", 15)
    first = found(blank_client, "lighthouse busy port", "&tag=even&limit=10")
    assert (first["meta"]["relaxed"], len(first["data"])) == (True, 10)
    # So many that not all of its words would be looked for any more.
    store(blank, record("Port of old", body="The port was busy.", day=-1, tags=["even"]))
    rest = found(blank_client, "lighthouse busy port", f"&tag=even&limit=10&cursor={first['page']['next']}")
    assert len(rest["data"]) == 5
    assert not set(headlines(first)) & set(headlines(rest))


@pytest.mark.usefixtures("harbour")
@pytest.mark.parametrize(
    "damage", ["delete from text_stats", "delete from term_stats", "update term_stats set articles = 1"]
)
def test_without_counts_or_with_wrong_ones_the_same_is_found(
    blank: Connection, blank_client: ContractClient, damage: str
) -> None:
    for sort in ("relevance", "newest"):
        for q in ("port", "lighthouse", "port lighthouse", '"the port"', "absent"):
            if (damage, sort, q) == ("delete from text_stats", "relevance", "port lighthouse"):
                # Nothing says which of the words is rare.
                continue
            before = found(blank_client, q, f"&sort={sort}&limit=100")
            term_counts.measure(blank)
            blank.execute(damage.encode())
            after = found(blank_client, q, f"&sort={sort}&limit=100")
            term_counts.measure(blank)
            assert sorted(headlines(after)) == sorted(headlines(before))


@pytest.mark.usefixtures("harbour")
def test_before_words_were_counted_all_of_them_have_to_be_there(
    blank: Connection, blank_client: ContractClient
) -> None:
    blank.execute("delete from text_stats")
    answer = found(blank_client, "port lighthouse")
    assert (headlines(answer), answer["meta"]["relaxed"]) == (["Lighthouse"], False)


@pytest.fixture(params=[5, 0], ids=["indexes intersected", "scanned"])
def few_ranked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive of thirty articles is large, and its newest ten to twenty are ranked."""
    monkeypatch.setattr(pinning, "INTERSECTED_AT_MOST", request.param)
    monkeypatch.setattr(by_relevance, "RELAXED_BELOW", 4)
    for name in ("COST_AT_MOST", "INTERSECTED_COST_AT_MOST", "ENOUGH"):
        monkeypatch.setattr(pinning, name, 10)
    monkeypatch.setattr(pinning, "SCANNED", (10, 20))


@pytest.mark.usefixtures("harbour", "few_ranked")
def test_many_are_ranked_among_the_newest(blank_client: ContractClient) -> None:
    answer = found(blank_client, "port", "&limit=5")
    assert answer["meta"]["ranked"]["all"] is False
    assert 5 <= answer["meta"]["ranked"]["articles"] <= 20
    assert answer["meta"]["total"] == 32
    # Where the newest are not enough for a page, all are looked through.
    answer = found(blank_client, "port", "&limit=30")
    assert answer["meta"]["ranked"] == {"articles": 32, "all": True}


@pytest.mark.usefixtures("harbour", "few_ranked")
def test_the_pages_of_the_newest_stay_those_of_the_first_when_newer_ones_come(
    blank: Connection, blank_client: ContractClient
) -> None:
    first = found(blank_client, "port", "&limit=4")
    ranked = first["meta"]["ranked"]["articles"]
    # So little of a port that they would come last.
    late = (record(f"Of late {n}", body=f"{'Nothing at all happened. ' * 30} A port.", day=40 + n) for n in range(5))
    store(blank, *late)
    # In a test all happens at one time.
    blank.execute("update articles set created_at = created_at + interval '1 hour' where headline ~ 'Of late'")
    seen, cursor = headlines(first), first["page"]["next"]
    while cursor:
        answer = found(blank_client, "port", f"&limit=4&cursor={cursor}")
        seen += headlines(answer)
        cursor = answer["page"]["next"]
    assert len(seen) == len(set(seen)) == ranked
    assert not any(headline.startswith("Of late") for headline in seen)


@pytest.mark.usefixtures("harbour")
def test_an_order_is_explained_by_the_words_of_the_search(blank_client: ContractClient) -> None:
    answer = found(blank_client, "ports lighthouse -haven", "&explain=true&limit=2")
    explain = answer["meta"]["explain"]
    counts = {lexeme["lexeme"]: lexeme["articles"] for term in explain["terms"] for lexeme in term["lexemes"]}
    known = {"port": 32, "lighthous": 1, "haven": 1}
    # The French have other stems of the same words.
    assert counts == {**dict.fromkeys(counts, 0), **known}
    first, second = explain["scores"]
    assert [first["id"], second["id"]] == [article["id"] for article in answer["data"]]
    assert first["score"] > second["score"]
    places = [[part[name] for name in ("lexeme", "headline", "standfirst", "body")] for part in first["words"]]
    assert places == [["lighthous", 1, 0, 1], ["port", 0, 0, 1]]
    assert first["score"] == pytest.approx(sum(part["adds"] for part in first["words"]), abs=0.02)
    later = found(blank_client, "ports lighthouse", "&explain=true&sort=newest")
    assert "scores" not in later["meta"]["explain"]


@pytest.fixture
def deals(blank: Connection) -> None:
    """Articles with a phrase in other forms, which score most, literally in the text, and in the headline."""
    outlet(blank, "daily")
    store(
        blank,
        *(record(f"Trading deal {n}", body="Trade deal. Trades dealt.", day=20 + n) for n in range(30)),
        *(record(f"Text {n}", body=f"{'Ships came and went. ' * 30} Trade deals.", day=n) for n in range(4)),
        record("The latest news of all trade deals of the year and of the last one", body=f"{'Port. ' * 90}", day=-1),
        record("Trade deals of yesterday", body=f"{'Ships came. ' * 90}", day=-2),
    )
    term_counts.measure(blank)


LITERAL = [
    "Trade deals of yesterday", "The latest news of all trade deals of the year and of the last one",
    "Text 3", "Text 2", "Text 1", "Text 0",
]  # fmt: skip


@pytest.mark.usefixtures("deals")
@pytest.mark.parametrize("q", ['"trade deals"', '"Trade deals" -nothing', '("trade deals" OR "absent")'])
def test_literal_phrases_come_before_other_forms_and_first_in_the_headline(
    blank_client: ContractClient, q: str
) -> None:
    answer = found(blank_client, q, "&limit=8&explain=true")
    assert headlines(answer)[:6] == LITERAL
    scores = answer["meta"]["explain"]["scores"]
    assert [score["literal"] for score in scores] == ["headline"] * 2 + ["text"] * 4 + [None] * 2
    # The words alone rank the other forms first.
    assert scores[-1]["score"] > scores[1]["score"]


@pytest.mark.usefixtures("deals")
def test_pages_with_literal_phrases_repeat_and_skip_nothing(blank_client: ContractClient) -> None:
    everything = headlines(found(blank_client, '"trade deals"', "&limit=100"))
    assert len(everything) == 36
    seen: list[str] = []
    cursor, answer = "", {}
    while cursor is not None:
        answer = found(blank_client, '"trade deals"', f"&limit=5{cursor}")
        seen += headlines(answer)
        cursor = answer["page"]["next"] and f"&cursor={answer['page']['next']}"
    assert seen == everything
    back = found(blank_client, '"trade deals"', f"&limit=5&cursor={answer['page']['prev']}")
    assert headlines(back) == everything[-6:-1]


@pytest.mark.usefixtures("deals")
def test_literal_phrases_come_first_where_some_words_are_enough(blank_client: ContractClient) -> None:
    answer = found(blank_client, '"trade deals" yesterday absent')
    assert answer["meta"]["relaxed"] is True
    assert headlines(answer)[:6] == LITERAL


def test_of_stop_words_alone_the_phrase_in_the_headline_comes_first(
    blank: Connection, blank_client: ContractClient
) -> None:
    outlet(blank, "daily")
    store(
        blank,
        record("Concert of the year", body="The Who. The Who. The Who.", day=1),
        record("A long headline about what the Who will be at next year", body="Nothing else was said. " * 30),
    )
    assert headlines(found(blank_client, "the who"))[0].startswith("A long headline")


@pytest.mark.usefixtures("harbour")
@pytest.mark.parametrize(
    ("q", "relaxed", "absent", "expected"),
    [
        # Absent words are dropped first.
        ("tugboat nowhere", True, ["nowhere"], ["Tugboats"]),
        ("nowhere Elsewhere tugboat headline:sevenseas", True, ["nowhere", "Elsewhere", "sevenseas"], ["Tugboats"]),
        ('tugboat "port nowhere"', True, ["nowhere"], ["Tugboats"]),
        ("tugboat never-seen", True, ["never", "seen"], ["Tugboats"]),
        ("tugboat nowh*", True, ["nowh"], ["Tugboats"]),
        ("tugboat -nowhere lighthouse", True, [], ["Lighthouse", "Tugboats"]),
        # Nothing is left to search for.
        ("nowhere elsewhere", False, ["nowhere", "elsewhere"], []),
        ("nowhere", False, ["nowhere"], []),
        ('"the nowhere"', False, ["nowhere"], []),
        ("등대", False, ["등대"], []),
        # All words are in articles, though not in a row.
        ('"stands lighthouse"', False, [], []),
        ("stands-lighthouse", False, [], []),
        ("headline:stands", False, [], []),
        ("tugboat", False, [], ["Tugboats"]),
        ("tugboat OR nowhere", False, [], ["Tugboats"]),
    ],
)
def test_words_in_no_article_are_dropped_and_named(
    blank_client: ContractClient, q: str, relaxed: bool, absent: list[str], expected: list[str]
) -> None:
    answer = found(blank_client, q)
    assert (answer["meta"]["relaxed"], answer["meta"]["query"]["absent"]) == (relaxed, absent)
    assert sorted(headlines(answer)) == expected


@pytest.mark.usefixtures("harbour")
def test_a_word_is_absent_for_those_who_may_see_no_article_with_it(
    blank: Connection, blank_client: ContractClient
) -> None:
    store(blank, record("Secret", body="A whistleblower spoke.", embargoed_until=datetime(2999, 1, 1, tzinfo=UTC)))
    for key, absent in (({}, ["whistleblower"]), (new_key(blank, "test", ["admin"], []), [])):
        response = blank_client.get("/v1/articles?q=whistleblower+lighthouse&person=nobody", headers=key)
        assert response.get_json()["meta"]["query"]["absent"] == absent


@pytest.mark.usefixtures("harbour")
@pytest.mark.parametrize("more", ["", "&tag=even", "&limit=1", "&from=2025-06-05&limit=3"])
@pytest.mark.parametrize("q", ["lighthouse tugboat", "lighthouse busy port", "port nowhere", "busy port", "nowhere"])
def test_a_list_its_facets_and_its_timeline_are_of_the_same_articles(
    blank_client: ContractClient, q: str, more: str
) -> None:
    answer = found(blank_client, q, f"{more}&facets=outlet,language")
    timeline = blank_client.get(f"/v1/timeline?q={quote(q)}{more.replace('&limit=1', '').replace('&limit=3', '')}")
    meta, counted = answer["meta"], timeline.get_json()["meta"]
    assert counted["total"] == meta["total"] == sum(value["count"] for value in meta["facets"]["outlet"]["values"])
    assert meta["total"] == meta["facets"]["language"]["of"]
    assert (counted["relaxed"], counted["query"]) == (meta["relaxed"], meta["query"])


@pytest.mark.usefixtures("harbour")
def test_a_timeline_can_be_of_a_list_that_is_not_by_relevance(blank_client: ContractClient) -> None:
    for more in ("", "&facets=outlet"):
        newest = found(blank_client, "lighthouse tugboat", f"&sort=newest{more}")["meta"]
        assert newest["total"] == 0
    timeline = blank_client.get("/v1/timeline?q=lighthouse+tugboat&relax=false").get_json()["meta"]
    assert (timeline["total"], timeline["relaxed"]) == (0, False)


@pytest.mark.usefixtures("harbour")
def test_absent_words_take_no_room_from_others(blank_client: ContractClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_relevance, "RANKED_AT_MOST", 2)
    assert sorted(headlines(found(blank_client, "nowhere elsewhere tugboat lighthouse"))) == ["Lighthouse", "Tugboats"]


@pytest.mark.usefixtures("harbour")
def test_a_bounded_number_of_words_is_looked_for(blank_client: ContractClient) -> None:
    words = [f"nowhere{n}" for n in range(absent_words.CHECKED_AT_MOST + 5)]
    answer = found(blank_client, " ".join(words))
    assert answer["meta"]["query"]["absent"] == words[: absent_words.CHECKED_AT_MOST]
