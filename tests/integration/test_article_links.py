"""Tags and people found in texts, when articles come and when entities do."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import new_database
from contract import ContractClient
from stories import outlet, person, record, store, tag

from api.commands import entities, entity_kinds, namesakes
from api.ingest import archive
from api.jobs import runner
from api.postgres import migrate
from api.postgres.connection import Connection, connect
from api.server import ticker


def people(client: ContractClient, article: str) -> list[str]:
    """The slugs of the people an article names."""
    return [person["slug"] for person in client.get(f"/v1/articles/{article}").get_json()["people"]]


def test_a_person_added_later_is_linked_in_what_is_there(blank: Connection, blank_client: ContractClient) -> None:
    stored = store(
        blank,
        record("a", body="Jürgen Habermas wrote."),
        record("b", body="JURGEN HABERMAS spoke to Habermas."),
        record("c", body="위르겐 하버마스는 말했다.", language="ko"),
        record("d", body="A Habermas, but which?"),
        record("e", body="jurgen-habermas-platz"),
    )
    person(blank, "Jürgen Habermas", "위르겐 하버마스")
    assert [people(blank_client, str(result.id)) for result in stored] == [
        ["jurgen-habermas"], ["jurgen-habermas"], ["jurgen-habermas"], [], [],
    ]  # fmt: skip
    listed = blank_client.get("/v1/people/jurgen-habermas/articles").get_json()["data"]
    assert len(listed) == blank_client.get("/v1/people/jurgen-habermas").get_json()["articles"] == 3
    assert {article["version"] for article in listed} == {1}


def test_an_alias_added_later_links_and_one_taken_away_unlinks(blank: Connection, blank_client: ContractClient) -> None:
    [result] = store(blank, record("a", body="The Iron Chancellor resigned."))
    person(blank, "Otto von Bismarck")
    assert people(blank_client, str(result.id)) == []
    before = blank_client.get(f"/v1/articles/{result.id}").headers["ETag"]
    person(blank, "Otto von Bismarck", "The Iron Chancellor")
    assert people(blank_client, str(result.id)) == ["otto-von-bismarck"]
    assert blank_client.get(f"/v1/articles/{result.id}").headers["ETag"] != before
    person(blank, "Otto von Bismarck")
    assert people(blank_client, str(result.id)) == []
    assert blank_client.get("/v1/people/otto-von-bismarck").get_json()["articles"] == 0


def test_an_alias_that_becomes_ambiguous_links_nobody(blank: Connection, blank_client: ContractClient) -> None:
    [result] = store(blank, record("a", body="Kim Min-ji won."))
    person(blank, "Kim Min-ji")
    assert people(blank_client, str(result.id)) == ["kim-min-ji"]
    entities.upsert(blank, entity_kinds.PERSON, [{"slug": "kim-min-ji-golfer", "name": "Kim Min-ji"}])
    runner.run(blank)
    assert people(blank_client, str(result.id)) == []


def test_a_phrase_added_later_tags_what_is_there(blank: Connection, blank_client: ContractClient) -> None:
    store(
        blank,
        record("a", body="A rate cut."),
        record("b", body="An iterate cut."),
        record("c", body="기준금리를 내렸다", language="ko"),
        record("d", body="The who?"),
    )
    tag(blank, "Rates", "rate cut", "기준금리")
    tag(blank, "Stop", "the")
    for slug, expected in (("rates", {"a", "c"}), ("stop", {"d"})):
        listed = blank_client.get(f"/v1/tags/{slug}/articles").get_json()["data"]
        assert {article["headline"] for article in listed} == expected


def test_a_phrase_of_one_character_is_found_inside_words(blank: Connection, blank_client: ContractClient) -> None:
    store(blank, record("a", body="日米首脳会談", language="ja"), record("b", body="日本", language="ja"))
    tag(blank, "US", "米")
    store(blank, record("c", body="米国", language="ja"))
    listed = blank_client.get("/v1/tags/us/articles").get_json()["data"]
    assert {article["headline"] for article in listed} == {"a", "c"}


def test_a_tag_that_a_partner_gave_stays_when_its_phrase_goes(blank: Connection, blank_client: ContractClient) -> None:
    tag(blank, "Rates", "rate cut")
    store(blank, record("a", body="A rate cut.", tags=["rates"]), record("b", body="A rate cut."))
    tag(blank, "Rates")
    listed = blank_client.get("/v1/tags/rates/articles").get_json()["data"]
    assert [article["headline"] for article in listed] == ["a"]


def test_a_renamed_entity_is_renamed_in_every_article(blank: Connection, blank_client: ContractClient) -> None:
    outlet(blank, "daily")
    tag(blank, "Rates")
    store(blank, record("a", tags=["rates"]))
    entities.upsert(blank, entity_kinds.TAG, [{"slug": "rates", "name": "#Interest-Rates"}])
    entities.upsert(blank, entity_kinds.OUTLET, [{"slug": "daily", "name": "The New Daily", "language": "en"}])
    runner.run(blank)
    article = blank_client.get("/v1/articles").get_json()["data"][0]
    assert article["tags"] == [{"slug": "rates", "name": "#Interest-Rates"}]
    assert article["outlet"] == {"slug": "daily", "name": "The New Daily"}


def test_the_most_mentioned_person_comes_first(blank: Connection, blank_client: ContractClient) -> None:
    person(blank, "Ana Roe")
    person(blank, "Zoe Poe")
    [result] = store(blank, record("a", body="Ana Roe met Zoe Poe. Poe smiled. Poe left."))
    assert people(blank_client, str(result.id)) == ["zoe-poe", "ana-roe"]


def test_a_page_of_an_outlet_known_by_another_slug_makes_no_second_outlet(
    blank: Connection, blank_client: ContractClient
) -> None:
    outlet(blank, "hankyoreh", name="한겨레", language="ko")
    store(blank, record("a", outlet="hangyeore", outlet_name="한겨레"))
    assert [entry["slug"] for entry in blank_client.get("/v1/outlets").get_json()["data"]] == ["hankyoreh"]
    assert len(blank_client.get("/v1/outlets/hankyoreh/articles").get_json()["data"]) == 1


def test_the_same_story_on_another_page_gains_that_tag(blank: Connection, blank_client: ContractClient) -> None:
    store(blank, record("a", tags=["one"]), add_tags=True)
    [again] = store(blank, record("a", tags=["two"]), add_tags=True)
    [third] = store(blank, record("a", tags=["one"]), add_tags=True)
    assert (again.outcome, third.outcome) == ("updated", "unchanged")
    [article] = blank_client.get("/v1/articles").get_json()["data"]
    assert [tag["slug"] for tag in article["tags"]] == ["one", "two"]


def test_twins_in_one_chunk_are_stored_one_after_the_other(blank: Connection) -> None:
    results = store(blank, record("a", body="1"), record("b"), record("a", body="2"), record("a", body="2"))
    assert [result.outcome for result in results] == ["created", "created", "updated", "unchanged"]


def test_a_job_that_was_killed_goes_on_where_it_was(blank: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "STEP", 2)
    store(blank, *(record(f"{n}", body="Ana Roe spoke.") for n in range(7)))
    entities.upsert(blank, entity_kinds.PERSON, [{"name": "Ana Roe"}])
    steps = iter([False, True])
    runner.run(blank, ended=lambda: next(steps))
    row = blank.execute("select done, after is not null as placed, finished_at from jobs where done > 0").fetchone()
    assert row == {"done": 2, "placed": True, "finished_at": None}
    runner.run(blank)
    count = blank.execute("select articles from people where slug = 'ana-roe'").fetchone()
    assert count == {"articles": 7}


def test_links_and_counts_agree_with_the_articles(demo: Connection) -> None:
    wrong = demo.execute(
        """
        select 'tag', slug from tags t
        where articles <> (select count(*) from article_tags l join articles a on a.id = l.article_id
            where l.tag_id = t.id and a.visible)
        union all
        select 'person', slug from people p
        where articles <> (select count(*) from article_people l join articles a on a.id = l.article_id
            where l.person_id = p.id and a.visible)
        union all
        select 'copies', a.external_id from articles a
        where (select coalesce(array_agg(t.slug order by t.slug), '{}') from article_tags l
                join tags t on t.id = l.tag_id where l.article_id = a.id)
            <> (select coalesce(array_agg(c ->> 'slug' order by c ->> 'slug'), '{}') from json_array_elements(a.tags) c)
        """
    ).fetchall()
    assert wrong == []


def test_what_a_push_leaves_to_do_is_done_by_the_ticker(server: str) -> None:
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        with connect(conninfo) as connection:
            store(connection, record("a", body="Ana Roe spoke."))
            entities.upsert(connection, entity_kinds.PERSON, [{"name": "Ana Roe"}])
            with ticker.ticking(conninfo, 90):
                deadline = time.monotonic() + 10
                while connection.execute("select from people where articles = 1").rowcount == 0:
                    assert time.monotonic() < deadline
                    time.sleep(0.1)


def test_an_alias_that_is_no_longer_shared_links_the_other(blank: Connection, blank_client: ContractClient) -> None:
    [result] = store(blank, record("a", body="The Iron Lady spoke."))
    person(blank, "Ann Roe", "The Iron Lady")
    person(blank, "Bea Poe", "The Iron Lady")
    assert people(blank_client, str(result.id)) == []
    person(blank, "Bea Poe")
    assert people(blank_client, str(result.id)) == ["ann-roe"]


def test_many_names_in_many_languages_are_linked(blank: Connection) -> None:
    languages = ["en", "de", "fr", "ko", "ja", "es", "it", "nl"]
    store(blank, *(record(f"{code}", language=code, body="Ana7 Roe spoke.") for code in languages))
    many = [{"name": f"Ana{n} Roe", "aliases": [f"A{n} B{m} Roe" for m in range(5)]} for n in range(500)]
    entities.upsert(blank, entity_kinds.PERSON, many)
    runner.run(blank)
    assert blank.execute("select articles from people where name = 'Ana7 Roe'").fetchone() == {"articles": 8}


@pytest.mark.parametrize(
    "subject",
    [
        {"tags": "broken"},
        # To psycopg an error of the same kind as a lost connection: program_limit_exceeded.
        {"phrases": [" ".join(f"{number:x<250}" for number in range(5_000))]},
    ],
    ids=["wrong", "too long"],
)
def test_a_job_that_fails_lets_others_pass_and_is_tried_again(blank: Connection, subject: dict[str, Any]) -> None:
    store(blank, record("a", body="Ana Roe spoke."))
    broken = "insert into jobs (kind, subject, created_at) values ('relink', %(subject)s, 'epoch')"
    blank.execute(broken, {"subject": json.dumps(subject)})
    person(blank, "Ana Roe")
    assert blank.execute("select articles from people where slug = 'ana-roe'").fetchone() == {"articles": 1}
    # How often depends on how long the other took.
    [left] = blank.execute("select attempts, due_at > now() as later from jobs where finished_at is null").fetchall()
    assert left["attempts"] >= 1
    assert left["later"]


def test_seeding_again_keeps_what_was_pushed_meanwhile(demo: Connection) -> None:
    demo.execute("update articles set headline = 'Corrected', digest = '' where section = 'Politics'")
    archive.seed(demo)
    rows = demo.execute("select distinct headline from articles where section = 'Politics'").fetchall()
    assert rows == [{"headline": "Corrected"}]


def test_links_say_where_the_text_mentions_an_entity(blank: Connection) -> None:
    person(blank, "Ada Marlowe")
    tag(blank, "#Harbour", "harbour")
    body = "Nobody came. Ada Marlowe left the harbour. Marlowe returned."
    [result] = store(blank, record("Ada Marlowe leaves. Why?", external_id="a", body=body))
    assert located(blank, result.id) == {
        "people": ("name", 3, [0, 0, 11, 2, 13, 24, 2, 43, 50], [0, 3, 4]),
        "tags": (None, 1, [2, 34, 41], [3]),
    }
    store(blank, record("Ada Marlowe leaves", external_id="a", body="She left.", people=["Ada Marlowe"]))
    assert located(blank, result.id) == {"people": ("name", 1, [0, 0, 11], [0])}
    store(blank, record("Leaving", external_id="a", body="She left.", people=["Ada Marlowe"]))
    assert located(blank, result.id) == {"people": (None, 0, [], [])}


def located(connection: Connection, article: Any) -> dict[str, tuple[Any, ...]]:
    """The evidence, mentions, spans and sentences of the article's person and tag."""
    rows = connection.execute(
        """
        select 'people' as kind, evidence, mentions, spans, sentences from article_people where article_id = %(id)s
        union all select 'tags', null, mentions, spans, sentences from article_tags where article_id = %(id)s
        """,
        {"id": article},
    )
    return {kind: tuple(values) for kind, *values in (tuple(row.values()) for row in rows)}


