"""The peers of benches: tantivy and bm25s, with the same texts and the same words."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import bm25s
import tantivy

from api.text.tokenizer import tokens

TEXTS = ["headline", "body"]


def index(directory: Path, records: Iterable[dict[str, Any]]) -> tantivy.Index:
    """An index of articles: stemmed texts, and the fields that the searches filter and sort by."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("external_id", stored=True, tokenizer_name="raw")
    for name in TEXTS:
        builder.add_text_field(name, tokenizer_name="en_stem")
    for name in ("outlet", "tag"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("published", indexed=True, fast=True)
    built = tantivy.Index(builder.build(), path=str(directory))
    writer = built.writer(heap_size=500_000_000, num_threads=2)
    for record in records:
        document = tantivy.Document()
        document.add_text("external_id", record["external_id"])
        document.add_text("headline", record["headline"])
        document.add_text("body", record["body"])
        document.add_text("outlet", record["outlet"])
        for tag in record.get("tags", ()):
            document.add_text("tag", tag)
        document.add_integer("published", seconds(record["published_at"]))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    built.reload()
    return built


def seconds(time: str) -> int:
    """A time as the index stores it: seconds since 1970."""
    return int(datetime.fromisoformat(time).timestamp())


def best(searcher: tantivy.Searcher, query: tantivy.Query, limit: int) -> list[str]:
    """The external ids of the best articles by BM25."""
    hits = searcher.search(query, limit, count=False).hits
    return [present(searcher.doc(document)["external_id"]) for _, document in hits]


def rankings(index: tantivy.Index, questions: Iterable[str], limit: int) -> list[list[str]]:
    """The external ids of the best articles for each question by tantivy."""
    searcher = index.searcher()
    return [best(searcher, index.parse_query(" ".join(tokens(question)), TEXTS), limit) for question in questions]


def bm25s_rankings(records: Sequence[dict[str, Any]], questions: Sequence[str], limit: int) -> list[list[str]]:
    """The external ids of the best articles for each question by bm25s, whose words tantivy stems as its own."""
    lowercase = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    analyzer = lowercase.filter(tantivy.Filter.stemmer("english")).build()
    built = bm25s.BM25()
    built.index([analyzer.analyze(f"{record['headline']} {record['body']}") for record in records], show_progress=False)
    found, scores = built.retrieve(
        [analyzer.analyze(question) for question in questions], k=min(limit, len(records)), show_progress=False
    )
    return [
        [records[place]["external_id"] for place, score in zip(*ranking, strict=True) if score > 0]
        for ranking in zip(found, scores, strict=True)
    ]


def present(values: Any) -> str:
    """The only value of a field."""
    return values[0]
