"""Compares two versions of an article: fields by name, texts by paragraphs and words. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from api.text.edit_script import Block, changed_blocks

# Fields that change with every version or that the outlet does not set.
TECHNICAL = ("id", "external_id", "created_at", "updated_at", "version")
TEXTS = ("headline", "standfirst", "body", "body_html")
MAX_STEPS = 100_000
"""The work for one comparison of two versions, in words and paragraphs to compare. Takes some hundredths of a second
and, besides copies of the texts, less than 15 MB. What is left over is shown as a whole."""
MAX_SHOWN = 100_000
"""The number of characters of two texts up to which both are shown beside their parts."""
MAX_TEXT = 8 * 1024 * 1024
"""The number of characters of the texts in one comparison. Further ones are left out."""
WORDS, PARAGRAPHS, TEXT, NONE = ("words", "paragraphs", "text", "none")

_WORDS = re.compile(r"\s+|\S+")
_PARAGRAPHS = re.compile(r"[^\n]*\n+|[^\n]+")

Part = dict[str, str]


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the fields that differ, each with its value ``before`` and ``after``, texts with their ``parts``.

    The ``kind`` of a part is ``same``, ``removed`` or ``added``. The same and removed parts make up the text before,
    the same and added ones the text after. The values of long texts are only in their parts, and ``granularity`` says
    by what they were compared.
    """
    steps, room = MAX_STEPS, MAX_TEXT
    changes: list[dict[str, Any]] = []
    for name in after:
        if name in TECHNICAL or before.get(name) == after[name]:
            continue
        values = {"before": before.get(name), "after": after[name]}
        if name not in TEXTS:
            changes.append({"field": name, **values})
            continue
        old, new = before.get(name) or "", after[name] or ""
        length = len(old) + len(new)
        if length > room:
            changes.append({"field": name, "granularity": NONE})
            continue
        room -= length
        parts, granularity, steps = split_parts(old, new, steps)
        shown = values if length <= MAX_SHOWN else {}
        changes.append({"field": name, **shown, "granularity": granularity, "parts": parts})
    return changes


def split_parts(before: str, after: str, steps: int = MAX_STEPS) -> tuple[list[Part], str, int]:
    """Split two texts into their common and different parts. Returns these, their granularity and the steps left."""
    begin, old, new, end = _without_common_ends(before, after, "\n")
    # A paragraph takes as long as several words.
    cost = 4 * (old.count("\n") + new.count("\n") + 2)
    if cost > steps:
        return _joined([("same", begin), ("removed", old), ("added", new), ("same", end)]), TEXT, steps
    old_paragraphs, new_paragraphs = _PARAGRAPHS.findall(old), _PARAGRAPHS.findall(new)
    steps -= cost
    # Half of the steps are left for words.
    found, left = changed_blocks(old_paragraphs, new_paragraphs, steps // 2)
    steps += left - steps // 2
    blocks = _paired([(0, len(old_paragraphs), 0, len(new_paragraphs))] if found is None else found)
    texts = [
        ("".join(old_paragraphs[old_begin:old_end]), "".join(new_paragraphs[new_begin:new_end]))
        for old_begin, old_end, new_begin, new_end in blocks
    ]
    changed: dict[int, list[tuple[str, str]]] = {}
    granularity = WORDS
    # Short ones first, as many of them take as many steps as one long one.
    for index in sorted(range(len(texts)), key=lambda index: sum(map(len, texts[index]))):
        by_words, steps = _by_words(*texts[index], steps)
        if by_words is None:
            granularity = TEXT if found is None and len(blocks) == 1 else PARAGRAPHS
        changed[index] = by_words or list(zip(("removed", "added"), texts[index], strict=True))
    parts: list[tuple[str, str]] = [("same", begin)]
    position = 0
    for index, (old_begin, old_end, _, _) in enumerate(blocks):
        parts += [("same", "".join(old_paragraphs[position:old_begin])), *changed[index]]
        position = old_end
    parts += [("same", "".join(old_paragraphs[position:])), ("same", end)]
    return _joined(parts), granularity, steps


def _by_words(before: str, after: str, steps: int) -> tuple[list[tuple[str, str]] | None, int]:
    """The parts of two texts that were compared by words, None if that takes too many steps; and the steps left."""
    begin, before, after, end = _without_common_ends(before, after, " ")
    if not before or not after:
        return [("same", begin), ("removed", before), ("added", after), ("same", end)], steps
    if len(before) + len(after) > steps:
        return None, steps
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    blocks, steps = changed_blocks(old, new, steps - len(old) - len(new))
    if blocks is None:
        return None, steps
    parts: list[tuple[str, str]] = [("same", begin)]
    position = 0
    for old_begin, old_end, new_begin, new_end in blocks:
        parts.append(("same", "".join(old[position:old_begin])))
        parts.append(("removed", "".join(old[old_begin:old_end])))
        parts.append(("added", "".join(new[new_begin:new_end])))
        position = old_end
    return [*parts, ("same", "".join(old[position:])), ("same", end)], steps


def _paired(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, those that replace as many paragraphs as they remove one paragraph each."""
    return [
        pair
        for old_begin, old_end, new_begin, new_end in blocks
        for pair in (
            [(old_begin + n, old_begin + n + 1, new_begin + n, new_begin + n + 1) for n in range(old_end - old_begin)]
            if old_end - old_begin == new_end - new_begin
            else [(old_begin, old_end, new_begin, new_end)]
        )
    ]


def _joined(parts: Sequence[tuple[str, str]]) -> list[Part]:
    """The parts that are not empty, adjacent ones of a kind as one, removed before added."""
    joined: list[tuple[str, list[str]]] = []
    for kind, text in parts:
        if not text:
            continue
        if joined and joined[-1][0] == kind:
            joined[-1][1].append(text)
        elif kind == "removed" and len(joined) > 1 and joined[-1][0] == "added" and joined[-2][0] == "removed":
            joined[-2][1].append(text)
        else:
            joined.append((kind, [text]))
    return [{"kind": kind, "text": "".join(texts)} for kind, texts in joined]


def _without_common_ends(before: str, after: str, border: str) -> tuple[str, str, str, str]:
    """The common beginning of two texts, what differs in each, and the common end, cut where the border is."""
    begin = before.rfind(border, 0, _common_length(before, after)) + 1 if before != after else len(before)
    old, new = before[begin:], after[begin:]
    length = _common_length(old, new, from_end=True)
    border_at = old.find(border, len(old) - length)
    length = len(old) - border_at if border_at >= 0 else 0
    return before[:begin], old[: len(old) - length], new[: len(new) - length], old[len(old) - length :]


def _common_length(one: str, other: str, *, from_end: bool = False) -> int:
    """The number of characters with which both texts begin or end."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if from_end:
            # What is known to be equal already is not compared again.
            equal = one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]
        else:
            equal = one[low:middle] == other[low:middle]
        low, high = (middle, high) if equal else (low, middle - 1)
    return low
