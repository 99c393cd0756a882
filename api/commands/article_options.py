"""How records of articles are stored."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """How records are stored."""

    add_tags: bool = False
    """Add the tags of a record to those of earlier pushes, instead of replacing them."""
    keep_existing: bool = False
    """Leave articles that exist as they are."""
    create: Collection[str] = ()
    """The kinds of entities to create, ``tags`` or ``people``, if a record that is stored names an unknown one."""
    create_one_letter: Collection[str] = ("tags", "people")
    """Those of them that may have a name with only one letter or digit."""
    linked_outlets: frozenset[int] | None = None
    """Create unconfirmed entities, whose names link only the texts of these outlets (ids); None: confirmed ones."""
    too_many_unconfirmed: bool = False
    """Refuse to create entities, because too many are unconfirmed."""
    expected_etags: frozenset[str] | None = None
    """Refuse a record with PreconditionFailed unless its article has one of these entity tags; ``*`` allows any."""
    only_new: bool = False
    """Refuse a record with PreconditionFailed if its article exists."""


DEFAULTS = Options()
