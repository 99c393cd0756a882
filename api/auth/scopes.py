"""What a key may do, decided here for every request. Pure: knows no database and no request.

| scope   | allows                                                                   |
|---------|--------------------------------------------------------------------------|
| `read`  | reading, where reads are not open to everyone; every other scope does too |
| `write` | pushing, changing and withdrawing articles of the key's own outlets      |
| `edit`  | changing tags, people and outlets, and creating those that a push names  |
| `admin` | all of that for every outlet, erasing articles, and managing keys        |
"""

from dataclasses import dataclass

from api.errors import Forbidden, Unauthorized

# What every key may, and nobody without one.
ANY = "any"


@dataclass(frozen=True)
class Key:
    """Who asks: what the key may do, and for which outlets (slugs, those of earlier times included).

    ``only_outlet`` is the slug of today when there is but one.
    """

    id: int
    prefix: str
    scopes: frozenset[str]
    outlets: frozenset[str]
    only_outlet: str | None


def allowed(key: Key | None, scope: str, outlet: str | None = None) -> bool:
    """Whether a key has this scope, and for this outlet if the action is one on an outlet's articles."""
    if key is None:
        return False
    if scope in ("read", ANY) or "admin" in key.scopes:
        return True
    return scope in key.scopes and (outlet is None or outlet in key.outlets)


def demand(key: Key | None, scope: str, outlet: str | None = None) -> None:
    """Raise Unauthorized without a key, and Forbidden with the reason for one that is not ``allowed``."""
    if key is None:
        raise Unauthorized("This needs a key; send it as Authorization: Bearer dl_…")
    if not allowed(key, scope):
        raise Forbidden(f"This needs a key with the scope {scope}; yours has {', '.join(sorted(key.scopes))}.")
    if not allowed(key, scope, outlet):
        raise Forbidden(f"This key does not write for the outlet {outlet!r}.")


def seen_alone(key: Key | None) -> list[str] | None:
    """The outlets whose embargoed articles a key sees: those that it writes for, None for all."""
    if allowed(key, "admin"):
        return None
    return sorted(key.outlets) if key and allowed(key, "write") else []
