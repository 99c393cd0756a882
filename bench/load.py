"""Load on a server: repeated requests, sent by wrk if it is installed, and otherwise by threads."""

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
    """An HTTP request."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def raw(self, port: int) -> bytes:
        """The bytes that are sent."""
        length = {"Content-Length": str(len(self.body))} if self.body else {}
        headers = {"Host": f"127.0.0.1:{port}", **self.headers, **length}
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True)
class Load:
    """The result of a load: requests per second, and response times in milliseconds."""

    rate: float
    p50: float
    p99: float
    requests: int


def put(port: int, requests: Sequence[Request], seconds: float, tool: str | None = None) -> Load:
    """Send these requests for so many seconds on eight persistent connections. Exits if any of them fails."""
    send = TOOLS[tool or ("wrk" if shutil.which("wrk") else "threads")]
    return send(port, requests, seconds)


def _wrk(port: int, requests: Sequence[Request], seconds: float) -> Load:
    with tempfile.NamedTemporaryFile(prefix="dateline-bench-") as file:
        file.write(b"\1".join(request.raw(port) for request in requests))
        file.flush()
        # wrk takes whole seconds.
        options = ["-t", "1", "-c", str(CONNECTIONS), "-d", f"{max(round(seconds), 1)}s", "--timeout", "30s"]
        output = subprocess.run(
            ["wrk", *options, "-s", SCRIPT, f"http://127.0.0.1:{port}", "--", file.name],  # noqa: S607 - the PATH's wrk
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
    summary = json.loads(output.splitlines()[-1])
    _check(summary["requests"], summary["failed"], requests[0].path)
    return Load(summary["requests"] / summary["seconds"], summary["p50"], summary["p99"], summary["requests"])


def _threads(port: int, requests: Sequence[Request], seconds: float) -> Load:
    times: list[float] = []
    failed: list[str] = []
    began = time.perf_counter()

    def send(first: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for request in cycle([*requests[first:], *requests[:first]]):
            sent = time.perf_counter()
            if sent - began > seconds:
                return
            connection.request(request.method, request.path, request.body or None, dict(request.headers))
            response = connection.getresponse()
            response.read()
            times.append(time.perf_counter() - sent)
            if response.status >= 400:
                failed.append(f"{response.status} {request.path}")

    threads = [
        threading.Thread(target=send, args=(number * len(requests) // CONNECTIONS,)) for number in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _check(len(times), len(failed), (failed or [requests[0].path])[0])
    return Load(len(times) / (time.perf_counter() - began), *quantiles(times), len(times))


def _check(sent: int, failed: int, example: str) -> None:
    if failed:
        raise SystemExit(f"{failed} of {sent} requests failed, such as {example}")
    if not sent:
        raise SystemExit(f"No request finished in time, such as {example}")


TOOLS: Mapping[str, Callable[[int, Sequence[Request], float], Load]] = {"wrk": _wrk, "threads": _threads}


def quantiles(seconds: Sequence[float]) -> tuple[float, float]:
    """The 50th and the 99th percentile, in milliseconds."""
    ordered = sorted(seconds)
    return ordered[len(ordered) // 2] * 1e3, ordered[len(ordered) * 99 // 100] * 1e3