def test_roles_added_later_link_titles_with_surnames(blank: Connection, blank_client: ContractClient) -> None:
    stored = store(
        blank,
        record("a", body="Mrs May resigned."),
        record("b", body="이 대통령은 말했다.", language="ko"),
        record("c", body="石破首相は述べた。", language="ja"),
        record("d", body="Mrs May resigned.", day=4_000),
    )
    person(blank, "Theresa May", roles=[{"title": "Prime Minister", "from": "2024-01-01", "to": "2026-01-01"}])
    person(blank, "Lee Jae-myung", "이재명", roles=[{"title": "President", "from": "2024-01-01", "to": None}])
    person(blank, "Shigeru Ishiba", "石破茂")

    def linked() -> list[list[str]]:
        return [people(blank_client, str(result.id)) for result in stored]

    assert linked() == [["theresa-may"], ["lee-jae-myung"], [], []]
    person(blank, "Shigeru Ishiba", "石破茂", roles=[{"title": "首相", "from": "2024-01-01", "to": None}])
    person(blank, "Theresa May")
    assert linked() == [[], ["lee-jae-myung"], ["shigeru-ishiba"], []]


def test_namesakes_are_told_apart_by_what_else_the_article_says(
    blank: Connection, blank_client: ContractClient
) -> None:
    people_named_kim = [
        {"slug": "kim-min-ji-golfer", "name": "Kim Min-ji", "description": "Golfer, champion of the Seoul Open."},
        {
            "slug": "kim-min-ji-mayor",
            "name": "Kim Min-ji",
            "roles": [{"title": "Mayor", "organization": "City of Daegu", "from": None, "to": None}],
        },
    ]
    entities.upsert(blank, entity_kinds.PERSON, people_named_kim)
    tag(blank, "#Golf", "golf")
    stored = store(
        blank,
        record("a", body="Kim Min-ji spoke."),
        record("b", body="Kim Min-ji, the mayor of Daegu, spoke. Kim Min-ji left."),
        record("c", body="Kim Min-ji won the golf open."),
        record("d", body="Kim Min-ji spoke.", people=["kim-min-ji-mayor"]),
        record("e", body="Golf: Kim Min-ji was champion again, the golfer said."),
        record("f", body="Kim Min-ji loves golf."),
    )
    assert [people(blank_client, str(result.id)) for result in stored] == [
        [], ["kim-min-ji-mayor"], ["kim-min-ji-golfer"], ["kim-min-ji-mayor"], ["kim-min-ji-golfer"], [],
    ]  # fmt: skip
    assert located(blank, stored[1].id)["people"] == ("roles", 2, [2, 0, 10, 2, 39, 49], [1, 2])
    [later] = store(blank, record("g", body="Kim Min-ji loves golf.", tags=["#Golf"]))
    assert people(blank_client, str(later.id)) == []
    later = datetime(2999, 1, 1, tzinfo=UTC)
    for name in "kl":
        store(blank, record(name, body="Golf club.", people=["kim-min-ji-golfer"], embargoed_until=later))
    [hinted] = store(blank, record("m", body="Kim Min-ji loves golf."))
    assert people(blank_client, str(hinted.id)) == []
    for day, name in enumerate("hi"):
        store(blank, record(name, body="Golf club.", people=["kim-min-ji-golfer"], day=day))
    [latest] = store(blank, record("j", body="Kim Min-ji loves golf."))
    assert people(blank_client, str(latest.id)) == ["kim-min-ji-golfer"]
    assert located(blank, latest.id)["people"][0] == "tags"


