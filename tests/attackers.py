"""Clients that try to keep a server from serving others, each for as long as its block lasts."""

import multiprocessing
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from abuse.requests import chunked, dumped, raw, story

MANY = 100


@dataclass(frozen=True)
class Victim:
    """The server, a key that may push to it, and the id of an article with a body of a megabyte."""

    port: int
    key: str
    large: str


Attack = Callable[[Victim], AbstractContextManager[None]]


def _connected(victim: Victim, sent: bytes) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", victim.port), timeout=10)
    with suppress(OSError):
        client.sendall(sent)
    return client


@contextmanager
def _open(victim: Victim, count: int, sent: bytes, *, buffer: int | None = None) -> Iterator[None]:
    """Connections that send this, and then neither send nor read anything."""
    connected = 0
    with ExitStack() as stack:
        for _ in range(count):
            client = socket.socket()
            if buffer:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            client.settimeout(10)
            stack.enter_context(closing(client))
            with suppress(OSError):
                client.connect(("127.0.0.1", victim.port))
                connected += 1
                client.sendall(sent)
        assert connected == count, "this is no attack"
        yield


@contextmanager
def _repeated(act: Callable[[], None], threads: int = 8) -> Iterator[None]:
    """Do this again and again, in threads."""
    ended = threading.Event()
    acted: list[None] = []

    def work() -> None:
        while not ended.wait(0.05):
            with suppress(OSError):
                act()
                acted.append(None)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        ended.set()
        for worker in workers:
            worker.join()
    assert len(acted) >= threads, "this was no attack"


def _upload(victim: Victim, *headers: str, path: str = "/v1/articles", kind: str = "application/json") -> bytes:
    return raw("POST", path, f"Authorization: Bearer {victim.key}", f"Content-Type: {kind}", *headers)


def stalled_uploads(victim: Victim) -> AbstractContextManager[None]:
    """Bodies of which a part is sent and the rest never."""
    return _open(victim, MANY, _upload(victim, "Content-Length: 1000000") + b" " * 1_000)


def stalled_chunks(victim: Victim) -> AbstractContextManager[None]:
    """The same in chunks."""
    return _open(victim, MANY, _upload(victim, "Transfer-Encoding: chunked") + chunked(b" " * 1_000, end=b""))


def stalled_batches(victim: Victim) -> AbstractContextManager[None]:
    """Batches that stop in the middle of a line."""
    head = _upload(victim, "Content-Length: 1000000", path="/v1/articles/batch", kind="application/x-ndjson")
    return _open(victim, MANY, head + b'{"a": 1}\n{"b')


def stalled_strangers(victim: Victim) -> AbstractContextManager[None]:
    """Bodies without a key."""
    return _open(victim, MANY, raw("POST", "/v1/articles", "Content-Length: 1000000") + b" " * 1_000)


def stalled_headers(victim: Victim) -> AbstractContextManager[None]:
    """Requests whose headers never end."""
    return _open(victim, 3 * MANY, b"GET /v1/articles HTTP/1.1\r\nHost: localhost\r\nX-Slow: a")


def idle_connections(victim: Victim) -> AbstractContextManager[None]:
    """Connections on which nothing is sent."""
    return _open(victim, 15 * MANY, b"")


def abandoned_uploads(victim: Victim) -> AbstractContextManager[None]:
    """Connections that are closed in the middle of a body."""
    part = _upload(victim, "Content-Length: 1000000") + b" " * 50_000
    return _repeated(lambda: _connected(victim, part).close())


def abandoned_http2(victim: Victim) -> AbstractContextManager[None]:
    """Connections that speak HTTP/2 without having agreed on it, and send no body."""
    settings = bytes.fromhex("000000040000000000")
    # POST / over http, with END_HEADERS and without END_STREAM.
    headers = bytes.fromhex("000003010400000001838684")
    return _open(victim, MANY, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings + headers)


def abandoned_searches(victim: Victim) -> AbstractContextManager[None]:
    """Expensive searches whose clients do not wait for the response."""
    search = raw("GET", "/v1/articles?q=korea+OR+north+OR+the*&sort=relevance&facets=tag,person,outlet&count=exact")
    return _repeated(lambda: _connected(victim, search).close())


def unread_articles(victim: Victim) -> AbstractContextManager[None]:
    """Large articles of which nothing is read."""
    return _open(victim, MANY, raw("GET", f"/v1/articles/{victim.large}"), buffer=4_096)


def unread_batches(victim: Victim) -> AbstractContextManager[None]:
    """Batches whose response of some megabytes is not read."""
    lines = b"x\n" * 30_000
    head = _upload(victim, f"Content-Length: {len(lines)}", path="/v1/articles/batch", kind="application/x-ndjson")
    return _open(victim, MANY // 5, head + lines, buffer=4_096)


def unread_pipelines(victim: Victim) -> AbstractContextManager[None]:
    """Hundreds of requests on one connection, of whose responses nothing is read."""
    return _open(victim, MANY // 2, raw("GET", "/v1/articles?limit=20") * 200, buffer=4_096)


def drip_readers(victim: Victim) -> AbstractContextManager[None]:
    """Clients that read a large article one byte after the other."""

    def read() -> None:
        with closing(_connected(victim, raw("GET", f"/v1/articles/{victim.large}"))) as client:
            for _ in range(20):
                client.recv(1)

    return _repeated(read, threads=30)


def refused_pushes(victim: Victim) -> AbstractContextManager[None]:
    """Pushes of megabytes that are refused after they have been received."""
    body = dumped(story("attack", headline="", body="ferry " * 500_000))
    return _repeated(lambda: _answered(victim, _upload(victim, f"Content-Length: {len(body)}") + body), threads=4)


def garbage(victim: Victim) -> AbstractContextManager[None]:
    """Bytes that are no HTTP."""
    return _repeated(lambda: _connected(victim, bytes(range(256)) * 20).close())


def _answered(victim: Victim, sent: bytes) -> None:
    with closing(_connected(victim, sent)) as client:
        client.recv(1_000)


@contextmanager
def all_at_once(victim: Victim) -> Iterator[None]:
    """Every attack, in a process of its own, which takes no time from the clients of this one."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_attack, args=(victim, receiver), daemon=True)
    process.start()
    try:
        yield
    finally:
        sender.close()
        receiver.close()
        process.join()


def _attack(victim: Victim, until_closed: Connection) -> None:
    with ExitStack() as stack:
        for attack in ATTACKS:
            stack.enter_context(attack(victim))
        until_closed.poll(None)


ATTACKS: tuple[Attack, ...] = (
    stalled_uploads,
    stalled_chunks,
    stalled_batches,
    stalled_strangers,
    stalled_headers,
    idle_connections,
    abandoned_uploads,
    abandoned_http2,
    abandoned_searches,
    unread_articles,
    unread_batches,
    unread_pipelines,
    drip_readers,
    refused_pushes,
    garbage,
)
