"""A mirror of a Dateline archive in a SQLite file: copies it once, then follows its changes, and never misses one.

    python examples/partner_sync.py http://127.0.0.1:8000 mirror.sqlite          # follow until interrupted
    python examples/partner_sync.py http://127.0.0.1:8000 mirror.sqlite --once   # follow until nothing is new

Needs nothing but Python. With the environment variable DATELINE_KEY it also sees the embargoed articles of the key's
outlets. Interrupt it when you like: articles and cursor are stored together, so that it goes on where it was.
"""

import argparse
import json
import os
import sqlite3
import time
import urllib.error
import urllib.parse
import urllib.request

SCHEMA = """
    create table if not exists articles (id text primary key, article text not null);
    create table if not exists place (only_row integer primary key check (only_row = 1), cursor text not null);
"""


class Mirror:
    """The copy, and the server that it is a copy of."""

    def __init__(self, server: str, path: str) -> None:
        self.server = server.rstrip("/")
        self.database = sqlite3.connect(path)
        self.database.executescript(SCHEMA)

    def ask(self, path: str, **query: object) -> dict:
        """The JSON that an address answers; waits while the server is away, or asks to be asked later."""
        request = urllib.request.Request(f"{self.server}{path}?{urllib.parse.urlencode(query)}")
        if key := os.environ.get("DATELINE_KEY"):
            request.add_header("Authorization", f"Bearer {key}")
        while True:
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    content = json.load(answer)
                    # Too many wait for changes already, so this one was answered at once.
                    time.sleep(float(answer.headers.get("Retry-After", "0")))
                    return content
            except urllib.error.HTTPError as error:
                if error.code not in (429, 503):
                    raise
                time.sleep(float(error.headers.get("Retry-After", "2")))
            except (urllib.error.URLError, TimeoutError):
                time.sleep(2)

    def cursor(self) -> str | None:
        """Where the copy stands in the feed; None before the first copy."""
        row = self.database.execute("select cursor from place").fetchone()
        return row[0] if row else None

    def copy(self) -> None:
        """Copy the whole archive. The cursor is taken first: what changes meanwhile is told by the feed again."""
        cursor = self.ask("/v1/changes", after="latest")["page"]["next"]
        with self.database:
            self.database.execute("delete from articles")
            query: dict[str, object] = {"sort": "oldest", "limit": 100, "count": "none"}
            while True:
                page = self.ask("/v1/articles", **query)
                for article in page["data"]:
                    self._keep(article)
                if page["page"]["next"] is None:
                    break
                query["cursor"] = page["page"]["next"]
            self._stand(cursor)

    def follow(self, wait: int) -> int:
        """Take over the next changes, waiting for them so many seconds; how many there were."""
        page = self.ask("/v1/changes", after=self.cursor(), types="article", limit=100, wait=wait)
        with self.database:
            for change in page["data"]:
                if change["article"]:
                    self._keep(change["article"])
                else:
                    self.database.execute("delete from articles where id = ?", (change["id"],))
            self._stand(page["page"]["next"])
        return len(page["data"])

    def _keep(self, article: dict) -> None:
        self.database.execute("insert or replace into articles values (?, ?)", (article["id"], json.dumps(article)))

    def _stand(self, cursor: str) -> None:
        self.database.execute("insert or replace into place values (1, ?)", (cursor,))


def main() -> None:
    """Copy if there is no copy yet, or the feed cannot go on from it; then follow."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", help="such as http://127.0.0.1:8000")
    parser.add_argument("path", help="the SQLite file")
    parser.add_argument("--once", action="store_true", help="stop when nothing is new")
    options = parser.parse_args()
    mirror = Mirror(options.server, options.path)
    if mirror.cursor() is None:
        mirror.copy()
    while True:
        try:
            new = mirror.follow(wait=0 if options.once else 30)
        except urllib.error.HTTPError as error:
            if error.code not in (400, 410):
                raise
            # Away for longer than changes are kept (410), or the archive is a restored (410) or another one now (400).
            mirror.copy()
            continue
        if options.once and not new:
            break


if __name__ == "__main__":
    main()