def test_at_most_a_hundred_offsets_are_stored(blank: Connection) -> None:
    person(blank, "Ada Marlowe")
    [result] = store(blank, record("a", body="Ada Marlowe came. " * 300))
    _, mentions, spans, sentences = located(blank, result.id)["people"]
    assert (mentions, len(spans), len(sentences)) == (300, 300, 300)


def test_an_article_of_many_shared_names_costs_a_bounded_number_of_statements(
    blank: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"Ada Marlowe {chr(65 + n)}son" for n in range(26)]
    bearers = [{"slug": f"{n}-{m}", "name": name} for n, name in enumerate(names) for m in range(2)]
    entities.upsert(blank, entity_kinds.PERSON, bearers)
    asked: list[object] = []
    choose = namesakes.choose
    monkeypatch.setattr(namesakes, "choose", lambda *given: (asked.append(given), choose(*given))[1])
    store(blank, record("a", body=". ".join(names)))
    assert len(asked) == 20


def test_inflected_names_are_linked_when_the_person_comes_later(
    blank: Connection, blank_client: ContractClient
) -> None:
    texts = {
        "ru": "Президент принял Владимира Зорина в Кремле.",
        "uk": "Заява Володимира Зорина про мир.",
        "pl": "Wizyta Donalda Zorina w Berlinie.",
        "cs": "Setkání s Petrem Zorinem v Praze.",
        "de": "Das ist Angela Zorins Erbe.",
        "ar": "قال وسامر زورين اليوم",
        "en": "Nobody of this name.",
    }
    stored = store(blank, *(record(name, body=body, language=name) for name, body in texts.items()))
    for name in ("Владимир Зорин", "Володимир Зорин", "Donald Zorin", "Petr Zorin", "Angela Zorin", "سامر زورين"):
        person(blank, name)
    assert [len(people(blank_client, str(result.id))) for result in stored] == [1, 1, 1, 1, 1, 1, 0]
