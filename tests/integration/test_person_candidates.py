"""People who may be added: names in visible articles that no known person, tag or outlet has."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from candidates import CANDIDATES, OUTLETS, VANE, act, editor, hidden_by, listed, names, stories
from conftest import new_database
from contract import ContractClient
from partners import new_key
from stories import record, store, withdraw

from api.commands import article_lifecycle, person_candidates, reindex
from api.commands.person_candidates import MAX_VARIANTS, MIN_ARTICLES, MIN_OUTLETS
from api.ingest import archive
from api.jobs import propose
from api.postgres.connection import Connection, connect
from api.queries import export
from api.queries.person_candidates import MAX_AROUND, MAX_SENTENCES
from api.text.name_candidates import CERTAIN, find_names
from api.text.name_keys import candidate_id, name_key

MOON = candidate_id("moon jae in")

# Names of people in the demo archive's texts besides those of its people.
OTHER_PEOPLE = {
    "Moon Jae-in", "Volodymyr Zelensky", "Michael Phelps", "佐藤栄作", "Charles Michel", "Ronald Reagan",
    "Park Geun-hye", "Mikel Oyarzabal", "Bob Bowman", "Udo Jürgens", "Conchita Wurst", "Robert Francis Prevost",
    "Robert Prevost",
}  # fmt: skip


@pytest.fixture
def desk(demo: Connection) -> dict[str, str]:
    """Headers with a key that may edit entities of the demo archive."""
    return new_key(demo, "desk", ["edit"], [])


@pytest.fixture
def key(blank: Connection) -> dict[str, str]:
    return editor(blank)


def test_the_demo_archive_has_people_to_add(client: ContractClient, desk: dict[str, str]) -> None:
    zelensky, moon = listed(client, desk)
    assert (moon["id"], moon["name"], moon["articles"], moon["outlets"]) == (MOON, "Moon Jae-in", 3, 2)
    assert moon["may_be"] == []
    assert zelensky["may_be"] == [{"slug": "volodymyr-zelenskyy", "name": "Volodymyr Zelenskyy", "because": "spelling"}]
    assert client.get(f"{CANDIDATES}/{MOON}", headers=desk).get_json() == moon


def test_sentences_are_those_of_the_articles(client: ContractClient, desk: dict[str, str]) -> None:
    for candidate in listed(client, desk):
        assert len(candidate["sentences"]) == 3
        for sentence in candidate["sentences"]:
            text = client.get(f"/v1/articles/{sentence['article']}").get_json()[sentence["field"]]
            assert text[sentence["offset"] :].startswith(sentence["text"])
            assert text[sentence["name_offset"] :].startswith(sentence["name"])
            assert sentence["name"] in sentence["text"]
            assert sentence["name"] in (candidate["name"], *candidate["variants"])


@pytest.mark.parametrize("first", range(6))
def test_with_a_third_of_its_people_removed_the_demo_archive_proposes_people(
    demo: Connection, client: ContractClient, desk: dict[str, str], first: int
) -> None:
    people = demo.execute("select id, name, aliases from people order by md5(slug || %s)", [str(first // 3)]).fetchall()
    removed = people[first % 3 :: 3]
    ids = [row["id"] for row in removed]
    demo.execute("delete from article_people where person_id = any(%s)", [ids])
    demo.execute("delete from people where id = any(%s)", [ids])
    demo.execute("update archive set catalogue = gen_random_uuid()")
    person_candidates.walk_again(demo)
    propose.run(demo)
    true = {name_key(name) for row in people for name in (row["name"], *row["aliases"])}
    true |= {name_key(name) for name in OTHER_PEOPLE}
    proposed = {name_key(name) for name in names(client, desk, "limit=20")}
    wrong = proposed - true
    assert len(wrong) * 10 <= len(proposed), wrong
    assert in_enough_articles(demo, removed) <= proposed


def in_enough_articles(demo: Connection, people: Sequence[Any]) -> set[str]:
    """The keys of the names that enough articles of enough outlets have."""
    rows = demo.execute("select outlet_id, concat_ws(' ', headline, standfirst, body) as text from articles").fetchall()
    found: set[str] = set()
    for name in (name for row in people for name in (row["name"], *row["aliases"])):
        outlets = [row["outlet_id"] for row in rows if name in row["text"]]
        if len(outlets) >= MIN_ARTICLES and len(set(outlets)) >= MIN_OUTLETS:
            found.add(name_key(name))
    return found


def test_names_in_the_demo_archive_are_those_of_people(demo: Connection) -> None:
    # Without the least number of articles, by how certain they are.
    people = demo.execute("select name, aliases from people").fetchall()
    true = {name_key(name) for row in people for name in (row["name"], *row["aliases"])}
    true |= {name_key(name) for name in OTHER_PEOPLE}
    scores: dict[str, int] = {}
    for row in demo.execute("select headline, standfirst, body from articles").fetchall():
        for name in find_names((row["headline"], row["standfirst"], row["body"])):
            scores[name.key] = scores.get(name.key, 0) + name.score * (name.score >= CERTAIN)
    certain = {key for key, score in scores.items() if score}
    assert len(certain) > 60
    assert len(certain - true) <= len(certain) * 0.05, certain - true


@pytest.mark.parametrize(
    ("outlets", "proposed"),
    [
        (OUTLETS, True),
        (("daily", "daily", "herald"), True),
        (("daily", "herald"), False),
        (("daily", "daily", "daily"), False),
    ],
)
def test_a_name_needs_three_articles_of_two_outlets(
    blank: Connection, blank_client: ContractClient, key: dict[str, str], outlets: Sequence[str], proposed: bool
) -> None:
    stories(blank, outlets=outlets)
    assert names(blank_client, key) == ["Osric Vane"] * proposed


@pytest.mark.parametrize(
    ("name", "variants"),
    [
        ("Osric Vane", []),
        ("김영배", []),
        ("Владимир Путин", []),
    ],
)
def test_names_in_other_alphabets_are_proposed(
    blank: Connection, blank_client: ContractClient, key: dict[str, str], name: str, variants: list[str]
) -> None:
    titled = {"김영배": "{} 의원은 말했다.", "Владимир Путин": "Президент {} выступил."}.get(name, "Mr {} spoke.")
    store(
        blank,
        *(
            record(f"Ports {number}", outlet=slug, body=titled.format(name), language="en")
            for number, slug in enumerate(OUTLETS)
        ),
    )
    propose.run(blank)
    assert [(found["name"], found["variants"]) for found in listed(blank_client, key)] == [(name, variants)]


def test_spellings_and_inflections_are_one_candidate(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    forms = ("Президент Сергей Лавров выступил.", "Это слова президента Сергея Лаврова.", "Президент Сергей Лавров.")
    store(
        blank,
        *(record(f"Порт {n}", outlet=OUTLETS[n], body=form, language="ru") for n, form in enumerate(forms)),
    )
    propose.run(blank)
    [found] = listed(blank_client, key)
    assert (found["name"], found["variants"], found["articles"]) == ("Сергей Лавров", ["Сергея Лаврова"], 3)


@pytest.mark.parametrize("how", ["withheld", "canceled", "purged", "embargoed", "pushed as withheld"])
def test_hidden_articles_leave_no_trace_at_once(
    blank: Connection, blank_client: ContractClient, key: dict[str, str], how: str
) -> None:
    first, *_ = stories(blank)
    act(blank_client, key, VANE, "reject")
    hidden_by(blank, first, how)
    for query in ("", "status=rejected", "q=osric"):
        assert names(blank_client, key, query) == []
    assert blank_client.get(f"{CANDIDATES}/{VANE}", headers=key).status_code == 404
    assert not blank.execute("select from candidate_mentions where article_id = %s", [first]).fetchall()
    propose.run(blank)
    assert names(blank_client, key, "status=rejected") == []


def test_counts_dates_and_spellings_are_those_of_visible_articles(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    stories(blank)
    [other] = stories(blank, "Osric J. Vane", ["daily"])
    blank.execute("update articles set published_at = '2020-01-01' where id = %s", [other])
    person_candidates.walk_again(blank)
    propose.run(blank)
    [before] = listed(blank_client, key)
    assert (before["articles"], before["variants"]) == (4, ["Osric J. Vane"])
    assert before["first_published_at"].startswith("2020")
    withdraw(blank, other, "withheld", "Wrong")
    [after] = listed(blank_client, key)
    assert (after["articles"], after["variants"]) == (3, [])
    assert after["first_published_at"].startswith("2025")


def test_an_embargo_that_ends_proposes(blank: Connection, blank_client: ContractClient, key: dict[str, str]) -> None:
    stories(blank, outlets=OUTLETS[:2])
    later = record("Later", outlet="daily", body="Mr Osric Vane left.", language="en")
    store(blank, {**later, "embargoed_until": datetime(2999, 1, 1, tzinfo=UTC)})
    propose.run(blank)
    assert names(blank_client, key) == []
    blank.execute("update articles set embargoed_until = now() where embargoed_until is not null")
    article_lifecycle.release_due(blank)
    propose.run(blank)
    assert names(blank_client, key) == ["Osric Vane"]


def test_a_replaced_text_shows_no_sentence_and_then_counts_no_more(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    first, *_ = stories(blank)
    store(blank, record("Osric Vane 0", outlet="daily", body="Ports closed.", language="en"))
    [found] = listed(blank_client, key)
    assert str(first) not in [sentence["article"] for sentence in found["sentences"]]
    propose.run(blank)
    assert names(blank_client, key) == []


def test_candidates_are_sorted_filtered_and_paged(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    stories(blank, "Ina Roe")
    stories(blank, "Osric Vane", [*OUTLETS, "daily"])
    stories(blank, "Bo Lind Ähre", [*OUTLETS, *OUTLETS])
    every = ["Bo Lind Ähre", "Osric Vane", "Ina Roe"]
    for query, expected in (
        ("", every),
        ("sort=recent", every),
        ("min_articles=4", every[:2]),
        ("q=vane", ["Osric Vane"]),
        ("q=OSR", ["Osric Vane"]),
        ("q=ahre", ["Bo Lind Ähre"]),
        ("q=ric", []),
        ("q=%25", []),
        ("from=2025-06-04", every[:2]),
        ("from=2026", []),
        ("status=rejected", []),
    ):
        assert names(blank_client, key, query) == expected, query
    paged: list[str] = []
    query: str | None = "limit=1"
    while query:
        page = blank_client.get(f"{CANDIDATES}?{query}", headers=key).get_json()
        assert page["meta"]["total"] == 3
        paged += [candidate["name"] for candidate in page["data"]]
        query = page["page"]["next"] and f"limit=1&cursor={page['page']['next']}"
    assert paged == every


def test_a_candidate_shows_a_bounded_part_of_its_articles(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    around = "ports and ships and " * 100
    for number in range(MAX_VARIANTS + 5):
        name = f"Osric {chr(65 + number)}. Vane"
        body = f"{around}President {name} came and {around}"
        store(blank, record(f"Ports {number}", outlet=OUTLETS[number % 3], body=body, language="en"))
    propose.run(blank)
    [found] = listed(blank_client, key)
    assert (found["articles"], len(found["variants"])) == (MAX_VARIANTS + 5, MAX_VARIANTS - 1)
    assert len(found["sentences"]) == MAX_SENTENCES
    for sentence in found["sentences"]:
        assert sentence["name"] in sentence["text"]
        assert len(sentence["text"]) <= 2 * MAX_AROUND + len(sentence["name"])


@pytest.mark.parametrize("query", ["status=none", "min_articles=0", "min_articles=x", "q=", "sort=name", "from=x"])
def test_wrong_parameters_are_named(client: ContractClient, desk: dict[str, str], query: str) -> None:
    response = client.get(f"{CANDIDATES}?{query}", headers=desk)
    assert (response.status_code, response.get_json()["errors"][0]["parameter"]) == (422, query.split("=")[0])


def test_only_editors_see_candidates(client: ContractClient, demo: Connection, write_key: dict[str, str]) -> None:
    reader = new_key(demo, "reader", ["read"], [])
    for path in (CANDIDATES, f"{CANDIDATES}/{MOON}"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers=reader).status_code == 403
        assert client.get(path, headers=write_key).status_code == 403
    for action in ("reject", "restore", "accept", "merge"):
        content = {"into": "lee-jae-myung"} if action == "merge" else {}
        assert act(client, write_key, MOON, action, **content).status_code == 403


def test_a_person_called_candidates_gets_another_slug(client: ContractClient, desk: dict[str, str]) -> None:
    assert client.post("/v1/people", json={"name": "Candidates"}, headers=desk).get_json()["slug"] == "candidates-2"


@pytest.mark.parametrize(
    "forget",
    [
        lambda connection: reindex.reindex_articles(connection),
        lambda connection: connection.execute("update archive set changes_trimmed_to = 1000000"),
    ],
)
def test_all_articles_are_read_again(
    blank: Connection,
    blank_client: ContractClient,
    key: dict[str, str],
    forget: Callable[[Connection], object],
) -> None:
    stories(blank)
    blank.execute("truncate candidate_mentions, person_candidates")
    propose.run(blank)
    assert names(blank_client, key) == []
    forget(blank)
    propose.run(blank)
    assert names(blank_client, key) == ["Osric Vane"]
    assert propose.run(blank) == 0


def test_writers_do_not_wait_for_candidates(server: str, demo_template: str) -> None:
    with new_database(server, demo_template) as conninfo, connect(conninfo) as busy:
        with connect(conninfo, lock_timeout=1_000) as writer, busy.transaction():
            person_candidates.lock(busy)
            busy.execute("select from person_candidates for update")
            again = record("Moon Jae-in", outlet="korea-herald", body="Mr Moon Jae-in spoke.", language="en")
            with writer.transaction():
                [stored] = store(writer, again)
            with writer.transaction():
                [changed] = store(writer, {**again, "body": "President Moon Jae-in spoke."})
        assert (stored.outcome, changed.outcome) == ("created", "updated")


def test_an_import_of_an_export_rejects_the_same(
    server: str, demo: Connection, client: ContractClient, desk: dict[str, str]
) -> None:
    act(client, desk, MOON, "reject")
    [line] = [line for line in export.records(demo) if line["type"] == "rejection"]
    demo.execute("delete from candidate_rejections")
    demo.execute("update person_candidates set rejected_at = null")
    assert archive.store.store_history(demo, "rejection", [line], progress=lambda done: None)["created"] == 1
    assert names(client, desk, "status=rejected") == ["Moon Jae-in"]
    assert names(client, desk) == ["Volodymyr Zelensky"]
