"""Counters for rate limits over a sliding window of one minute, in memory or in Redis. Knows no request.

The previous minute counts with the part of it that lies within the last 60 seconds. Rejected requests do not count.
The memory store of `limits`, which Flask-Limiter uses, iterates over all its keys every hundredth of a second: with
100,000 IP addresses, that took 1.1 ms of CPU time per request.
"""

import ipaddress
import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

WINDOW = 60
REDIS_SECONDS = 0.25
# The seconds without counting after Redis failed, so that not every request waits for it.
PAUSE = 5.0
# The additional cost of a path by its last part, and of parameters.
PATHS = {"timeline": 5, "batch": 10}
PARAMETERS = {"q": 1, "facets": 2, "explain": 2}
EXACT = 4

log = logging.getLogger("dateline")


@dataclass(frozen=True)
class Verdict:
    """Whether a request is allowed, what is left of its limit, and the seconds until the limit is reset."""

    name: str
    quota: int
    allowed: bool
    left: int
    seconds: int

    def headers(self) -> dict[str, str]:
        """The headers of draft-ietf-httpapi-ratelimit-headers-10, and Retry-After if the request is rejected."""
        headers = {
            "RateLimit-Policy": f'"{self.name}";q={self.quota};w={WINDOW}',
            "RateLimit": f'"{self.name}";r={self.left};t={self.seconds}',
        }
        return headers if self.allowed else {**headers, "Retry-After": str(self.seconds)}


class Store(Protocol):
    """Counts by key and minute."""

    def add(self, key: str, minute: int, cost: int) -> tuple[int, int]:
        """Add ``cost`` to a minute. Return the counts of the previous minute and of this one before the addition."""
        ...


class Memory:
    """Counts of this process, for the current and the previous minute."""

    def __init__(self) -> None:
        self._minute = 0
        self._before: dict[str, int] = {}
        self._current: dict[str, int] = {}

    def add(self, key: str, minute: int, cost: int) -> tuple[int, int]:
        if minute != self._minute:
            self._before = self._current if minute == self._minute + 1 else {}
            self._minute, self._current = minute, {}
        counted = self._current.get(key, 0)
        if cost:
            self._current[key] = counted + cost
        return self._before.get(key, 0), counted


class Redis:
    """Counts that several processes and servers share, with one round trip per request."""

    def __init__(self, url: str) -> None:
        import redis  # only where it is used

        self._client = redis.Redis.from_url(
            url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS, retry=None
        )

    def add(self, key: str, minute: int, cost: int) -> tuple[int, int]:
        earlier, now = (f"dateline:limit:{key}:{each}" for each in (minute - 1, minute))
        if not cost:
            before, counted = self._client.mget(earlier, now)
            return int(before or 0), int(counted or 0)
        pipeline = self._client.pipeline(transaction=False)
        pipeline.get(earlier)
        pipeline.incrby(now, cost)
        pipeline.expire(now, 2 * WINDOW)
        before, counted, _ = pipeline.execute()
        return int(before or 0), counted - cost


class Limiter:
    """Decides which requests are allowed. If the store fails, all are."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store, self._clock = store, clock
        self._lock = threading.Lock() if isinstance(store, Memory) else None
        self._suspended_until = -math.inf

    def take(self, name: str, key: str, quota: int, cost: int = 1) -> Verdict | None:
        """Count ``cost`` for ``key`` if its quota allows; 0 counts nothing. None without a quota or a store."""
        if not quota or self._clock() < self._suspended_until:
            return None
        try:
            if self._lock:
                with self._lock:
                    return self._take(name, key, quota, cost)
            return self._take(name, key, quota, cost)
        except Exception as error:  # a library's own kinds; reads must not depend on it
            self._suspended_until = self._clock() + PAUSE
            log.warning("rate limits are suspended, as their store is unavailable: %s", type(error).__name__)
            return None

    def _take(self, name: str, key: str, quota: int, cost: int) -> Verdict:
        needed = min(max(cost, 1), quota)
        minute, second = divmod(self._clock(), WINDOW)
        before, counted = self._store.add(f"{name}:{key}", int(minute), needed if cost else 0)
        rest = 1 - second / WINDOW
        used = counted + before * rest
        if used + needed <= quota:
            left = quota - used - (needed if cost else 0)
            return Verdict(name, quota, True, math.floor(left), math.ceil(WINDOW - second))
        if cost:
            self._store.add(f"{name}:{key}", int(minute), -needed)
        wait = _wait(before, counted, quota - needed, second)
        return Verdict(name, quota, False, max(0, math.floor(quota - used)), max(1, math.ceil(wait)))


def _wait(before: int, counted: int, room: int, second: float) -> float:
    """The seconds until the count is within ``room``."""
    if counted <= room:
        return WINDOW * (1 - (room - counted) / before) - second
    return WINDOW - second + WINDOW * (1 - room / counted)


def limiter(storage: str) -> Limiter:
    """A limiter that counts in Redis at the URL ``storage``, or in memory if it is empty."""
    return Limiter(Redis(storage) if storage else Memory())


def network(address: str) -> str:
    """What an IP address is counted as: itself, or its /64 for IPv6, as one client usually has all of that."""
    if ":" not in address:
        return address
    try:
        parsed = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return f"{parsed.exploded[:19]}::/64"


def cost(path: str, parameters: Sequence[tuple[str, str]]) -> int:
    """The cost of a request."""
    sent = {name: value for name, value in parameters if value}
    total = 1 if sent.get("count") != "exact" else 1 + EXACT
    total += sum(more for name, more in PARAMETERS.items() if name in sent)
    return total + PATHS.get(path.rpartition("/")[2], 0)
