"""What searches find, over HTTP: judged collections, known items, questions in six languages, compounds."""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from bench import peer, relevance, reuters, samples, servers
from bench.collection import Collection, measure, read, read_smart
from bench.samples import Item, Passages

DATA = Path("shared/data")
LANGUAGES = ("ko", "ja", "zh", "fr", "de", "ar")
MEASURES = ("nDCG@10", f"MAP@{relevance.DEPTH}", "first", "in ten", "nothing")
GOALS = {
    "Cranfield": {"nDCG@10": 0.391},
    "MED": {"nDCG@10": 0.714},
    "typo, suggestion followed": {"in ten": 0.70},
    "phrase": {"first": 0.78, "in ten": 0.95},
    "questions, ko": {"in ten": 0.97},
    "questions, ja": {"in ten": 0.95},
    "questions, zh": {"in ten": 0.95},
    "questions, fr": {"in ten": 0.83},
    "questions, de": {"in ten": 0.96},
    "questions, ar": {"in ten": 0.95},
    "unspaced nouns, ko": {"in ten": 0.95},
    "unspaced nouns, ja": {"in ten": 0.95},
    "unspaced nouns, zh": {"in ten": 0.95},
}


class Row(NamedTuple):
    """A line of the table: the figures of so many queries, and the items that were not in the first ten."""

    name: str
    queries: int
    figures: dict[str, float]
    misses: Sequence[Item] = ()

    @property
    def missed(self) -> bool:
        """Whether a figure, as it is printed, is below its goal."""
        return any(round(self.figures[name], 3) < goal for name, goal in GOALS.get(self.name, {}).items())

    def __str__(self) -> str:
        cells = [f"{self.figures[name]:.3f}" if name in self.figures else "" for name in MEASURES]
        goals = ", ".join(f"{name} ≥ {goal}" for name, goal in GOALS.get(self.name, {}).items())
        return _line(self.name, str(self.queries), *cells) + goals + " (missed)" * self.missed


class Response(NamedTuple):
    """The external ids of the first ten articles of a search, and its spelling suggestion."""

    articles: list[str]
    suggestion: str | None


