"""Paging over HTTP, to the end and back, while another process inserts all the time."""

import json
import multiprocessing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.request import urlopen

import pytest
from conftest import new_database, serving
from insertions import ROUND, fill, keep_inserting
from processes import until

from api.postgres import migrate
from api.postgres.connection import connect

pytestmark = pytest.mark.long

ENTRIES = 60


@dataclass(frozen=True)
class Archive:
    """An archive into which another process inserts; ``written`` counts what it has."""

    base: str
    written: Any

    def pages(self, path: str, direction: str, cursor: str | None = None) -> Iterator[dict[str, Any]]:
        """The pages from a cursor on, as far as they lead; between two of them something of all kinds comes in."""
        while True:
            address = f"{self.base}{path}&cursor={cursor}" if cursor else f"{self.base}{path}"
            with urlopen(address, timeout=60) as answer:  # noqa: S310 - a server of ours
                page = json.load(answer)
            yield page
            if (cursor := page["page"][direction]) is None:
                return
            before = self.written.value
            until(lambda before=before: self.written.value >= before + ROUND)


@pytest.fixture(scope="module")
def archive(server: str) -> Iterator[Archive]:
    context = multiprocessing.get_context("spawn")
    written, ended = context.Value("i", 0), context.Event()
    with new_database(server) as conninfo:
        migrate.upgrade(conninfo)
        with connect(conninfo) as connection:
            fill(connection, ENTRIES)
        inserting = context.Process(target=keep_inserting, args=(conninfo, ENTRIES, written, ended))
        inserting.start()
        try:
            with serving(conninfo) as base:
                yield Archive(base, written)
        finally:
            ended.set()
            inserting.join()
        assert inserting.exitcode == 0


def entries(found: Iterable[dict[str, Any]]) -> list[str]:
    return [entry.get("id") or entry["slug"] for page in found for entry in page["data"]]


@pytest.mark.parametrize(
    "path",
    # As the archive grows, walks take longer: those with the most pages come first, and the one that begins with too
    # few for anything to come in meanwhile last.
    [
        "/v1/tags?sort=name",
        "/v1/people?sort=name",
        "/v1/articles?sort=newest",
        "/v1/articles?sort=oldest",
        "/v1/articles?sort=newest&tag=walked",
        "/v1/articles?sort=oldest&tag=walked",
        "/v1/articles?sort=newest&tag=walked,other",
        "/v1/articles?sort=newest&tag_all=walked,other&person=bo-lind",
        "/v1/articles?sort=newest&q=ferry",
        "/v1/articles?sort=newest&q=ferry&tag=walked",
        "/v1/articles?sort=newest&fields=id",
        "/v1/tags/walked/articles?sort=newest",
        "/v1/people/bo-lind/articles?sort=oldest",
        "/v1/people?sort=name&q=e",
    ],
)
def test_what_was_there_is_seen_once_on_the_way_to_the_end_and_once_on_the_way_back(
    archive: Archive, path: str
) -> None:
    there = set(entries(archive.pages(f"{path}&limit=100", "next")))
    to_the_end = list(archive.pages(f"{path}&limit=15", "next"))
    last = to_the_end[-1]
    back = [last, *archive.pages(f"{path}&limit=15", "prev", last["page"]["prev"])]
    for found in (entries(to_the_end), entries(reversed(back))):
        assert len(found) == len(set(found)), "nothing is seen twice"
        assert there <= set(found), "nothing is skipped"
    # Something comes in meanwhile.
    until(lambda: set(entries(archive.pages(f"{path}&limit=100", "next"))) > there)
