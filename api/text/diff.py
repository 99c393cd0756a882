"""Compares two versions of an article: fields by name, texts word by word. Pure."""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

# Fields that change with every version or that the outlet does not set.
TECHNICAL = ("id", "external_id", "created_at", "updated_at", "version")
TEXTS = ("headline", "standfirst", "body", "body_html")
# Texts with more characters together are compared by paragraphs, to keep the time proportional to their length.
MAX_BY_WORDS = 20_000

_WORDS = re.compile(r"\s+|[^\s]+")
_PARAGRAPHS = re.compile(r"[^\n]*\n*")


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the fields that differ, each with its value ``before`` and ``after``, texts also with their ``parts``.

    The ``kind`` of a part is ``same``, ``removed`` or ``added``. The same and removed parts make up the text before,
    the same and added ones the text after.
    """
    changed = [name for name in after if name not in TECHNICAL and before.get(name) != after[name]]
    return [
        {
            "field": name,
            "before": before.get(name),
            "after": after[name],
            **({"parts": split_parts(before.get(name) or "", after[name] or "")} if name in TEXTS else {}),
        }
        for name in changed
    ]


def split_parts(before: str, after: str) -> list[dict[str, str]]:
    """Split two texts into their common and different parts."""
    pattern = _WORDS if len(before) + len(after) <= MAX_BY_WORDS else _PARAGRAPHS
    old, new = ([piece for piece in pattern.findall(text) if piece] for text in (before, after))
    result: list[dict[str, str]] = []
    for tag, old_begin, old_end, new_begin, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            result.append({"kind": "same", "text": "".join(old[old_begin:old_end])})
            continue
        for kind, text in (("removed", old[old_begin:old_end]), ("added", new[new_begin:new_end])):
            if text:
                result.append({"kind": kind, "text": "".join(text)})
    return result
