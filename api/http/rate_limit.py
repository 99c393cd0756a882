"""Rate limits of requests: by IP address before anything that costs, by API key once the key is known."""

from flask import Response

from api.auth import keys
from api.context import app, g, request, settings
from api.errors import RateLimited
from api.http import sliding_window

# The paths that are limited.
LIMITED = "/v1/"


def count_address() -> None:
    """Count a request without a key for its IP address. Raises RateLimited if the address has reached its limit."""
    limited = request().path.startswith(LIMITED) and request().method != "OPTIONS"
    if settings().rate_limit_address and limited and "HTTP_AUTHORIZATION" not in request().environ:
        _take("address", _network(), settings().rate_limit_address, _cost())


def check_key(token: str) -> None:
    """Raise RateLimited if the address sent too many invalid keys, or the key has reached its limit.

    Counts nothing and needs no database.
    """
    _take("refused", _network(), settings().rate_limit_address, 0)
    _take("key", _hashed(token), settings().rate_limit_key, 0)


def count_invalid_key() -> None:
    """Count an invalid key for the IP address that sent it."""
    _take("refused", _network(), settings().rate_limit_address, 1)


def count_key(token: str) -> None:
    """Count a request for its valid key. Raises RateLimited if the key has reached its limit."""
    _take("key", _hashed(token), settings().rate_limit_key, _cost())


def add_headers(response: Response) -> None:
    """Add what is left of the request's limit to its response."""
    verdict: sliding_window.Verdict | None = g().get("verdict")
    if verdict:
        response.headers.update(verdict.headers())


def _take(name: str, key: str, quota: int, cost: int) -> None:
    limiter: sliding_window.Limiter = app().extensions["dateline.limiter"]
    verdict = limiter.take(name, key, quota, cost)
    if verdict and (cost or not verdict.allowed):
        g().verdict = verdict
        if not verdict.allowed:
            exceeded = "Too many invalid API keys" if name == "refused" else f"Too many requests for one {_NAMES[name]}"
            raise RateLimited(f"{exceeded} within a minute. Retry after the number of seconds in Retry-After.")


_NAMES = {"address": "IP address", "key": "API key"}


def _hashed(token: str) -> str:
    return keys.hash_key(token).hex()


def _network() -> str:
    return sliding_window.network(request().remote_addr or "")


def _cost() -> int:
    return sliding_window.cost(request().path, list(request().args.items()))
