"""What changed from one version of an article to the next: fields by name, texts word by word. Pure."""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

# Fields that change with every version, or say nothing of what the outlet changed.
TECHNICAL = ("id", "external_id", "created_at", "updated_at", "version")
TEXTS = ("headline", "standfirst", "body", "body_html")
# Longer texts are compared by paragraphs, which takes time in proportion to them.
WORD_BY_WORD = 20_000

_WORDS = re.compile(r"\s+|[^\s]+")
_PARAGRAPHS = re.compile(r"[^\n]*\n*")


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The fields that differ, each with its value ``before`` and ``after``; texts also in ``parts``.

    A part is a piece of text that is the ``same`` in both, was ``removed`` or was ``added``; put together, those that
    are not added are the text before, and those that are not removed the text after.
    """
    changed = [name for name in after if name not in TECHNICAL and before.get(name) != after[name]]
    return [
        {
            "field": name,
            "before": before.get(name),
            "after": after[name],
            **({"parts": parts(before.get(name) or "", after[name] or "")} if name in TEXTS else {}),
        }
        for name in changed
    ]


def parts(before: str, after: str) -> list[dict[str, str]]:
    """How one text becomes the other."""
    pieces = _WORDS if len(before) + len(after) <= WORD_BY_WORD else _PARAGRAPHS
    old, new = ([piece for piece in pieces.findall(text) if piece] for text in (before, after))
    found: list[dict[str, str]] = []
    for tag, old_begin, old_end, new_begin, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append({"kind": "same", "text": "".join(old[old_begin:old_end])})
            continue
        for kind, text in (("removed", old[old_begin:old_end]), ("added", new[new_begin:new_end])):
            if text:
                found.append({"kind": kind, "text": "".join(text)})
    return found
