"""Articles generated from the Reuters-21578 texts: any number of them, recombined from their sentences."""

import html
import random
import re
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

# Articles are spread evenly over these years, the oldest first.
FIRST = datetime(2005, 1, 1, tzinfo=UTC)
LAST = datetime(2025, 1, 1, tzinfo=UTC)

_STORY = re.compile(r"<REUTERS .*?</REUTERS>", re.DOTALL)
_TITLE = re.compile(r"<TITLE>(.*?)</TITLE>", re.DOTALL)
_BODY = re.compile(r"<BODY>(.*?)</BODY>", re.DOTALL)
_PEOPLE = re.compile(r"<PEOPLE>(.*?)</PEOPLE>", re.DOTALL)
_TOPICS = re.compile(r"<TOPICS>(.*?)</TOPICS>", re.DOTALL)
_TAG = re.compile(r"<D>(.*?)</D>")
_SENTENCE_END = re.compile(r"(?<=[a-z)\"]\.)\s+(?=[A-Z\"])")


class Story(NamedTuple):
    """A text of the collection. People are written like ``reagan`` or ``paul-volcker``."""

    title: str
    sentences: list[str]
    topics: list[str]
    people: list[str]


def stories(directory: Path) -> list[Story]:
    """The texts of a directory of ``*.sgm`` that have a title and a body."""
    found: list[Story] = []
    for path in sorted(directory.glob("*.sgm")):
        for story in _STORY.findall(path.read_text(encoding="latin-1")):
            title, body = _TITLE.search(story), _BODY.search(story)
            if title and body:
                text = _plain(body[1]).removesuffix(" Reuter").removesuffix(" REUTER")
                found.append(
                    Story(_plain(title[1]), _SENTENCE_END.split(text), _tags(_TOPICS, story), _tags(_PEOPLE, story))
                )
    if not found:
        raise SystemExit(f"{directory} contains no *.sgm files of Reuters-21578")
    return found


def articles(count: int, outlets: list[str], directory: Path, seed: int = 1) -> Iterator[dict[str, Any]]:
    """``count`` articles as they are pushed: a text's title, half of its sentences, and as many of other texts."""
    chance = random.Random(seed)  # noqa: S311 - for texts, not for secrets
    texts = stories(directory)
    step = (LAST - FIRST) / count
    for number in range(count):
        story = chance.choice(texts)
        sentences = [sentence for sentence in story.sentences if chance.random() < 0.5]
        others = len(story.sentences) - len(sentences)
        sentences += [chance.choice(chance.choice(texts).sentences) for _ in range(others)]
        yield {
            "outlet": outlets[number % len(outlets)],
            "external_id": f"bench-{seed}-{number}",
            "headline": story.title,
            "body": " ".join(sentences),
            "tags": story.topics,
            "language": "en",
            "published_at": (FIRST + step * number).isoformat(),
        }


@contextmanager
def extracted(directory: Path) -> Iterator[Path]:
    """A directory with the ``*.sgm`` files of ``directory``, or with those of its ``sgml.tar.xz``."""
    with tempfile.TemporaryDirectory() as place:
        archive = directory / "sgml.tar.xz"
        if archive.exists():
            with tarfile.open(archive) as files:
                files.extractall(place, filter="data")
        yield Path(place) if archive.exists() else directory


def _tags(field: re.Pattern[str], story: str) -> list[str]:
    found = field.search(story)
    return _TAG.findall(found[1]) if found else []


def _plain(text: str) -> str:
    return " ".join(html.unescape(text).translate(_CONTROLS).split())


_CONTROLS = dict.fromkeys(range(32), " ")
