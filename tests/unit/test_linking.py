"""How well names in sentences are linked."""

from names import PEOPLE, SENTENCES, TAGS, linked

from api.text.gazetteer import Gazetteer, Person, Tag

PRECISION, RECALL = 0.99, 1.0


def test_names_in_sentences_are_linked_precisely_and_completely() -> None:
    gazetteer = Gazetteer(
        [Person(n, name, tuple(aliases)) for n, (name, *aliases) in enumerate(PEOPLE)],
        [Tag(n, match) for n, match in enumerate(TAGS)],
    )
    right = wrong = missing = 0
    failures: list[str] = []
    for sentence, mentions in SENTENCES:
        matches = gazetteer.find(None, None, sentence)
        found = {PEOPLE[id][0] for id in matches.people} | {f"#{TAGS[id][0]}" for id in matches.tags}
        expected = linked(mentions)
        right += len(found & expected)
        wrong += len(found - expected)
        missing += len(expected - found)
        failures += [f"{sentence!r} links {found or 'nobody'} instead of {expected or 'nobody'}"] * (found != expected)
    precision, recall = right / (right + wrong), right / (right + missing)
    print(f"{len(SENTENCES)} sentences: precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= PRECISION, failures
    assert recall >= RECALL, failures
