"""Who is counted for a request, and when: by address before anything that costs, by key once it is known to be one."""

from flask import Response

from api.auth import keys
from api.context import app, g, request, settings
from api.errors import RateLimited
from api.http import sliding_window

LIMITED = "/v1/"


def by_address() -> None:
    """Count a request that shows no key; RateLimited when its address has used up its limit."""
    limited = request().path.startswith(LIMITED) and request().method != "OPTIONS"
    if settings().rate_limit_address and limited and "HTTP_AUTHORIZATION" not in request().environ:
        _take("address", _network(), settings().rate_limit_address, _cost())


def before_lookup(token: str) -> None:
    """Without the database: RateLimited for whoever guesses keys, and for a key that has used up its limit."""
    _take("refused", _network(), settings().rate_limit_address, 0)
    _take("key", _holder(token), settings().rate_limit_key, 0)


def count_refused() -> None:
    """Count a key that is not valid for the address that sent it."""
    _take("refused", _network(), settings().rate_limit_address, 1)


def by_key(token: str) -> None:
    """Count a request for its valid key."""
    _take("key", _holder(token), settings().rate_limit_key, _cost())


def tell(response: Response) -> None:
    """Say in an answer what is left of its limit."""
    verdict: sliding_window.Verdict | None = g().get("verdict")
    if verdict:
        response.headers.update(verdict.headers())


def _take(name: str, key: str, quota: int, cost: int) -> None:
    limiter: sliding_window.Limiter = app().extensions["dateline.limiter"]
    verdict = limiter.take(name, key, quota, cost)
    if verdict and (cost or not verdict.allowed):
        g().verdict = verdict
        if not verdict.allowed:
            asked = "too many keys that are not valid" if name == "refused" else f"too much for one {name}"
            raise RateLimited(f"This is {asked} in a minute; Retry-After says when to ask again.")


def _holder(token: str) -> str:
    return keys.hash_key(token).hex()


def _network() -> str:
    return sliding_window.network(request().remote_addr or "")


def _cost() -> int:
    return sliding_window.cost(request().path, list(request().args.items()))
