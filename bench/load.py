"""Load on a server: the same requests again and again, by wrk where it is installed, and by threads where it is not."""

import http.client
import json
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

CONNECTIONS = 8
SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True)
class Request:
    """One request; the file of wrk's takes it as it goes over the wire."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def raw(self, port: int) -> bytes:
        """It as it goes over the wire."""
        length = {"Content-Length": str(len(self.body))} if self.body else {}
        headers = {"Host": f"127.0.0.1:{port}", **self.headers, **length}
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True)
class Load:
    """How a load went: requests a second, and the milliseconds that half, and 99 of a hundred, took at most."""

    rate: float
    p50: float
    p99: float
    requests: int


def put(port: int, requests: Sequence[Request], seconds: float, tool: str | None = None) -> Load:
    """Ask these for so long, on eight connections that are kept. Ends the run when any of them fails."""
    ask = TOOLS[tool or ("wrk" if shutil.which("wrk") else "threads")]
    return ask(port, requests, seconds)


def _wrk(port: int, requests: Sequence[Request], seconds: float) -> Load:
    with tempfile.NamedTemporaryFile(prefix="dateline-bench-") as file:
        file.write(b"\1".join(request.raw(port) for request in requests))
        file.flush()
        # It rounds to whole seconds.
        options = ["-t", "1", "-c", str(CONNECTIONS), "-d", f"{max(round(seconds), 1)}s", "--timeout", "30s"]
        said = subprocess.run(
            ["wrk", *options, "-s", SCRIPT, f"http://127.0.0.1:{port}", "--", file.name],  # noqa: S607 - the PATH's wrk
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
    told = json.loads(said.splitlines()[-1])
    _demand_answers(told["requests"], told["failed"], requests[0].path)
    return Load(told["requests"] / told["seconds"], told["p50"], told["p99"], told["requests"])


def _threads(port: int, requests: Sequence[Request], seconds: float) -> Load:
    times: list[float] = []
    failed: list[str] = []
    began = time.perf_counter()

    def ask(first: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for request in cycle([*requests[first:], *requests[:first]]):
            asked = time.perf_counter()
            if asked - began > seconds:
                return
            connection.request(request.method, request.path, request.body or None, dict(request.headers))
            response = connection.getresponse()
            response.read()
            times.append(time.perf_counter() - asked)
            if response.status >= 400:
                failed.append(f"{response.status} {request.path}")

    threads = [
        threading.Thread(target=ask, args=(number * len(requests) // CONNECTIONS,)) for number in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _demand_answers(len(times), len(failed), (failed or [requests[0].path])[0])
    return Load(len(times) / (time.perf_counter() - began), *quantiles(times), len(times))


def _demand_answers(answered: int, failed: int, example: str) -> None:
    if failed:
        raise SystemExit(f"{failed} of {answered} requests failed, such as {example}")
    if not answered:
        raise SystemExit(f"no request was answered in the time, such as {example}")


TOOLS: Mapping[str, Callable[[int, Sequence[Request], float], Load]] = {"wrk": _wrk, "threads": _threads}


def quantiles(seconds: Sequence[float]) -> tuple[float, float]:
    """The milliseconds that half, and 99 of a hundred, took at most."""
    ordered = sorted(seconds)
    return ordered[len(ordered) // 2] * 1e3, ordered[len(ordered) * 99 // 100] * 1e3
