"""The demo archive: outlets, tags, people and articles, written for this project."""

from pathlib import Path

# In the order in which they are imported: articles refer to the others.
FILES = [Path(__file__).parent / f"{name}.jsonl" for name in ("outlets", "tags", "people", "articles")]
