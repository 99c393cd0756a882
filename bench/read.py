"""The speed of reads, beside their SQL in pgbench, an empty view of the same app, and a FastAPI peer, in one run.

docs/performance.md explains the rows and the options.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any

from api.commands import keys
from api.postgres.connection import Connection, connect
from api.retrieval.plan import fixed_selection
from bench import read_chart, servers, texts, usage
from bench.load import CONNECTIONS, TOOLS, Load, Request, put
from bench.pgbench import run as pgbench
from bench.read_app import EMPTY

OUTLETS = ["daily", "weekly", "monthly"]
TAGS, TAG = 200, "tag-{}"
# More than a server answers in one round, so that requests that should be sent once are not repeated.
REQUESTS = 20_000
PORT, PEER_PORT = servers.free_ports(2)
RESULT = Path("build/bench-read.json")
CHART = Path("docs/images/latency.svg")

SQL, EMPTY_VIEW, PEER = "list SQL (pgbench)", "empty view", "FastAPI's list"
LIST, CACHED, UNCHANGED, ONE = "list of a tag", "list, cached", "list, unchanged (304)", "one article"
NEWEST, RELEVANCE, MIXED = "search, newest", "search, relevance", "mixed, 2 % writes"
# Minimum ratios of requests per second: row, row it is compared with, minimum.
GOALS = [
    (LIST, SQL, 0.15),
    (LIST, PEER, 8.0),
    (CACHED, EMPTY_VIEW, 0.70),
    (UNCHANGED, EMPTY_VIEW, 0.70),
    (ONE, EMPTY_VIEW, 0.30),
]
# Maximum ratio of p99 to p50 of the mixed load.
MIXED_GOAL = 10


@dataclass(frozen=True)
class Measured:
    """One load, with the CPU milliseconds per request of the server and of Postgres."""

    load: Load
    server_ms: float
    postgres_ms: float


@dataclass(frozen=True)
class Archive:
    """What requests are generated from: slugs of tags, ids of articles, words, and an API key."""

    tags: list[str]
    articles: list[str]
    words: list[str]
    key: str


def main() -> None:
    """Print a table and the goals for each size, and write all figures as JSON. Exit code 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--articles", type=int, nargs="+", default=[100_000], help="sizes; several are drawn to --chart"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each row is measured")
    parser.add_argument("--seconds", type=float, default=5, help="how long each row is measured per round")
    parser.add_argument("--workers", type=int, default=1, help="worker processes of the server")
    parser.add_argument("--tool", choices=TOOLS, help="what generates the load (default: wrk if installed)")
    parser.add_argument("--keep", type=Path, help="a directory for the archives, used again by the next run")
    parser.add_argument("--chart", type=Path, default=CHART, help="the SVG that several sizes are drawn to")
    parser.add_argument("--result", type=Path, default=RESULT, help="the JSON file for all figures")
    options = parser.parse_args()
    results = {articles: measure(articles, options) for articles in options.articles}
    options.result.parent.mkdir(exist_ok=True)
    options.result.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(f"\nall figures are in {options.result}")
    if len(results) > 1:
        shown = {
            name: {articles: result["measured"][name]["p50"] for articles, result in results.items()}
            for name in (LIST, ONE, CACHED)
        }
        options.chart.write_text(read_chart.drawn(shown), encoding="utf-8")
    sys.exit(not all(goal["met"] for result in results.values() for goal in result["goals"]))


