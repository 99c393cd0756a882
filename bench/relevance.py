"""The quality of ranking on a judged collection, over HTTP, beside tantivy's BM25."""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from api.text.tokenizer import tokens
from bench import peer, reuters, servers, texts
from bench.collection import Text, measure, read

OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
OUTLETS = ["daily", "weekly", "monthly"]
JUDGED = "judged-"
# Mean average precision is computed over the first articles of each ranking, this many.
DEPTH = 200


def main() -> None:
    """Print nDCG@10 and MAP of Dateline and tantivy; exit code 1 if Dateline is worse by more than ``--worse``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("collection", type=Path, help="directory with cran.all.1400, cran.qry and cranqrel")
    parser.add_argument("--among", type=int, default=0, help="total number of articles; the judged ones are the oldest")
    parser.add_argument("--reuters", type=Path, help="directory of Reuters-21578 to generate the other articles from")
    parser.add_argument("--keep", type=Path, help="a directory for the archive, used again by the next run")
    parser.add_argument("--worse", type=float, default=0.0, help="by how much the figures may be below tantivy's")
    options = parser.parse_args()
    collection = read(options.collection)
    others = max(0, options.among - len(collection.texts))

    def records() -> Iterator[dict[str, Any]]:
        newer = (
            reuters.articles(others, OUTLETS, options.reuters) if options.reuters else texts.articles(others, OUTLETS)
        )
        return chain(judged(collection.texts), newer if others else ())

    with servers.postgres(options.keep) as conninfo, tempfile.TemporaryDirectory() as directory:
        servers.fill(conninfo, f"relevance {options.among} {options.reuters is not None}", records())
        with servers.serving(conninfo) as client:
            ours = [ranking(client, " ".join(tokens(question))) for question in collection.questions]
        theirs = peer.rankings(peer.index(Path(directory), records()), collection.questions, DEPTH)
    print(f"{len(collection.questions)} questions, {len(collection.texts):,} judged texts among "
          f"{len(collection.texts) + others:,} articles")  # fmt: skip
    ours_ndcg, ours_map = _figures("dateline", ours, collection.gains)
    theirs_ndcg, theirs_map = _figures("tantivy", theirs, collection.gains)
    sys.exit(ours_ndcg < theirs_ndcg - options.worse or ours_map < theirs_map - options.worse)


def judged(collection: Iterable[Text]) -> Iterator[dict[str, Any]]:
    """The texts of a judged collection as articles."""
    for number, text in enumerate(collection):
        yield {
            "outlet": OUTLETS[0],
            "external_id": f"{JUDGED}{text.number}",
            "headline": text.title or "-",
            "body": text.body,
            "language": "en",
            "published_at": (OLDEST + timedelta(hours=number)).isoformat(),
        }


def ranking(client: servers.Client, q: str) -> list[str]:
    """The external ids of the best articles by relevance, at least DEPTH if there are so many."""
    found: list[str] = []
    parameters = {"q": q, "sort": "relevance", "limit": 100, "count": "none",
                  "fields": "external_id"}  # fmt: skip
    while len(found) < DEPTH:
        status, response = client.get("/v1/articles", parameters)
        if status != 200:
            raise SystemExit(f"{status} for {q!r}: {response}")
        found += [article["external_id"] for article in response["data"]]
        if response["page"]["next"] is None:
            break
        parameters["cursor"] = response["page"]["next"]
    return found


def plain(rankings: Iterable[Sequence[str]]) -> list[list[str]]:
    """Rankings with the numbers of judged texts; other articles are empty strings."""
    return [[text.removeprefix(JUDGED) if text.startswith(JUDGED) else "" for text in ranking] for ranking in rankings]


def _figures(name: str, rankings: Sequence[Sequence[str]], gains: Sequence[Mapping[str, int]]) -> tuple[float, float]:
    gain, precision = measure(plain(rankings), gains)
    print(f"{name}: nDCG@10 {gain:.4f}, MAP@{DEPTH} {precision:.4f}")
    return gain, precision


if __name__ == "__main__":
    main()