def main() -> None:
    """Print the table; exit code 1 if a figure is below its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help=f"directory of the collections (default: {DATA} here or above)")
    parser.add_argument("--sample", type=int, default=300, help="maximum number of queries of known items per row")
    parser.add_argument("--misses", action="store_true", help="print below each row the queries without their article")
    options = parser.parse_args()
    above = (place / DATA for place in (Path.cwd(), *Path.cwd().parents))
    data = options.data or next(filter(Path.is_dir, above), DATA)
    print(_line("", "queries", *MEASURES) + "goal", flush=True)
    missed, measured = False, False
    for row in _rows(data, options.sample):
        print(row, flush=True)
        for item in row.misses if options.misses else ():
            print(f"    {item.q} → {item.article}")
        missed, measured = missed or row.missed, True
    if not measured:
        raise SystemExit("Nothing was measured. Give the directory with --data.")
    sys.exit(missed)


def _rows(data: Path, number: int) -> Iterator[Row]:
    cranfield = [data / "cranfield" / name for name in ("cran.all.1400", "cran.qry", "cranqrel")]
    med = [data / "ir" / f"MED.{name}" for name in ("ALL", "QRY", "REL")]
    if _there("Cranfield", cranfield):
        yield from _judged("Cranfield", read(cranfield[0].parent))
    if _there("MED", med):
        yield from _judged("MED", read_smart(med[0].parent, "MED"))
    if _there("Reuters-21578", [data / "reuters21578"]):
        with reuters.extracted(data / "reuters21578") as directory:
            yield from _known_items(reuters.stories(directory), number)
    passages = {language: data / "multilingual" / f"{language}.jsonl" for language in LANGUAGES}
    if _there("Questions", passages.values()):
        yield from _questions({language: samples.read_passages(path) for language, path in passages.items()}, number)


def _there(name: str, paths: Iterable[Path]) -> bool:
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        print(f"{name}: not measured, as there is no {', '.join(missing)}", file=sys.stderr)
    return not missing


def _judged(name: str, collection: Collection) -> Iterator[Row]:
    records = list(relevance.judged(collection.texts))
    questions, depth = collection.questions, relevance.DEPTH
    with _archive(records) as client:
        ours = [relevance.ranking(client, question) for question in questions]
    with tempfile.TemporaryDirectory() as directory:
        tantivy = peer.rankings(peer.index(Path(directory), records), questions, depth)
    bm25s = peer.bm25s_rankings(records, questions, depth)
    for by, rankings in ((name, ours), (f"{name}, tantivy", tantivy), (f"{name}, bm25s", bm25s)):
        figures = measure(relevance.plain(rankings), collection.gains)
        yield Row(by, len(questions), dict(zip(MEASURES, figures, strict=False)))


def _known_items(stories: Sequence[reuters.Story], number: int) -> Iterator[Row]:
    records = (
        _record(place, str(place), "en", story.title, " ".join(story.sentences)) for place, story in enumerate(stories)
    )
    with _archive(records) as client:
        for kind, items in samples.known_items(stories, number).items():
            responses = [_search(client, item.q) for item in items]
            yield _row(kind, items, responses)
            if kind == "typo":
                followed = [_follow(client, item, response) for item, response in zip(items, responses, strict=True)]
                yield _row("typo, suggestion followed", items, followed)


def _questions(passages: Mapping[str, Passages], number: int) -> Iterator[Row]:
    texts = ((language, *item) for language, those in passages.items() for item in those.texts.items())
    records = (_record(number, name, language, "-", text) for number, (language, name, text) in enumerate(texts))
    with _archive(records) as client:
        questions = {f"questions, {language}": those.questions for language, those in passages.items()}
        nouns = {
            f"unspaced nouns, {language}": samples.unspaced(language, those.texts.items(), number)
            for language, those in passages.items()
        }
        for name, items in chain(questions.items(), nouns.items()):
            if items:
                yield _row(name, items, [_search(client, item.q) for item in items])


def _row(name: str, items: Sequence[Item], responses: Sequence[Response]) -> Row:
    pairs = [*zip(items, responses, strict=True)]
    misses = [item for item, response in pairs if item.article not in response.articles]
    counts = (
        sum(response.articles[:1] == [item.article] for item, response in pairs),
        len(items) - len(misses),
        sum(not response.articles for response in responses),
    )
    shares = [count / len(items) if items else 0.0 for count in counts]
    return Row(name, len(items), dict(zip(MEASURES[-3:], shares, strict=True)), misses)


def _record(number: int, external_id: str, language: str, headline: str, body: str) -> dict[str, Any]:
    # No two are published at the same time, so that articles of the same score have the same order in every run.
    published_at = (relevance.OLDEST + timedelta(hours=number)).isoformat()
    return {"outlet": "daily", "external_id": external_id, "language": language, "headline": headline, "body": body,
            "published_at": published_at}  # fmt: skip


@contextmanager
def _archive(records: Iterable[dict[str, Any]]) -> Iterator[servers.Client]:
    with servers.postgres(None) as conninfo:
        servers.fill(conninfo, "quality", records)
        with servers.serving(conninfo, servers.free_ports(1)[0]) as client:
            yield client


def _search(client: servers.Client, q: str) -> Response:
    parameters = {"q": q, "sort": "relevance", "limit": 10, "fields": "external_id"}
    status, response = client.get("/v1/articles", parameters)
    if status != 200:
        raise SystemExit(f"{status} for {q!r}: {response}")
    return Response([article["external_id"] for article in response["data"]], response["meta"]["suggestion"])


def _follow(client: servers.Client, item: Item, response: Response) -> Response:
    """The response that a reader ends with: the suggestion's, where the article is not in the first."""
    if response.suggestion is None or item.article in response.articles:
        return response
    return _search(client, response.suggestion)


def _line(name: str, queries: str, *cells: str) -> str:
    return f"{name:<28}{queries:>8}" + "".join(f"{cell:>10}" for cell in cells) + "  "


if __name__ == "__main__":
    main()
