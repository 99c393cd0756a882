"""The peer of ``bench.search`` and ``bench.relevance``: tantivy, with the same texts and the same words."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import tantivy

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


def present(values: Any) -> str:
    """The only value of a field."""
    return values[0]
