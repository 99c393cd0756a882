"""How fast searches are, beside tantivy in the same run: ours over HTTP, tantivy's within the process."""

import argparse
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import tantivy

from api.folding import tokens
from bench import peer, reuters, servers, texts

OUTLETS = ["daily", "weekly", "monthly"]
LIMIT = 20
QUERIES = Path(__file__).with_name("queries.toml")
# How much of tantivy's p95 over all searches ours may take.
GOALS = {"newest": 3.0, "relevance": 8.0}


class Search(NamedTuple):
    """A search as readers make it; ``page`` is how many pages in it is read."""

    q: str
    narrowed: dict[str, str]
    page: int = 1


def main() -> None:
    """Print p50 and p95 of each class; exit code 1 when over all of them ours is above the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=200_000, help="how many the archive holds")
    parser.add_argument("--reuters", type=Path, help="directory of Reuters-21578 to make them of; else made-up words")
    parser.add_argument("--rounds", type=int, default=3, help="how often each search is measured, after one to warm up")
    parser.add_argument("--keep", type=Path, help="directory to keep the archive in for the next run")
    options = parser.parse_args()
    kind = "reuters" if options.reuters else "synthetic"

    def records() -> Iterator[dict[str, Any]]:
        if options.reuters:
            return reuters.articles(options.articles, OUTLETS, options.reuters)
        return texts.articles(options.articles, OUTLETS)

    with servers.postgres(options.keep) as conninfo, tempfile.TemporaryDirectory() as directory:
        began = time.perf_counter()
        if servers.fill(conninfo, f"search {options.articles} {kind}", records()):
            print(f"archive of {options.articles:,} articles filled in {time.perf_counter() - began:.0f} s")
        began = time.perf_counter()
        index = peer.index(Path(directory), records())
        print(f"tantivy's index in {time.perf_counter() - began:.0f} s")
        with servers.serving(conninfo) as client:
            slower = _measured(client, index, tomllib.loads(QUERIES.read_text())[kind], options.rounds)
    sys.exit(slower)


def _measured(client: servers.Client, index: tantivy.Index, classes: Mapping[str, Any], rounds: int) -> bool:
    slower = False
    for sort, goal in GOALS.items():
        print(f"\n{sort:<14}  dateline p50     p95    tantivy p50     p95   (ms)")
        ours: list[float] = []
        theirs: list[float] = []
        for name, described in classes.items():
            searches = list(_searches(described))
            times = [_asked(client, index, search, sort, rounds) for search in searches]
            ours_now, theirs_now = ([each for pair in times for each in pair[side]] for side in (0, 1))
            print(_line(name, ours_now, theirs_now), flush=True)
            ours += ours_now
            theirs += theirs_now
        ratio = _quantile(ours, 0.95) / _quantile(theirs, 0.95)
        print(f"{_line('all', ours, theirs)}   p95 {ratio:.1f} times (goal {goal:.0f})")
        slower = slower or ratio > goal
    return slower


def _searches(described: Mapping[str, Any]) -> Iterator[Search]:
    narrowed: list[dict[str, str]] = [{}]
    for name in ("tag", "outlet"):
        narrowed = [{name: value} for value in described[name]] if name in described else narrowed
    if "dates" in described:
        narrowed = [{"from": since, "to": until} for since, until in described["dates"]]
    for q, filters in product(described["asked"], narrowed):
        yield Search(q, filters, described.get("page", 1))


def _asked(
    client: servers.Client, index: tantivy.Index, search: Search, sort: str, rounds: int
) -> tuple[list[float], list[float]]:
    parameters = {
        "q": search.q,
        "sort": sort,
        "limit": LIMIT,
        "count": "none",
        "fields": "id,headline",
        **search.narrowed,
    }
    for _ in range(search.page - 1):
        if following := _answer(client, parameters)["page"]["next"]:
            parameters["cursor"] = following
    query = _query(index, search)
    searcher = index.searcher()
    order: dict[str, Any] = {"order_by_field": "published"} if sort == "newest" else {}

    def theirs() -> None:
        found = searcher.search(query, LIMIT, count=False, offset=LIMIT * (search.page - 1), **order)
        for _, address in found.hits:
            searcher.doc(address)

    return _times(lambda: _answer(client, parameters), rounds), _times(theirs, rounds)


def _answer(client: servers.Client, parameters: Mapping[str, object]) -> dict[str, Any]:
    status, answer = client.get("/v1/articles", parameters)
    if status != 200:
        print(f"  {status} for {parameters}: {answer.get('detail')}")
        return {"page": {"next": None}}
    return answer


def _query(index: tantivy.Index, search: Search) -> tantivy.Query:
    phrased = search.q.startswith('"')
    words = " ".join(tokens(search.q))
    parts = [index.parse_query(f'"{words}"' if phrased else words, peer.TEXTS, conjunction_by_default=True)]
    parts += [
        tantivy.Query.term_query(index.schema, name, value)
        for name, value in search.narrowed.items()
        if name in ("tag", "outlet")
    ]
    if "from" in search.narrowed:
        since, until = (peer.seconds(f"{search.narrowed[name]}T00:00:00+00:00") for name in ("from", "to"))
        parts.append(
            tantivy.Query.range_query(index.schema, "published", tantivy.FieldType.Integer, since, until + 86_400)
        )
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in parts])


def _times(work: Callable[[], object], rounds: int) -> list[float]:
    work()
    times: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1_000)
    return times


def _line(name: str, ours: list[float], theirs: list[float]) -> str:
    figures = (_quantile(ours, 0.5), _quantile(ours, 0.95), _quantile(theirs, 0.5), _quantile(theirs, 0.95))
    return "{:<14}  {:12.1f} {:7.1f} {:14.2f} {:7.2f}".format(name, *figures)


def _quantile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


if __name__ == "__main__":
    main()