def measure(articles: int, options: argparse.Namespace) -> dict[str, Any]:
    """All rows and goals for an archive of this size."""
    data = options.keep and options.keep / str(articles)
    with ExitStack() as stack:
        conninfo = stack.enter_context(servers.postgres(data))
        began = time.perf_counter()
        if servers.fill(conninfo, f"read {articles}", tagged(articles)):
            print(f"stored {articles:,} articles in {time.perf_counter() - began:.0f} s", flush=True)
        with connect(conninfo) as connection:
            archive = _archive(connection)
            statement = _statement()
            postmaster = usage.parent(connection.info.backend_pid)
        environment = {
            **os.environ, "DATABASE_URL": conninfo, "RATE_LIMIT_ADDRESS": "0", "RATE_LIMIT_KEY": "0",
        }  # fmt: skip
        ours = stack.enter_context(_serving(["-m", "bench.read_app"], PORT, {
            **environment, "PORT": str(PORT), "WORKERS": str(options.workers), "METRICS": "true", "LOG_FORMAT": "json",
        }))  # fmt: skip
        theirs = stack.enter_context(_serving(
            ["-m", "granian", "--interface", "asgi", "--workers", str(options.workers), "--port", str(PEER_PORT),
             "bench.read_peer:app"],
            PEER_PORT, environment,
        ))  # fmt: skip
        loads = _loads(archive)
        rows: dict[str, list[Measured]] = {SQL: [], **{name: [] for name in loads}}
        for number in range(options.rounds):
            rows[SQL].append(Measured(pgbench(conninfo, statement, _numbers(archive.tags), options.seconds), 0.0, 0.0))
            for name, (port, requests) in loads.items():
                put(port, requests(number), min(1, options.seconds), options.tool)
                measured = requests(number)
                processes = (theirs if port == PEER_PORT else ours), postmaster
                before = [usage.cpu_seconds(pid) for pid in processes]
                load = put(port, measured, options.seconds, options.tool)
                spent = [usage.cpu_seconds(pid) - then for pid, then in zip(processes, before, strict=True)]
                rows[name].append(Measured(load, *(each / load.requests * 1e3 for each in spent)))
            print(f"round {number + 1} of {options.rounds}", flush=True)
        memory = [usage.resident_bytes(pid) for pid in usage.family(ours) if usage.is_spawned(pid)]
    result = _summed_up(rows)
    result["worker_bytes"] = memory
    result["cores"] = os.cpu_count()
    print(_table(articles, result))
    return result


def tagged(articles: int) -> Iterator[dict[str, Any]]:
    """Articles with one to three tags each; some tags are far more frequent than others."""
    chance = random.Random(3)  # noqa: S311 - for tags, not for secrets
    weights = [1 / (rank + 1) for rank in range(TAGS)]
    names = [TAG.format(number) for number in range(TAGS)]
    for record in texts.articles(articles, OUTLETS):
        yield {**record, "tags": sorted(set(chance.choices(names, weights, k=chance.randint(1, 3))))}


def _archive(connection: Connection) -> Archive:
    def column(statement: Any) -> list[str]:
        return [str(next(iter(row.values()))) for row in connection.execute(statement)]

    return Archive(
        tags=column("select slug from tags where articles >= 20 order by slug"),
        articles=column("select id from articles order by md5(id::text) limit 1000"),
        words=column("select lexeme from term_stats where lexeme ~ '^[a-z]{4,}$' order by md5(lexeme) limit 500"),
        key=keys.create(connection, "bench", ["write"], OUTLETS),
    )


def _loads(archive: Archive) -> Mapping[str, tuple[int, Callable[[int], list[Request]]]]:
    """For each row, the port and the requests of each round."""
    number = count()

    def chance(round_number: int) -> random.Random:
        return random.Random(round_number)  # noqa: S311 - for the order of requests

    def lists(round_number: int, headers: Callable[[str], dict[str, str]] = lambda _: {}) -> list[Request]:
        tags = chance(round_number).choices(archive.tags, k=REQUESTS)
        return [Request(url, headers=headers(url)) for tag in tags for url in [_list(tag)]]

    def unique(_: str) -> dict[str, str]:
        # No two requests are the same, so none is served from the cache.
        return {"Accept": f"application/json, text/x-{next(number)}"}

    def unchanged(round_number: int) -> list[Request]:
        etags = {_list(tag): _etag(_list(tag)) for tag in archive.tags}
        return lists(round_number, lambda url: {"If-None-Match": etags[url]})

    def searches(sort: str) -> Callable[[int], list[Request]]:
        def requests(round_number: int) -> list[Request]:
            words = chance(round_number).choices(archive.words, k=REQUESTS)
            return [
                Request(f"/v1/articles?q={word}&sort={sort}&count=none&fields=id,headline", headers=unique(word))
                for word in words
            ]

        return requests

    def articles(round_number: int) -> list[Request]:
        ids = chance(round_number).choices(archive.articles, k=REQUESTS)
        return [Request(f"/v1/articles/{article}", headers=unique(article)) for article in ids]

    def mixed(round_number: int) -> list[Request]:
        kinds = [
            (40, lists(round_number)),
            (8, unchanged(round_number)),
            (25, [Request(f"/v1/articles/{article}") for article in archive.articles]),
            (10, [Request("/v1/articles")]),
            (10, searches("newest")(round_number)),
            (5, searches("relevance")(round_number)),
            (2, _writes(archive.key)),
        ]
        order = chance(round_number)
        picked = order.choices([kind for _, kind in kinds], [weight for weight, _ in kinds], k=10_000)
        return [order.choice(kind) for kind in picked]

    return {
        EMPTY_VIEW: (PORT, lambda _: [Request(EMPTY)]),
        PEER: (PEER_PORT, lists),
        LIST: (PORT, lambda round_number: [*lists(round_number, unique)]),
        CACHED: (PORT, lists),
        UNCHANGED: (PORT, unchanged),
        ONE: (PORT, articles),
        NEWEST: (PORT, searches("newest")),
        RELEVANCE: (PORT, searches("relevance")),
        MIXED: (PORT, mixed),
    }


