"""Newline-delimited JSON: an outlet, tag, person or article a line, as ``type`` says (an article when it is absent).

An export has further types: what else makes an archive the same as another.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from api.errors import InvalidInput, MalformedRequest
from api.formats.strict_json import parse
from api.text.folding import make_slug
from schemas import archived
from schemas.messages import flattened, pointer

SCHEMAS: dict[str, Any] = {
    "outlet": archived.ArchivedOutlet(),
    "tag": archived.ArchivedTag(),
    "person": archived.ArchivedPerson(),
    "article": archived.ArchivedArticle(),
    "redirect": archived.Redirect(),
    "erased": archived.ErasedArticle(),
    "version": archived.ArchivedVersion(),
    "position": archived.Position(),
}
PUSHED = ("outlet", "tag", "person", "article")
LONGEST_LINE = 8 * 1024 * 1024


class NdjsonError(ValueError):
    """A line that is no record; the text says where, and what is wrong with it."""

    def __init__(self, path: Path, line: int, detail: str) -> None:
        # It is shown at a terminal, and may quote the file.
        shown = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in detail)
        super().__init__(f"{path}:{line}: {shown}")


def check(path: Path) -> int:
    """How many records the file has; NdjsonError when any of it is malformed. Stores nothing."""
    return sum(1 for _ in records(path))


def records(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each line's type and record, one at a time; raises NdjsonError. Empty lines are passed over."""
    empty = True
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE:
                raise NdjsonError(path, number, f"expected a line of at most {LONGEST_LINE:,} bytes")
            if line.strip():
                empty = False
                yield _record(path, number, line)
    if empty:
        raise NdjsonError(path, 1, "expected a record a line, found an empty file")


def _record(path: Path, number: int, line: bytes) -> tuple[str, dict[str, Any]]:
    try:
        content = parse(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
    except (MalformedRequest, InvalidInput) as problem:
        raise NdjsonError(path, number, problem.detail) from None
    if not isinstance(content, dict):
        raise NdjsonError(path, number, "expected an object in braces")
    kind = content.pop("type", "article")
    if not isinstance(kind, str) or kind not in SCHEMAS:
        raise NdjsonError(path, number, f"expected a type of {', '.join(PUSHED)}, found {str(kind)[:100]!r}")
    try:
        record = SCHEMAS[kind].load(content)
        refuse_nameless(kind, record)
        return kind, record
    except ValidationError as error:
        where, detail = flattened(error.normalized_messages())[0]
        raise NdjsonError(path, number, f"{pointer(where) or 'the record'} {detail}") from None


def refuse_nameless(kind: str, record: dict[str, Any]) -> None:
    """Refuse a name of which no slug can be made, where it would have to be."""
    if "name" in record and "slug" not in record and not make_slug(record["name"]):
        raise ValidationError({"name": ["has no letter or digit of which a slug could be made; give a slug"]})
    for field in ("tags", "people"):
        for index, text in enumerate(record.get(field, ())):
            if not make_slug(text):
                raise ValidationError({field: {index: ["has no letter or digit of which a slug could be made"]}})


def grouped(path: Path) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """The records of ``records`` in runs of one type, each with that type."""
    for kind, run in groupby(records(path), key=itemgetter(0)):
        yield kind, (record for _, record in run)
