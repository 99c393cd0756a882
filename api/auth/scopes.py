"""Decides what an API key permits. Pure: knows no database and no request.

| scope   | permits                                                                          |
|---------|----------------------------------------------------------------------------------|
| `read`  | reading, if the archive does not allow it without a key; included in other scopes |
| `write` | pushing, changing and withdrawing articles of the outlets of the key             |
| `edit`  | changing tags, people and outlets, and creating those that a push names          |
| `admin` | all of this for every outlet, purging articles, and managing keys                |
"""

from dataclasses import dataclass

from api.errors import Forbidden, Unauthorized

# Permitted to every key, but not without one.
ANY = "any"


@dataclass(frozen=True)
class Key:
    """The key of a request, with its scopes and the current and retired slugs of its outlets.

    ``only_outlet`` is the current slug of its outlet if the key has exactly one.
    """

    id: int
    prefix: str
    scopes: frozenset[str]
    outlets: frozenset[str]
    only_outlet: str | None
    outlet_ids: frozenset[int]


def is_allowed(key: Key | None, scope: str, outlet: str | None = None) -> bool:
    """Whether a key has this scope, for this outlet if one is given."""
    if key is None:
        return False
    if scope in ("read", ANY) or "admin" in key.scopes:
        return True
    return scope in key.scopes and (outlet is None or outlet in key.outlets)


def require(key: Key | None, scope: str, outlet: str | None = None) -> None:
    """Raise Unauthorized without a key, and Forbidden for a key that does not permit this."""
    if key is None:
        raise Unauthorized("This request needs an API key. Send it as Authorization: Bearer dl_…")
    if not is_allowed(key, scope):
        scopes = ", ".join(sorted(key.scopes))
        raise Forbidden(f"This request needs a key with the scope {scope}. Your key has: {scopes}.")
    if not is_allowed(key, scope, outlet):
        raise Forbidden(f"This key does not permit writing for the outlet {outlet!r}.")


def outlets_with_embargoes(key: Key | None) -> list[str] | None:
    """The outlets whose embargoed articles a key may read: those that it writes for, or None for all."""
    if is_allowed(key, "admin"):
        return None
    return sorted(key.outlets) if key and is_allowed(key, "write") else []