def _list(tag: str) -> str:
    return f"/v1/articles?tag={tag}&count=none"


def _etag(url: str) -> str:
    return servers.Client(PORT).header(url, "ETag")


def _writes(key: str) -> list[Request]:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return [
        Request("/v1/articles", "POST", headers, json.dumps(record).encode())
        # Different ones each time, because an archive that is used again already has those of earlier runs.
        for record in texts.articles(1_000, OUTLETS, seed=time.time_ns())
    ]


def _statement() -> str:
    """The SQL of the list of a tag, with :driving in place of the tag's number."""
    selection, order = fixed_selection("tag", "newest")
    statement, _ = selection.page(order, None, 20)
    # pgbench reads a colon as the start of a variable, even within a format.
    statement = statement.replace("HH24:MI:SS", 'HH24":"MI":"SS')
    return statement.replace("%(driving)s", f"concat('{TAG.format('')}', :driving::int)").replace("%(limit)s", "21")


def _numbers(tags: Sequence[str]) -> list[int]:
    return [int(tag.removeprefix(TAG.format(""))) for tag in tags]


@contextmanager
def _serving(arguments: Sequence[str], port: int, environment: Mapping[str, str]) -> Iterator[int]:
    with subprocess.Popen([sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL) as server:
        try:
            servers.until_ready(port)
            yield server.pid
        finally:
            server.terminate()


def _summed_up(rows: Mapping[str, Sequence[Measured]]) -> dict[str, Any]:
    """Medians of all rounds, and whether the goals are met."""

    def median(values: Iterator[float]) -> float:
        return round(statistics.median(values), 3)

    measured = {
        name: {
            "rate": median(each.load.rate for each in found),
            "p50": median(each.load.p50 for each in found),
            "p99": median(each.load.p99 for each in found),
            "server_ms": median(each.server_ms for each in found),
            "postgres_ms": median(each.postgres_ms for each in found),
            "rounds": [asdict(each.load) for each in found],
        }
        for name, found in rows.items()
    }
    goals = [
        {"what": f"{name} / {beside}", "least": least, "is": measured[name]["rate"] / measured[beside]["rate"]}
        for name, beside, least in GOALS
    ]
    for goal in goals:
        goal["met"] = goal["is"] >= goal["least"]
    slowest = measured[MIXED]["p99"] / measured[MIXED]["p50"]
    goals.append({"what": f"{MIXED}: p99 / p50", "most": MIXED_GOAL, "is": slowest, "met": slowest <= MIXED_GOAL})
    return {"measured": measured, "goals": goals}


def _table(articles: int, result: Mapping[str, Any]) -> str:
    lines = [
        f"\n{articles:,} articles, {result['cores']} cores shared by all, {CONNECTIONS} connections",
        f"{'':<22}{'requests/s':>11}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}{'Postgres':>13}",
    ]
    for name, row in result["measured"].items():
        lines.append(
            f"{name:<22}{row['rate']:>11,.0f}{row['p50']:>9.2f}{row['p99']:>9.2f}"
            f"{row['server_ms']:>9.3f}{row['postgres_ms']:>13.3f}"
        )
    for goal in result["goals"]:
        bound = f"at least {goal['least']}" if "least" in goal else f"at most {goal['most']}"
        lines.append(f"{goal['what']:<42}{goal['is']:>7.2f}   goal {bound}{'' if goal['met'] else ' (missed)'}")
    workers = ", ".join(f"{size / 1e6:.0f}" for size in result["worker_bytes"])
    return "\n".join([*lines, f"memory of each worker process, MB: {workers}"])


if __name__ == "__main__":
    main()
