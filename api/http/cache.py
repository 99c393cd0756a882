"""A cache of responses in the memory of one process, valid while the archive's state is the same. Uses no request."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from api.queries.changes import State

# The headers of a 304.
NOT_MODIFIED = frozenset({"cache-control", "vary"})
# The approximate size of an entry without its texts, in bytes.
OVERHEAD = 1_500
# After this part of the time that a state is trusted, one request reads it again while the others still use it.
REFRESH_FROM = 0.75

# Kinds of readers whose states are held at most.
READERS = 1_000

Key = tuple[str | None, ...]
# The outlets whose embargoed articles a reader sees, None for all of them.
Reader = tuple[str, ...] | None


@dataclass
class _Observed:
    """A state, when it was read, and whether a request is already reading it again."""

    state: State
    read_at: float
    is_refreshed: bool = False


@dataclass(frozen=True)
class Entry:
    """A response as it was sent, read from ``state`` or a later one.

    ``etag`` is the entity tag before compression, ``changed_at`` the time in Last-Modified.
    """

    state: State
    body: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str
    changed_at: datetime | None

    @cached_property
    def not_modified_headers(self) -> tuple[tuple[str, str], ...]:
        """The headers of a 304 for this response."""
        return tuple((name, value) for name, value in self.headers if name.lower() in NOT_MODIFIED)

    @cached_property
    def size(self) -> int:
        """The approximate size in bytes."""
        return len(self.body) + sum(len(name) + len(value) for name, value in self.headers) + OVERHEAD


class Cache:
    """The most recently used responses, in ``capacity`` bytes, and the last state of the archive that was read.

    A state is trusted for ``trusted_ms`` after it was read. There is one for each kind of reader.
    """

    def __init__(self, capacity: int, trusted_ms: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.capacity = capacity
        self.size = 0
        self._trusted = trusted_ms / 1_000
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._states: OrderedDict[Reader, _Observed] = OrderedDict()
        self._written_at = float("-inf")

    def last_state(self, reader: Reader) -> State | None:
        """The last state that was read, however long ago. The present state is the same or a later one."""
        observed = self._states.get(reader)
        return observed and observed.state

    def trusted_state(self, reader: Reader) -> State | None:
        """The last state, or None if the caller is to read it again."""
        observed = self._states.get(reader)
        if observed is None:
            return None
        age = self._clock() - observed.read_at
        if age < self._trusted and (age < self._trusted * REFRESH_FROM or observed.is_refreshed):
            return observed.state
        observed.is_refreshed = True
        return None

    def now(self) -> float:
        """The time to pass to ``observe``, taken before the state is read."""
        return self._clock()

    def observe(self, reader: Reader, state: State, read_at: float) -> State:
        """Record a state that was read at this time, unless a later one is recorded. Return the state."""
        with self._lock:
            observed = self._states.get(reader)
            if read_at >= self._written_at and (observed is None or read_at >= observed.read_at):
                self._states[reader] = _Observed(state, read_at)
                self._states.move_to_end(reader)
            if len(self._states) > READERS:
                self._states.popitem(last=False)
        return state

    def forget_states(self) -> None:
        """Trust no state that was read before now, because this process has written."""
        with self._lock:
            self._written_at = self._clock()
            self._states.clear()

    def get(self, key: Key) -> Entry | None:
        """The response to a request, whether or not it is still current."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
            return entry

    def put(self, key: Key, entry: Entry) -> None:
        """Store a response, and remove the least recently used ones that exceed the capacity."""
        size = entry.size + _length(key)
        if size > self.capacity:
            return
        with self._lock:
            if (replaced := self._entries.pop(key, None)) is not None:
                self.size -= replaced.size + _length(key)
            self._entries[key] = entry
            self.size += size
            while self.size > self.capacity:
                oldest, removed = self._entries.popitem(last=False)
                self.size -= removed.size + _length(oldest)


def _length(key: Key) -> int:
    return sum(len(part) for part in key if part)
