"""What editors decide about candidates: a new person, an alias of a known one, or neither."""

from api.commands import catalogue, change_log, entity_edits, person_candidates
from api.commands.entities import EditResult
from api.commands.entity_kinds import PERSON
from api.commands.entity_merge import MAX_NAMES
from api.errors import Conflict, Gone, InputError, NotFound, invalid_input
from api.model.types import Record
from api.postgres.connection import Connection
from api.text.folding import name_key


def accept(connection: Connection, candidate: str, record: Record) -> EditResult:
    """Create the person of a candidate, with the fields of ``record``, and queue the job that links articles.

    Raises NotFound, and Conflict as ``entity_edits.create`` does.
    """
    catalogue.lock(connection)
    names = _names(connection, candidate)
    filled = {"name": names[0], **record}
    if "aliases" not in record:
        filled["aliases"] = _others(names, [filled["name"]])
    result = entity_edits.create(connection, PERSON, filled)
    person_candidates.forget_named(connection, names)
    return result


def merge(connection: Connection, candidate: str, into: str, *, variants: bool) -> EditResult:
    """Make the name of a candidate an alias of a person, and its variants too, and queue the job that links articles.

    Raises NotFound, InvalidInput if ``into`` is not a person, and Conflict if they have too many names then.
    """
    catalogue.lock(connection)
    names = _names(connection, candidate)
    try:
        entity_edits.find(connection, PERSON, into)
    except (NotFound, Gone, Conflict) as problem:
        raise invalid_input(InputError(problem.detail, path=("into",))) from None

    def with_aliases(person: Record) -> Record:
        added = _others(names if variants else names[:1], [person["name"], *person["aliases"]])
        if len(person["aliases"]) + len(added) > MAX_NAMES:
            raise Conflict(f"The person would have more than {MAX_NAMES} aliases. Remove some first.")
        return {**person, "aliases": [*person["aliases"], *added]}

    result = entity_edits.update(connection, PERSON, into, with_aliases)
    person_candidates.forget_named(connection, names)
    return result


def set_rejected(connection: Connection, candidate: str, *, rejected: bool) -> None:
    """Reject a candidate for good, or propose it again. Raises NotFound."""
    person_candidates.lock(connection)
    _names(connection, candidate)
    person_candidates.reject(connection, candidate, rejected=rejected)
    # As with all writes, no key is revoked between the check of it and the commit.
    change_log.lock(connection)


def _names(connection: Connection, candidate: str) -> list[str]:
    """The name of a candidate and its variants."""
    row = connection.execute(
        "select name, variants from person_candidates where id = %(id)s for update", {"id": candidate}
    ).fetchone()
    if row is None:
        raise NotFound(f"No candidate has the id {candidate}.")
    return [row["name"], *row["variants"]]


def _others(names: list[str], taken: list[str]) -> list[str]:
    """The names that do not only spell one of ``taken`` or an earlier one differently."""
    keys = {name_key(name) for name in taken}
    others: list[str] = []
    for name in names:
        if name_key(name) not in keys:
            keys.add(name_key(name))
            others.append(name)
    return others
