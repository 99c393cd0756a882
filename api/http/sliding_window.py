"""How much may be asked for in a minute, counted in this process, or in Redis for several. Pure but for Redis.

The window slides: of the minute before, that part counts which lies within the last sixty seconds. What is refused
counts for nothing. Written here because the memory store of `limits`, which Flask-Limiter counts with, walks
all it knows every hundredth of a second: measured, 1.1 ms of processor time a request with 100,000 addresses.
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
# After Redis failed nothing is counted for so long, so that not every request waits for it.
PAUSE = 5.0
# What asks for much counts for more: the cost of a path's last part, and of parameters.
PATHS = {"timeline": 5, "batch": 10}
PARAMETERS = {"q": 1, "facets": 2, "explain": 2}
EXACT = 4

log = logging.getLogger("dateline")


@dataclass(frozen=True)
class Verdict:
    """Whether a request may go on; the name of its limit, what is left of it, and when to come again."""

    name: str
    quota: int
    allowed: bool
    left: int
    seconds: int

    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers-10 writes them, and Retry-After where it is refused."""
        headers = {
            "RateLimit-Policy": f'"{self.name}";q={self.quota};w={WINDOW}',
            "RateLimit": f'"{self.name}";r={self.left};t={self.seconds}',
        }
        return headers if self.allowed else {**headers, "Retry-After": str(self.seconds)}


class Store(Protocol):
    """Counts by key and minute."""

    def add(self, key: str, minute: int, cost: int) -> tuple[int, int]:
        """Add to a minute; what was counted in the minute before, and in this one before ``cost`` was added."""
        ...


class Memory:
    """Counts of this process; two minutes of them are held, whoever asks."""

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
    """Counts that several processes and servers share, a round trip a request."""

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
    """Decides who may go on; a store that fails lets everybody."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store, self._clock = store, clock
        self._lock = threading.Lock() if isinstance(store, Memory) else None
        self._away_until = -math.inf

    def take(self, name: str, key: str, quota: int, cost: int = 1) -> Verdict | None:
        """Count ``cost`` for ``key`` if its quota allows; 0 only asks. None when there is no limit, or no counting."""
        if not quota or self._clock() < self._away_until:
            return None
        try:
            if self._lock:
                with self._lock:
                    return self._take(name, key, quota, cost)
            return self._take(name, key, quota, cost)
        except Exception as error:  # a library's own kinds; reads must not depend on it
            self._away_until = self._clock() + PAUSE
            log.warning("requests are not limited, as their counts cannot be reached: %s", type(error).__name__)
            return None

    def _take(self, name: str, key: str, quota: int, cost: int) -> Verdict:
        asked = min(max(cost, 1), quota)
        minute, second = divmod(self._clock(), WINDOW)
        before, counted = self._store.add(f"{name}:{key}", int(minute), asked if cost else 0)
        rest = 1 - second / WINDOW
        used = counted + before * rest
        if used + asked <= quota:
            left = quota - used - (asked if cost else 0)
            return Verdict(name, quota, True, math.floor(left), math.ceil(WINDOW - second))
        if cost:
            self._store.add(f"{name}:{key}", int(minute), -asked)
        wait = _wait(before, counted, quota - asked, second)
        return Verdict(name, quota, False, max(0, math.floor(quota - used)), max(1, math.ceil(wait)))


def _wait(before: int, counted: int, room: int, second: float) -> float:
    """The seconds until what is counted is within ``room``."""
    if counted <= room:
        return WINDOW * (1 - (room - counted) / before) - second
    return WINDOW - second + WINDOW * (1 - room / counted)


def limiter(storage: str) -> Limiter:
    """One that counts in Redis at the URL ``storage``, or in memory without one."""
    return Limiter(Redis(storage) if storage else Memory())


def network(address: str) -> str:
    """Whom an address stands for: itself, or of IPv6 its /64, which one client has whole."""
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
    """What a request counts for."""
    asked = {name: value for name, value in parameters if value}
    whole = 1 if asked.get("count") != "exact" else 1 + EXACT
    whole += sum(more for name, more in PARAMETERS.items() if name in asked)
    return whole + PATHS.get(path.rpartition("/")[2], 0)
