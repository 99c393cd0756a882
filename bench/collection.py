"""Judged collections in the formats of Cranfield and SMART: texts, questions, and measures of rankings."""

import re
import statistics
from collections.abc import Mapping, Sequence
from math import log2
from pathlib import Path
from typing import NamedTuple

_FIELD = re.compile(r"^\.([A-Z])\s*$", re.MULTILINE)

# The grades go from 1, a complete answer, to 4, of minimum interest; -1 stands for 5, of no interest.
GAINS = {"1": 4, "2": 3, "3": 2, "4": 1}


class Text(NamedTuple):
    """A judged text."""

    number: str
    title: str
    body: str


class Collection(NamedTuple):
    """``gains`` has the relevant texts of each question, each with its gain."""

    texts: list[Text]
    questions: list[str]
    gains: list[dict[str, int]]


def read(directory: Path) -> Collection:
    """Read the collection from a directory with cran.all.1400, cran.qry and cranqrel."""
    texts = _texts(directory / "cran.all.1400")
    questions = _questions(directory / "cran.qry")
    gains: list[dict[str, int]] = [{} for _ in questions]
    for line in (directory / "cranqrel").read_text().splitlines():
        # Questions are numbered by their order in the file, not by the number after .I.
        question, text, grade = line.split()
        if grade in GAINS:
            gains[int(question) - 1][text] = GAINS[grade]
    return Collection(texts, questions, gains)


def read_smart(directory: Path, name: str) -> Collection:
    """Read the collection from ``name``.ALL, .QRY and .REL, whose lines are "question 0 text …"; all gains are 1."""
    questions = _questions(directory / f"{name}.QRY")
    gains: list[dict[str, int]] = [{} for _ in questions]
    for line in (directory / f"{name}.REL").read_text().splitlines():
        question, _, text, *_ = line.split()
        gains[int(question) - 1][text] = 1
    return Collection(_texts(directory / f"{name}.ALL"), questions, gains)


def _texts(path: Path) -> list[Text]:
    return [
        Text(number, fields.get("T", ""), fields.get("W", "") or fields.get("T", "") or "-")
        for number, fields in _records(path)
    ]


def _questions(path: Path) -> list[str]:
    return [fields["W"] for _, fields in _records(path)]


def _records(path: Path) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    for record in re.split(r"^\.I ", path.read_text(), flags=re.MULTILINE)[1:]:
        number, _, rest = record.partition("\n")
        pieces = _FIELD.split(rest)
        found.append(
            (
                number.strip(),
                {name: " ".join(text.split()) for name, text in zip(pieces[1::2], pieces[2::2], strict=True)},
            )
        )
    return found


def measure(rankings: Sequence[Sequence[str]], gains: Sequence[Mapping[str, int]]) -> tuple[float, float]:
    """The means of nDCG@10 and of average precision over all questions."""
    pairs = [*zip(rankings, gains, strict=True)]
    return statistics.mean(ndcg(*pair) for pair in pairs), statistics.mean(average_precision(*pair) for pair in pairs)


def ndcg(ranking: Sequence[str], gains: Mapping[str, int], depth: int = 10) -> float:
    """nDCG: the discounted gain of the first texts of a ranking, divided by the best possible one."""
    ideal = sum(gain / log2(place + 2) for place, gain in enumerate(sorted(gains.values(), reverse=True)[:depth]))
    gained = sum(gains.get(text, 0) / log2(place + 2) for place, text in enumerate(ranking[:depth]))
    return gained / ideal if ideal else 0.0


def average_precision(ranking: Sequence[str], gains: Mapping[str, int]) -> float:
    """The mean of the precision at each relevant text; a text that is not found counts as 0."""
    found, total = 0, 0.0
    for place, text in enumerate(ranking, 1):
        if text in gains:
            found += 1
            total += found / place
    return total / len(gains) if gains else 0.0
