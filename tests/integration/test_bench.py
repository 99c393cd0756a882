"""``make bench`` on small archives: every row is measured; the figures themselves are not checked."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
NAMES = [
    "list SQL (pgbench)", "empty view", "FastAPI's list", "list of a tag", "list, cached", "list, unchanged (304)",
    "one article", "search, newest", "search, relevance", "mixed, 2 % writes",
]  # fmt: skip


@pytest.mark.long
def test_reads_are_measured_and_drawn(tmp_path: Path) -> None:
    written = {"--result": tmp_path / "result.json", "--chart": tmp_path / "chart.svg"}
    places = [str(part) for option in written.items() for part in option]
    sizes = ["--articles", "500", "1000", "--rounds", "1", "--seconds", "0.2", "--tool", "threads"]
    run = subprocess.run(
        [sys.executable, "-m", "bench.read", *sizes, *places], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert run.returncode in (0, 1), run.stderr
    for articles, result in json.loads(written["--result"].read_text(encoding="utf-8")).items():
        assert list(result["measured"]) == NAMES
        assert all(0 < row["p50"] <= row["p99"] and row["rate"] > 1 for row in result["measured"].values())
        assert len(result["goals"]) == 6
        assert len(result["worker_bytes"]) == 1
        assert f"{int(articles):,} articles" in run.stdout
    lines = ElementTree.parse(written["--chart"]).iter("{http://www.w3.org/2000/svg}polyline")  # noqa: S314 - our own
    assert [len(line.get("points", "").split()) for line in lines] == [2, 2, 2]
