"""An archive to measure: fill it without HTTP, optionally keep it for the next run, and serve it."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import urlencode
from uuid import uuid4

import orjson

from api.commands import entities, entity_kinds, term_counts
from api.postgres import migrate
from api.postgres.connection import Connection, connect, present
from api.postgres.embedded import server as embedded
from api.queries import health
from api.search import search_vector

DATELINE = Path(sys.executable).with_name("dateline")
PORT = 18_080
CHUNK = 2_000

# Stores what reads need of an article, one transaction per chunk, without rows in `changes`.
_STORE: LiteralString = f"""
    insert into articles (id, outlet_id, external_id, headline, standfirst, body, section, language, published_at,
        created_at, updated_at, digest, outlet, tags, people, search)
    select r.id, o.id, r.external_id, r.headline, r.standfirst, r.body, r.section, r.language, r.published_at,
        r.published_at, r.published_at, '', json_build_object('slug', o.slug, 'name', o.name),
        coalesce(r.links, '[]'), '[]',
        {search_vector.VECTOR}
    from json_to_recordset(%(rows)s::json) as r (
        id uuid, outlet text, external_id text, headline text, standfirst text, body text, section text,
        language text, published_at timestamptz, links json,
        {search_vector.VECTOR_COLUMNS}
    ) join outlets o on o.slug = r.outlet"""
_LINK: LiteralString = """
    insert into article_tags (article_id, tag_id, published_at, origin)
    select distinct r.id, t.id, r.published_at, 'push'
    from json_to_recordset(%(rows)s::json) as r (id uuid, published_at timestamptz, tags json),
        json_array_elements_text(r.tags) as tag (slug) join tags t using (slug)"""
_LANGUAGES: LiteralString = "insert into languages select unnest(%(languages)s::text[]) on conflict do nothing"
_COUNT_OUTLETS: LiteralString = """
    update outlets set articles = stored.articles
    from (select outlet_id, count(*) as articles from articles group by outlet_id) as stored
    where outlets.id = stored.outlet_id"""
_COUNT_TAGS: LiteralString = """
    update tags set articles = linked.articles
    from (select tag_id, count(*) as articles from article_tags group by tag_id) as linked where tags.id = tag_id"""


@contextmanager
def postgres(data: Path | None) -> Iterator[str]:
    """The conninfo of an embedded Postgres with its data in ``data``, or in a temporary directory without one."""
    with tempfile.TemporaryDirectory(prefix="dateline-bench-") as place:
        Path(place).chmod(0o755)
        with embedded.running(data or Path(place) / "data") as server:
            yield server.conninfo


def fill(conninfo: str, name: str, records: Iterable[dict[str, Any]]) -> bool:
    """Store articles, unless the archive already has those called ``name``. Return whether it stored them."""
    migrate.upgrade(conninfo)
    with connect(conninfo, maintenance_work_mem="1GB", synchronous_commit="off") as connection:
        connection.execute("create table if not exists bench_filled (name text)")
        filled = connection.execute("select name from bench_filled").fetchone()
        if filled:
            if filled["name"] != name:
                raise SystemExit(f"This archive contains {filled['name']}, not {name}. Use another directory.")
            return False
        if not health.is_empty(connection):
            raise SystemExit("An earlier run was interrupted while it stored articles. Remove the directory.")
        _fill(connection, records)
        connection.execute("insert into bench_filled values (%(name)s)", {"name": name})
        return True


def _fill(connection: Connection, records: Iterable[dict[str, Any]]) -> None:
    definition = present(connection.execute("select pg_get_indexdef('articles_search'::regclass) as made").fetchone())[
        "made"
    ]
    connection.execute("drop index articles_search")
    iterator, known, total = iter(records), set(), 0
    while chunk := list(islice(iterator, CHUNK)):
        missing = {tag for record in chunk for tag in record.get("tags", ())} - known
        outlets = {record["outlet"] for record in chunk} - known
        with connection.transaction():
            entities.upsert(connection, entity_kinds.OUTLET, [{"slug": slug, "name": slug} for slug in sorted(outlets)])
            entities.upsert(connection, entity_kinds.TAG, [{"slug": slug, "name": slug} for slug in sorted(missing)])
        known |= missing | outlets
        connection.execute(_LANGUAGES, {"languages": sorted({record["language"] for record in chunk})})
        rows = [
            {
                "standfirst": None,
                "section": None,
                **record,
                "id": str(uuid4()),
                "links": [{"slug": tag, "name": tag} for tag in record.get("tags", ())],
                **search_vector.document(
                    record["language"], record["headline"], record.get("standfirst"), record["body"]
                ),
            }
            for record in chunk
        ]
        parameters = {"rows": orjson.dumps(rows).decode()}
        with connection.transaction():
            connection.execute(_STORE, parameters)
            connection.execute(_LINK, parameters)
        total += len(chunk)
        if total % 50_000 == 0:
            print(f"  {total:,} articles stored", flush=True)
    connection.execute("delete from jobs")
    connection.execute(_COUNT_OUTLETS)
    connection.execute(_COUNT_TAGS)
    connection.execute(definition)
    connection.execute("vacuum analyze")
    term_counts.measure(connection)


class Client:
    """An HTTP client of a server, on one persistent connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def get(self, path: str, parameters: Mapping[str, object]) -> tuple[int, dict[str, Any]]:
        """The status and the content of a response."""
        self._connection.request("GET", f"{path}?{urlencode(parameters)}")
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())

    def header(self, url: str, name: str) -> str:
        """A header of the response to a GET."""
        self._connection.request("GET", url)
        response = self._connection.getresponse()
        response.read()
        return response.headers[name]

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """The body of the response to a POST."""
        self._connection.request("POST", path, body, dict(headers))
        return self._connection.getresponse().read()


@contextmanager
def serving(conninfo: str, port: int = PORT) -> Iterator[Client]:
    """A client of ``dateline serve`` on this database, with caching and rate limits turned off."""
    measured = {"CACHE_BYTES": "0", "RATE_LIMIT_ADDRESS": "0", "RATE_LIMIT_KEY": "0"}
    environment = {**os.environ, **measured, "DATABASE_URL": conninfo, "PORT": str(port)}
    with subprocess.Popen([DATELINE, "serve"], env=environment, stdout=subprocess.DEVNULL) as server:
        try:
            until_ready(port)
            yield Client(port)
        finally:
            server.terminate()


def free_ports(count: int) -> list[int]:
    """``count`` free ports."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]


def until_ready(port: int) -> None:
    """Wait until the server on this port is ready, at most 20 seconds."""
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("The server is not ready after 20 seconds.")
