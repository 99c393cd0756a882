"""Resolves the outlet, tags and people that a record names."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import uuid5

from api.commands.article_content import read_content
from api.commands.article_options import Options
from api.commands.catalogue import Catalogue, Named
from api.errors import InputError, invalid_input
from api.model.types import Record
from api.text.folding import letters, spell_out
from api.text.slugs import make_slug

_COPIED = ("tags", "people", "embargoed_until", "status", "reason")


def resolve(names: Catalogue, record: Record, options: Options) -> Record:
    """Return the record with the id of its article, its content and its outlet.

    Raises InvalidInput for names that are ambiguous, or unknown and not to be created.
    """
    outlet = names.outlet(record["outlet"], record.get("outlet_name"))
    if outlet is None:
        raise invalid_input(InputError(f"No outlet has the slug {record['outlet']!r}.", path=("outlet",)))
    tags = [names.tags_named(text) for text in record.get("tags", ())]
    people = [names.people_named(text) for text in record.get("people", ())]
    errors = [
        *_errors("tag", "tags", record, tags, names.tags, options),
        *_errors("person", "people", record, people, names.people, options),
    ]
    if errors:
        raise invalid_input(*errors)
    content = read_content(record, outlet.language)
    return {
        "id": uuid5(outlet.uuid, content["external_id"]),
        "outlet_id": outlet.id,
        "outlet": outlet.copy(),
        "content": content,
        **{field: record[field] for field in _COPIED if field in record},
    }


def named_ids(names: Catalogue, record: Record) -> tuple[set[int], set[int]]:
    """The ids of the tags and of the people that the record names."""
    tags = (names.tags_named(text) for text in record.get("tags", ()))
    people = (names.people_named(text) for text in record.get("people", ()))
    return set().union(*tags), set().union(*people)


def _errors(
    kind: str,
    field: str,
    record: Record,
    resolved: Sequence[frozenset[int]],
    entities: Mapping[int, Named],
    options: Options,
) -> Iterator[InputError]:
    for index, ids in enumerate(resolved):
        text = record[field][index]
        if len(ids) > 1:
            slugs = ", ".join(sorted(entities[id].slug for id in ids))
            yield InputError(f"More than one {kind} has the name {text!r}. Use a slug: {slugs}.", path=(field, index))
        elif not ids and (refusal := _refusal(field, text, options)) is not None:
            yield InputError(f"No {kind} has the slug or name {text!r}{refusal}.", path=(field, index))


def _refusal(field: str, text: str, options: Options) -> str | None:
    """Why an unknown name does not become an entity, as the end of a sentence; None if it does."""
    if field not in options.create:
        return f". Send the parameter create={field} to create it"
    count = len(letters(spell_out(text) if field == "tags" else text))
    if not count or not make_slug(text):
        return ", and a name without letters and digits cannot be created"
    if count == 1 and field not in options.create_one_letter:
        return ", and a name with only one letter or digit cannot be created"
    if options.too_many_unconfirmed:
        return ", and no more can be created until an editor has confirmed or deleted those that your outlets created"
    return None
