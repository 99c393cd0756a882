"""Good clients beside a server that is attacked, and what its processes use."""

import http.client
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PROBES = ("/livez", "/v1/articles?limit=5")
LIVE_SECONDS = 1.0
"""How long a good client waits at most, whatever others do."""


@dataclass(frozen=True)
class Probe:
    """A good request: when it began, the seconds that it took, and its status; 0 if it got no response."""

    path: str
    began: float
    seconds: float
    status: int


class Watch:
    """Clients that read again and again, each on a new connection, until the block ends."""

    def __init__(self, port: int, pause: float = 0.02) -> None:
        self._port = port
        self._pause = pause
        self._ended = threading.Event()
        self.probes: list[Probe] = []
        self._threads = [threading.Thread(target=self._read, args=(path,)) for path in PROBES]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def bad_since(self, began: float) -> list[Probe]:
        """The probes that ended after this time, and failed or took longer than LIVE_SECONDS."""
        return [
            probe
            for probe in list(self.probes)
            if probe.began + probe.seconds >= began and (probe.seconds > LIVE_SECONDS or probe.status != 200)
        ]

    def _read(self, path: str) -> None:
        while not self._ended.wait(self._pause):
            began, status = time.monotonic(), 0
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
            with suppress(OSError, http.client.HTTPException):
                connection.request("GET", path)
                response = connection.getresponse()
                response.read()
                status = response.status
            connection.close()
            self.probes.append(Probe(path, began, time.monotonic() - began, status))


def resident(pid: int) -> int:
    """The memory of a process, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(pid)


def worker(main: int) -> int:
    """The only worker process of a server, by the process that started it."""
    [pid] = [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _parent(entry) == main and b"spawn_main" in _command(entry)
    ]
    return pid


def _parent(entry: Path) -> int:
    with suppress(OSError):
        return int((entry / "stat").read_text().rpartition(") ")[2].split()[1])
    return 0


def _command(entry: Path) -> bytes:
    with suppress(OSError):
        return (entry / "cmdline").read_bytes()
    return b""
