"""Answers kept in the memory of a process, as long as the archive is what they were made from. Knows no request."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from api.queries.changes import State

OF_NOTHING = frozenset({"cache-control", "vary"})
# What an entry takes beside its texts, about.
OVERHEAD = 1_500
# From this part of its time on, a state is asked for anew by one reader, while the others go on with it.
RENEWED_FROM = 0.75

Key = tuple[str | None, ...]


@dataclass(frozen=True)
class Kept:
    """An answer as it was sent: ``etag`` is that of before compression, ``changed_at`` what Last-Modified is made of.

    Its content is read from ``state`` or a later one.
    """

    state: State
    body: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str
    changed_at: datetime | None

    @cached_property
    def bare(self) -> tuple[tuple[str, str], ...]:
        """The headers of an answer that says that this one still holds."""
        return tuple((name, value) for name, value in self.headers if name.lower() in OF_NOTHING)

    @cached_property
    def size(self) -> int:
        """The bytes that it takes, about."""
        return len(self.body) + sum(len(name) + len(value) for name, value in self.headers) + OVERHEAD


class Cache:
    """The answers used last, in ``capacity`` bytes; and the archive's state, as this process saw it last.

    A state that was asked for more than ``trusted_ms`` ago is not taken for the present one.
    """

    def __init__(self, capacity: int, trusted_ms: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.capacity = capacity
        self.size = 0
        self._trusted = trusted_ms / 1_000
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._seen: tuple[float, State | None] = (float("-inf"), None)
        self._renewed = self._seen

    @property
    def seen(self) -> State | None:
        """The last state that was seen, however long ago; the present one is that or a later one."""
        return self._seen[1]

    def trusted(self) -> State | None:
        """The last state that was seen; None for who is to ask for it anew."""
        seen = self._seen
        age = self._clock() - seen[0]
        if age < self._trusted and (age < self._trusted * RENEWED_FROM or self._renewed is seen):
            return seen[1]
        self._renewed = seen
        return None

    def now(self) -> float:
        """The moment at which a question is asked, for ``learn``."""
        return self._clock()

    def learn(self, state: State, asked_at: float) -> State:
        """Take note of a state that was asked for at a moment; of those asked for later, the later one counts."""
        with self._lock:
            if asked_at >= self._seen[0]:
                self._seen = (asked_at, state)
        return state

    def get(self, key: Key) -> Kept | None:
        """The answer to this request, whatever became of the archive since."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            return kept

    def keep(self, key: Key, kept: Kept) -> None:
        """Keep an answer, and forget those not used for longest where there is no more room."""
        size = kept.size + _length(key)
        if size > self.capacity:
            return
        with self._lock:
            if (before := self._kept.pop(key, None)) is not None:
                self.size -= before.size + _length(key)
            self._kept[key] = kept
            self.size += size
            while self.size > self.capacity:
                oldest, forgotten = self._kept.popitem(last=False)
                self.size -= forgotten.size + _length(oldest)


def _length(key: Key) -> int:
    return sum(len(part) for part in key if part)
