"""Whether the database server answers at all, as opposed to running a slow statement.

When requests have waited for the server for a while and none has got an answer, one connection is opened as a probe,
however many they are. A server that does not even accept that in time hangs, or its machine is gone. Requests then fail
at once until a probe succeeds.
"""

import threading
import time

import psycopg
from psycopg.errors import ConnectionTimeout

SUSPECT_SECONDS = 0.4
"""How long the server may leave all requests without an answer before it is probed."""
PROBE_SECONDS = 0.9
"""How long it may then leave the probe without an answer as well before it counts as hung."""
PAUSE_SECONDS = 0.2
"""The pause between probes that fail at once."""


class ServerHung(psycopg.OperationalError):
    """The server does not answer anybody."""


class Liveness:
    """Whether a server answers: what the requests of this process have noticed about it."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._heard = time.monotonic()
        self._probing_since: float | None = None
        self._starting = threading.Lock()
        self.is_hung = False

    def require(self) -> None:
        """Raise ServerHung if the server hangs."""
        if self.is_hung:
            raise ServerHung("the server does not answer")

    def heard(self) -> None:
        """Note that the server has answered."""
        self._heard = time.monotonic()
        self.is_hung = False

    def suspect(self) -> None:
        """Find out whether the server answers; a request has waited for it for SUSPECT_SECONDS. Returns at once."""
        now = time.monotonic()
        since = self._probing_since
        if since is not None:
            if min(now - since, now - self._heard) > PROBE_SECONDS:
                self.is_hung = True
        elif now - self._heard > SUSPECT_SECONDS and self._starting.acquire(blocking=False):
            self._probing_since = now
            try:
                threading.Thread(target=self._probe, name="probe-database", daemon=True).start()
            except RuntimeError:  # the system allows no more threads now
                self._probing_since = None
                self._starting.release()

    def _probe(self) -> None:
        """Connect until that succeeds, or fails for another reason than a server that hangs."""
        try:
            while True:
                try:
                    psycopg.connect(self._conninfo, connect_timeout=2).close()
                    break
                except ConnectionTimeout:
                    continue
                except psycopg.Error as error:
                    # A refusal of the server is an answer. Without one, requests find out what is wrong by themselves.
                    if not self.is_hung or "FATAL" in str(error):
                        break
                time.sleep(PAUSE_SECONDS)
            self.heard()
        finally:
            self._probing_since = None
            self._starting.release()
