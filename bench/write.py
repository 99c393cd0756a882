"""The speed of a batch over HTTP, beside COPY of the same rows into the same tables, in one run."""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

from psycopg import sql
from psycopg.conninfo import make_conninfo

from api.commands import keys
from api.ingest import archive
from api.postgres import migrate
from api.postgres.connection import Connection, connect
from bench.servers import postgres, serving
from bench.texts import articles

# The rows that the batch stored, parents before children. Both archives have the demo archive already.
OURS: LiteralString = "article_id in (select id from articles where external_id like 'bench-%')"
COPIED: dict[str, LiteralString] = {
    "articles": "external_id like 'bench-%'", "article_tags": OURS, "article_people": OURS, "changes": OURS,
}  # fmt: skip
OUTLETS = ["korea-herald", "japan-forward", "le-monde"]


def main() -> None:
    """Print each round and the ratio of the medians; exit code 1 if it is below the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000, help="articles in the batch")
    parser.add_argument("--rounds", type=int, default=3, help="how often both are measured, alternating")
    parser.add_argument("--goal", type=float, default=0.40, help="minimum ratio of the batch's rate to COPY's")
    options = parser.parse_args()
    body = b"".join(json.dumps(article).encode() + b"\n" for article in articles(options.articles, OUTLETS))
    print(f"{options.articles:,} articles, {len(body) / 1e6:.1f} MB, {os.cpu_count()} cores")
    batch_rates: list[float] = []
    copy_rates: list[float] = []
    with postgres(None) as server, tempfile.TemporaryDirectory(prefix="dateline-bench-") as place:
        for number in range(options.rounds):
            with _database(server) as pushed, _database(server) as copied:
                batch_rates.append(options.articles / _push(pushed, body, options.articles))
                copy_rates.append(options.articles / _copy(pushed, copied, Path(place)))
            print(f"round {number + 1}: batch {batch_rates[-1]:,.0f}/s, COPY {copy_rates[-1]:,.0f}/s")
    ratio = statistics.median(batch_rates) / statistics.median(copy_rates)
    print(f"median: batch over HTTP {statistics.median(batch_rates):,.0f}/s, COPY of the same rows "
          f"{statistics.median(copy_rates):,.0f}/s, ratio {ratio:.2f} (goal {options.goal:.2f})")  # fmt: skip
    sys.exit(ratio < options.goal)


@contextmanager
def _database(server: str) -> Iterator[str]:
    name = f"bench_{time.monotonic_ns()}"
    with connect(server) as connection:
        connection.execute(
            sql.SQL(
                "create database {} template template0 encoding 'UTF8'"
                " locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
            ).format(sql.Identifier(name))
        )
        conninfo = make_conninfo(server, dbname=name)
        migrate.upgrade(conninfo)
        with connect(conninfo) as own:
            archive.seed(own)
            own.execute("vacuum analyze")
        yield conninfo
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _push(conninfo: str, body: bytes, expected: int) -> float:
    """Seconds from the first byte of the request to the last byte of the response."""
    with connect(conninfo) as connection:
        key = keys.create(connection, "bench", ["write"], OUTLETS)
    with serving(conninfo) as client:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-ndjson"}
        # Warm up: load everything that a running server has loaded.
        client.post("/v1/articles/batch", b"", headers)
        began = time.perf_counter()
        results = client.post("/v1/articles/batch", body, headers).splitlines()
        took = time.perf_counter() - began
    created = sum(b'"created"' in line for line in results)
    if created != expected:
        raise SystemExit(f"{created} of {expected} articles were created")
    return took


def _copy(pushed: str, copied: str, place: Path) -> float:
    """Seconds of one transaction that copies the rows of the batch into the same tables of another archive."""
    with connect(pushed) as source, connect(copied) as target:
        for table, chosen in COPIED.items():
            statement = sql.SQL("copy (select {} from {} where {}) to stdout (format binary)").format(
                _columns(source, table), sql.Identifier(table), sql.SQL(chosen)
            )
            with (place / table).open("wb") as file, source.cursor().copy(statement) as rows:
                for part in rows:
                    file.write(part)
        began = time.perf_counter()
        with target.transaction():
            for table in COPIED:
                statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(
                    sql.Identifier(table), _columns(source, table)
                )
                with (place / table).open("rb") as file, target.cursor().copy(statement) as rows:
                    while part := file.read(256 * 1024):
                        rows.write(part)
        took = time.perf_counter() - began
        missing = _count(source) - _count(target)
        if missing:
            raise SystemExit(f"COPY is missing {missing} articles")
    return took


def _columns(connection: Connection, table: str) -> sql.Composed:
    """The columns that a writer sets: neither generated columns nor identities."""
    rows = connection.execute(
        "select attname from pg_attribute where attrelid = %(table)s::regclass and attnum > 0"
        " and not attisdropped and attgenerated = '' and attidentity = '' order by attnum",
        {"table": table},
    ).fetchall()
    return sql.SQL(", ").join(sql.Identifier(row["attname"]) for row in rows)


def _count(connection: Connection) -> int:
    row = connection.execute("select count(*) as n from articles").fetchone()
    return row["n"] if row else 0


if __name__ == "__main__":
    main()
