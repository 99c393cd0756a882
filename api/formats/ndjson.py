"""Reads newline-delimited JSON. Each line is an outlet, tag, person or article by its ``type``, an article without one.

Exports have further types of lines, which make a copy of an archive complete.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from api.errors import InvalidInput, MalformedRequest, spelled
from api.formats.body_html import with_clean_html
from api.formats.mistakes import FileMistake, Report, raise_mistake
from api.formats.strict_json import parse
from api.text.slugs import make_slug, mixed_scripts
from schemas import archived
from schemas.messages import flattened

SCHEMAS: dict[str, Any] = {
    "outlet": archived.ArchivedOutlet(),
    "tag": archived.ArchivedTag(),
    "person": archived.ArchivedPerson(),
    "article": archived.ArchivedArticle(),
    "redirect": archived.Redirect(),
    "erased": archived.ErasedArticle(),
    "version": archived.ArchivedVersion(),
    "rejection": archived.Rejection(),
    "position": archived.Position(),
}
PUSHED_TYPES = ("outlet", "tag", "person", "article")
MAX_LINE_BYTES = 8 * 1024 * 1024


class NdjsonError(FileMistake):
    """A line that is not a record."""


class _BadLine(ValueError):
    """A line that is not a record, with everything that is wrong with it."""

    def __init__(self, *details: str) -> None:
        super().__init__()
        self.details: Sequence[str] = details


def check(path: Path, report: Report = raise_mistake) -> int:
    """Report each NdjsonError of a file. Returns the number of records. Stores nothing."""
    return sum(1 for _ in records(path, report))


def records(path: Path, report: Report = raise_mistake) -> Iterator[tuple[str, dict[str, Any]]]:
    """The type and record of each line, one at a time. Empty lines are skipped; others are reported."""
    empty = True
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            empty = empty and not line.strip()
            try:
                if len(line) > MAX_LINE_BYTES:
                    while line and not line.endswith(b"\n"):
                        line = file.readline(MAX_LINE_BYTES)
                    raise _BadLine(f"expected a line of at most {MAX_LINE_BYTES:,} bytes")
                record = _record(number, line) if line.strip() else None
            except _BadLine as bad:
                for detail in bad.details:
                    report(NdjsonError(path, number, detail))
            else:
                if record:
                    yield record
    if empty:
        report(NdjsonError(path, 1, "expected at least one record, found an empty file"))


def _record(number: int, line: bytes) -> tuple[str, dict[str, Any]]:
    try:
        content = parse(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
    except (MalformedRequest, InvalidInput) as problem:
        raise _BadLine(problem.detail) from None
    if not isinstance(content, dict):
        raise _BadLine("expected an object in braces")
    kind = content.pop("type", "article")
    if not isinstance(kind, str) or kind not in SCHEMAS:
        raise _BadLine(f"expected a type of {', '.join(PUSHED_TYPES)}, found {str(kind)[:100]!r}")
    try:
        record = SCHEMAS[kind].load(content)
        check_names(record)
    except ValidationError as error:
        found = flattened(error.normalized_messages())
        raise _BadLine(*(f"{spelled(where) or 'the record'} {detail}" for where, detail in found)) from None
    try:
        return kind, with_clean_html(record)
    except InvalidInput as problem:
        raise _BadLine(problem.detail) from None


def check_names(record: dict[str, Any]) -> None:
    """Raise ValidationError if no slug can be made of a name that needs one, or the slug mixes scripts."""
    if "name" in record and "slug" not in record and not make_slug(record["name"]):
        raise ValidationError({"name": ["has no letter or digit from which to make a slug; send a slug as well"]})
    if detail := mixed_scripts(record.get("slug", "")):
        raise ValidationError({"slug": [detail]})
    wrong = {
        field: {
            index: ["has no letter or digit from which to make a slug"]
            for index, text in enumerate(record.get(field, ()))
            if not make_slug(text)
        }
        for field in ("tags", "people")
    }
    if any(wrong.values()):
        raise ValidationError({field: found for field, found in wrong.items() if found})


def group_records(path: Path) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """Yield runs of consecutive records of the same type, each with its type."""
    for kind, run in groupby(records(path), key=itemgetter(0)):
        yield kind, (record for _, record in run)
