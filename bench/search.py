"""The speed of searches, over HTTP, beside tantivy within the process, in one run."""

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

from api.text.tokenizer import tokens
from bench import peer, reuters, servers, texts

OUTLETS = ["daily", "weekly", "monthly"]
LIMIT = 20
QUERIES = Path(__file__).with_name("queries.toml")
# The maximum ratio of Dateline's p95 to tantivy's over all searches but phrases, by sort.
GOALS = {"newest": 3.0, "relevance": 8.0}
# The maximum p95 of phrases, in milliseconds.
PHRASES_GOAL = 300


class Search(NamedTuple):
    """A search with its filters; ``page`` is the page that is measured, counted from 1."""

    q: str
    filters: dict[str, str]
    page: int = 1


class Times(NamedTuple):
    """Milliseconds of the same searches by Dateline and by tantivy."""

    dateline: list[float]
    tantivy: list[float]

    def add(self, others: "Times") -> None:
        """Append the times of other searches."""
        self.dateline.extend(others.dateline)
        self.tantivy.extend(others.tantivy)

    @property
    def ratio(self) -> float:
        """Dateline's p95 divided by tantivy's."""
        return _quantile(self.dateline, 0.95) / _quantile(self.tantivy, 0.95)


def main() -> None:
    """Print p50 and p95 of each class; exit code 1 if the goal for phrases or for all others is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=200_000, help="size of the archive")
    parser.add_argument("--reuters", type=Path, help="directory of Reuters-21578 to generate the articles from")
    parser.add_argument("--rounds", type=int, default=3, help="how often each search is measured, after one warm-up")
    parser.add_argument("--keep", type=Path, help="a directory for the archive, used again by the next run")
    options = parser.parse_args()
    kind = "reuters" if options.reuters else "synthetic"

    def records() -> Iterator[dict[str, Any]]:
        if options.reuters:
            return reuters.articles(options.articles, OUTLETS, options.reuters)
        return texts.articles(options.articles, OUTLETS)

    with servers.postgres(options.keep) as conninfo, tempfile.TemporaryDirectory() as directory:
        began = time.perf_counter()
        if servers.fill(conninfo, f"search {options.articles} {kind}", records()):
            print(f"stored {options.articles:,} articles in {time.perf_counter() - began:.0f} s")
        began = time.perf_counter()
        index = peer.index(Path(directory), records())
        print(f"built tantivy's index in {time.perf_counter() - began:.0f} s")
        with servers.serving(conninfo) as client:
            classes = tomllib.loads(QUERIES.read_text())[kind]
            beside = {name: described for name, described in classes.items() if "path" not in described}
            slower = _measured(client, index, beside, options.rounds)
            _measured_alone(client, {name: classes[name] for name in classes.keys() - beside.keys()}, options.rounds)
    sys.exit(slower)


def _measured(client: servers.Client, index: tantivy.Index, classes: Mapping[str, Any], rounds: int) -> bool:
    slower = False
    for sort, goal in GOALS.items():
        print(f"\n{sort:<14}  dateline p50     p95    tantivy p50     p95   (ms)")
        phrases, others = Times([], []), Times([], [])
        for name, described in classes.items():
            times = Times([], [])
            for search in _searches(described):
                times.add(_timed(client, index, search, sort, rounds))
            print(_line(name, times), flush=True)
            (phrases if described.get("phrases") else others).add(times)
        print(f"{_line('phrases', phrases)}   goal {PHRASES_GOAL} ms")
        print(f"{_line('all others', others)}   p95 {others.ratio:.1f} times tantivy's (goal {goal:.0f})")
        slower = slower or others.ratio > goal or _quantile(phrases.dateline, 0.95) > PHRASES_GOAL
    return slower


def _measured_alone(client: servers.Client, classes: Mapping[str, Any], rounds: int) -> None:
    print("\nwith default parameters, without a peer: dateline p50     p95   (ms)")
    for name, described in sorted(classes.items()):
        times: list[float] = []
        path = described["path"]
        for q in described["queries"]:
            parameters = {"q": q, **described.get("parameters", {})}
            times += _times(lambda path=path, query=parameters: _response(client, query, path), rounds)
        print(f"{name:<40} {_quantile(times, 0.5):12.1f} {_quantile(times, 0.95):7.1f}", flush=True)


def _searches(described: Mapping[str, Any]) -> Iterator[Search]:
    filters: list[dict[str, str]] = [{}]
    for name in ("tag", "outlet"):
        filters = [{name: value} for value in described[name]] if name in described else filters
    if "dates" in described:
        filters = [{"from": since, "to": until} for since, until in described["dates"]]
    for q, narrowed in product(described["queries"], filters):
        yield Search(q, narrowed, described.get("page", 1))


def _timed(client: servers.Client, index: tantivy.Index, search: Search, sort: str, rounds: int) -> Times:
    parameters = {
        "q": search.q,
        "sort": sort,
        "limit": LIMIT,
        "count": "none",
        "fields": "id,headline",
        **search.filters,
    }
    for _ in range(search.page - 1):
        if following := _response(client, parameters)["page"]["next"]:
            parameters["cursor"] = following
    query = _query(index, search)
    searcher = index.searcher()
    order: dict[str, Any] = {"order_by_field": "published"} if sort == "newest" else {}

    def search_tantivy() -> None:
        found = searcher.search(query, LIMIT, count=False, offset=LIMIT * (search.page - 1), **order)
        for _, document in found.hits:
            searcher.doc(document)

    return Times(_times(lambda: _response(client, parameters), rounds), _times(search_tantivy, rounds))


def _response(client: servers.Client, parameters: Mapping[str, object], path: str = "/v1/articles") -> dict[str, Any]:
    status, response = client.get(path, parameters)
    if status != 200:
        print(f"  {status} for {parameters}: {response.get('detail')}")
        return {"page": {"next": None}}
    return response


def _query(index: tantivy.Index, search: Search) -> tantivy.Query:
    phrased = search.q.startswith('"')
    pieces = [search.q] if phrased else search.q.split()
    words = " ".join(token for piece in pieces if not piece.endswith("*") for token in tokens(piece))
    parts = [_prefix(index, piece.removesuffix("*")) for piece in pieces if piece.endswith("*")]
    if words:
        query = f'"{words}"' if phrased else words
        parts.append(index.parse_query(query, peer.TEXTS, conjunction_by_default=True))
    parts += [
        tantivy.Query.term_query(index.schema, name, value)
        for name, value in search.filters.items()
        if name in ("tag", "outlet")
    ]
    if "from" in search.filters:
        since, until = (peer.seconds(f"{search.filters[name]}T00:00:00+00:00") for name in ("from", "to"))
        parts.append(
            tantivy.Query.range_query(index.schema, "published", tantivy.FieldType.Integer, since, until + 86_400)
        )
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in parts])


def _prefix(index: tantivy.Index, prefix: str) -> tantivy.Query:
    fields = [tantivy.Query.regex_query(index.schema, name, f"{prefix}.*") for name in peer.TEXTS]
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, field) for field in fields])


def _times(work: Callable[[], object], rounds: int) -> list[float]:
    work()
    times: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1_000)
    return times


def _line(name: str, times: Times) -> str:
    figures = (_quantile(side, part) for side in times for part in (0.5, 0.95))
    return "{:<14}  {:12.1f} {:7.1f} {:14.2f} {:7.2f}".format(name, *figures)


def _quantile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


if __name__ == "__main__":
    main()
