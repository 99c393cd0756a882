"""The time and memory that an index of 100,000 people with three names each takes, and how fast it links texts."""

import random
import time
from pathlib import Path

from api.text.gazetteer import Gazetteer, Person, Tag

PEOPLE, TAGS, TEXTS = 100_000, 5_000, 800
PAGE = 4096


def _word(chance: random.Random) -> str:
    return "".join(
        chance.choice("bcdfghjklmnprstvwz") + chance.choice("aeiou") + chance.choice(["", "n", "r", "l", "s", "t"])
        for _ in range(chance.randint(1, 3))
    )


def _people(chance: random.Random) -> list[Person]:
    given = [_word(chance).title() for _ in range(3_000)]
    family = [_word(chance).title() for _ in range(30_000)]
    people: list[Person] = []
    for number in range(PEOPLE):
        first, middle, last = chance.choice(given), chance.choice(given), chance.choice(family)
        aliases = (f"{first} {middle} {last}", f"{first[0]}. {last}-{chance.choice(family)}")
        people.append(Person(number, f"{first} {last}", aliases))
    return people


def _text(chance: random.Random, vocabulary: list[str], people: list[Person]) -> str:
    sentences: list[str] = []
    for _ in range(25):
        found = [chance.choice(vocabulary) for _ in range(chance.randint(8, 22))]
        if chance.random() < 0.5:
            found[chance.randrange(len(found))] = chance.choice(people).name
        sentences.append(f"The {' '.join(found)}.")
    return " ".join(sentences)


def _memory() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def main() -> None:
    """Print the figures."""
    chance = random.Random(7)  # noqa: S311 -- for generated texts, not for secrets
    people = _people(chance)
    tags = [Tag(number, (f"{_word(chance)} {_word(chance)}",)) for number in range(TAGS)]
    vocabulary = ["the", "of", "and", "to", "in", "is", "that", "for", "was", "with", "said", "will", "not"] * 50
    vocabulary += [_word(chance) for _ in range(5_000)]
    texts = [_text(chance, vocabulary, people) for _ in range(TEXTS)]
    memory, began = _memory(), time.process_time()
    gazetteer = Gazetteer(people, tags)
    print(f"built in {time.process_time() - began:.2f} s, {(_memory() - memory) / 1e6:.0f} MB")
    began = time.process_time()
    for text in texts:
        gazetteer.find(None, None, text)
    size = sum(len(text.encode()) for text in texts) / 1e6
    print(f"linked {size / (time.process_time() - began):.1f} MB/s")


if __name__ == "__main__":
    main()
