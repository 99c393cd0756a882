"""People who may be added: names in visible articles that no known person, tag or outlet has."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from conftest import new_database
from contract import ContractClient
from partners import MERGE_PATCH, new_key
from stories import outlet, person, record, store, withdraw

from api.commands import article_lifecycle, change_log, person_candidates, reindex
from api.commands.change_log import Change
from api.commands.person_candidates import MAX_VARIANTS, MIN_ARTICLES, MIN_OUTLETS
from api.ingest import archive
from api.jobs import propose, runner
from api.postgres.connection import Connection, connect
from api.queries import export
from api.queries.person_candidates import MAX_AROUND, MAX_SENTENCES
from api.text.name_candidates import CERTAIN, find_names
from api.text.name_keys import candidate_id, name_key

CANDIDATES = "/v1/people/candidates"
MOON = candidate_id("moon jae in")
VANE = candidate_id("osric vane")
OUTLETS = ("daily", "herald", "times")

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
    """Headers with a key that may edit entities of the empty archive, which has three outlets."""
    for slug in OUTLETS:
        outlet(blank, slug)
    return new_key(blank, "desk", ["edit"], [])


def stories(connection: Connection, name: str = "Osric Vane", outlets: Sequence[str] = OUTLETS) -> list[UUID]:
    """Store an article of each of these outlets that names a person, and look for names."""
    results = store(
        connection,
        *(
            record(
                f"{name} {number}", day=number, outlet=slug, body=f"Ports opened. Mr {name} was there.", language="en"
            )
            for number, slug in enumerate(outlets)
        ),
    )
    propose.run(connection)
    return [result.id for result in results]


def listed(client: ContractClient, key: dict[str, str], query: str = "") -> list[dict[str, Any]]:
    response = client.get(f"{CANDIDATES}?{query}", headers=key)
    assert response.status_code == 200, response.text
    return response.get_json()["data"]


def names(client: ContractClient, key: dict[str, str], query: str = "") -> list[str]:
    return [candidate["name"] for candidate in listed(client, key, query)]


def act(client: ContractClient, key: dict[str, str], candidate: str, action: str, **content: Any) -> Any:
    body = {"json": content} if action in ("accept", "merge") else {}
    return client.post(f"{CANDIDATES}/{candidate}/{action}", headers=key, **body)


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


def hidden_by(connection: Connection, article: UUID, how: str) -> None:
    """Hide the first article of ``stories``."""
    if how in ("withheld", "canceled"):
        withdraw(connection, article, how, "Wrong")
    elif how == "purged":
        changes: list[Change] = []
        article_lifecycle.purge(connection, article, "Wrong", changes)
        change_log.append(connection, changes)
    else:
        stored = connection.execute("select external_id, body from articles where id = %s", [article]).fetchone()
        assert stored
        name = stored["external_id"]
        again = {"embargoed_until": datetime(2999, 1, 1, tzinfo=UTC)} if how == "embargoed" else {"status": "withheld"}
        store(connection, {**record(name, outlet="daily", body=stored["body"], language="en"), **again})


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


def test_accepting_creates_the_person_and_links_articles(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    stories(blank)
    role = {"title": "Harbour master", "organization": None, "from": None, "to": None}
    accepted = act(blank_client, key, VANE, "accept", roles=[role], aliases=["O. Vane"])
    assert accepted.status_code == 201, accepted.text
    assert accepted.headers["Location"].endswith("/v1/people/osric-vane")
    assert 'rel="monitor"' in accepted.headers["Link"]
    stored = accepted.get_json()
    assert (stored["name"], stored["aliases"], stored["roles"]) == ("Osric Vane", ["O. Vane"], [role])
    runner.run(blank)
    propose.run(blank)
    assert blank_client.get("/v1/people/osric-vane").get_json()["articles"] == 3
    assert names(blank_client, key) == []
    assert act(blank_client, key, VANE, "accept").status_code == 404


def test_a_person_has_the_other_spellings_unless_told_otherwise(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    stories(blank)
    stories(blank, "Osric Vâne", ["daily"])
    assert act(blank_client, key, VANE, "accept").get_json()["aliases"] == []
    assert names(blank_client, key) == []


def test_a_name_or_slug_that_is_taken_is_a_conflict(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    stories(blank)
    person(blank, "Ina Roe")
    for content in ({"slug": "ina-roe"}, {"name": "Ina Roe"}, {"slug": "candidates"}):
        refused = act(blank_client, key, VANE, "accept", **content)
        assert (refused.status_code, refused.get_json()["code"]) == (409, "conflict")
    assert names(blank_client, key) == ["Osric Vane"]


def test_merging_makes_the_name_an_alias(blank: Connection, blank_client: ContractClient, key: dict[str, str]) -> None:
    stories(blank)
    person(blank, "Oz Vane")
    assert listed(blank_client, key)[0]["may_be"] == [{"slug": "oz-vane", "name": "Oz Vane", "because": "initial"}]
    for into in ("nobody", "OSRIC"):
        wrong = act(blank_client, key, VANE, "merge", into=into)
        assert (wrong.status_code, wrong.get_json()["errors"][0]["pointer"]) == (422, "/into")
    merged = act(blank_client, key, VANE, "merge", into="oz-vane")
    assert (merged.status_code, merged.get_json()["aliases"]) == (202, ["Osric Vane"])
    runner.run(blank)
    propose.run(blank)
    assert blank_client.get("/v1/people/oz-vane").get_json()["articles"] == 3
    assert names(blank_client, key) == []


def test_a_person_has_no_more_aliases_than_others_after_a_merge(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    stories(blank)
    person(blank, "Oz Vane", *(f"Oz {number} Vane" for number in range(100)))
    assert act(blank_client, key, VANE, "merge", into="oz-vane").status_code == 409


def test_a_rejected_name_is_not_proposed_again_until_it_is_restored(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    stories(blank)
    rejected = act(blank_client, key, VANE, "reject")
    assert (rejected.status_code, rejected.get_json()["status"]) == (200, "rejected")
    assert act(blank_client, key, VANE, "reject").get_json() == rejected.get_json()
    stories(blank, "Osric J. Vane")
    assert names(blank_client, key) == []
    [found] = listed(blank_client, key, "status=rejected")
    assert (found["articles"], found["rejected_at"]) == (6, rejected.get_json()["rejected_at"])
    for _ in range(2):
        assert act(blank_client, key, VANE, "restore").get_json()["status"] == "proposed"
    assert names(blank_client, key) == ["Osric Vane"]


def test_rejections_are_remembered_without_the_name(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    articles = stories(blank)
    act(blank_client, key, VANE, "reject")
    for article in articles:
        hidden_by(blank, article, "purged")
    kept = [line for line in export.records(blank) if line["type"] == "rejection"]
    assert [line["id"] for line in kept] == [VANE]
    tables = "candidate_mentions", "person_candidates", "candidate_rejections"
    assert not any("Vane" in str(blank.execute(f"select * from {table}").fetchall()) for table in tables)
    stories(blank, "Osric M. Vane")
    assert (names(blank_client, key), names(blank_client, key, "status=rejected")) == ([], ["Osric M. Vane"])


@pytest.mark.parametrize(
    "name_it",
    [
        lambda client, key: client.post("/v1/people", json={"name": "Osric Vane"}, headers=key),
        lambda client, key: client.post("/v1/people", json={"name": "Oz", "aliases": ["OSRIC VANE"]}, headers=key),
        lambda client, key: client.patch(
            "/v1/people/ina-roe",
            json={"aliases": ["Osric J. Vane"]},
            headers={**key, "Content-Type": MERGE_PATCH},
        ),
        lambda client, key: client.post("/v1/tags", json={"name": "#Osric Vane"}, headers=key),
        lambda client, key: client.post("/v1/tags", json={"name": "#Ports", "match": ["Osric Vane"]}, headers=key),
    ],
)
def test_a_name_that_becomes_known_is_proposed_no_more(
    blank: Connection,
    blank_client: ContractClient,
    key: dict[str, str],
    name_it: Callable[[ContractClient, dict[str, str]], Any],
) -> None:
    person(blank, "Ina Roe")
    stories(blank)
    assert name_it(blank_client, key).status_code < 300
    assert names(blank_client, key) == []
    runner.run(blank)
    stories(blank, outlets=["daily"])
    assert names(blank_client, key) == []


def test_a_name_that_is_known_no_more_is_proposed(
    blank: Connection, blank_client: ContractClient, key: dict[str, str]
) -> None:
    person(blank, "Ina Roe", "Osric Vane")
    stories(blank)
    assert names(blank_client, key) == []
    changed = {**key, "Content-Type": MERGE_PATCH}
    assert blank_client.patch("/v1/people/ina-roe", json={"aliases": []}, headers=changed).status_code == 202
    runner.run(blank)
    propose.run(blank)
    assert names(blank_client, key) == ["Osric Vane"]


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
