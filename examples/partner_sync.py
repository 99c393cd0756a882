"""Mirror a Dateline archive in a SQLite file: copy it once, then follow its changes without missing any.

    python examples/partner_sync.py http://127.0.0.1:8000 mirror.sqlite          # follow until interrupted
    python examples/partner_sync.py http://127.0.0.1:8000 mirror.sqlite --once   # stop when there are no more changes

It needs only Python. With an API key in the environment variable DATELINE_KEY, the mirror includes the embargoed
articles of the key's outlets. You can interrupt it at any time: articles and cursor are stored in one transaction, so
it continues where it stopped.
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
    create table if not exists position (only_row integer primary key check (only_row = 1), cursor text not null);
"""


class Mirror:
    """The mirror and its server."""

    def __init__(self, server: str, path: str) -> None:
        self.server = server.rstrip("/")
        self.database = sqlite3.connect(path)
        self.database.executescript(SCHEMA)

    def get(self, path: str, **query: object) -> dict:
        """Return the JSON of a GET. Retry while the server is unavailable or asks to retry later."""
        request = urllib.request.Request(f"{self.server}{path}?{urllib.parse.urlencode(query)}")
        if key := os.environ.get("DATELINE_KEY"):
            request.add_header("Authorization", f"Bearer {key}")
        while True:
            try:
                with urllib.request.urlopen(request, timeout=60) as response:
                    content = json.load(response)
                    # Too many clients are waiting for changes, so this response came at once.
                    time.sleep(float(response.headers.get("Retry-After", "0")))
                    return content
            except urllib.error.HTTPError as error:
                if error.code not in (429, 503):
                    raise
                time.sleep(float(error.headers.get("Retry-After", "2")))
            except (urllib.error.URLError, TimeoutError):
                time.sleep(2)

    def cursor(self) -> str | None:
        """The position of the mirror in the feed; None before the first copy."""
        row = self.database.execute("select cursor from position").fetchone()
        return row[0] if row else None

    def copy(self) -> None:
        """Copy the whole archive. The cursor is read first, so that the feed repeats what changes meanwhile."""
        cursor = self.get("/v1/changes", after="latest")["page"]["next"]
        with self.database:
            self.database.execute("delete from articles")
            query: dict[str, object] = {"sort": "oldest", "limit": 100, "count": "none"}
            while True:
                page = self.get("/v1/articles", **query)
                for article in page["data"]:
                    self._store(article)
                if page["page"]["next"] is None:
                    break
                query["cursor"] = page["page"]["next"]
            self._move_to(cursor)

    def follow(self, wait: int) -> int:
        """Apply the next changes, waiting for them up to ``wait`` seconds. Return their number."""
        page = self.get("/v1/changes", after=self.cursor(), types="article", limit=100, wait=wait)
        with self.database:
            for change in page["data"]:
                if change["article"]:
                    self._store(change["article"])
                else:
                    self.database.execute("delete from articles where id = ?", (change["id"],))
            self._move_to(page["page"]["next"])
        return len(page["data"])

    def _store(self, article: dict) -> None:
        self.database.execute("insert or replace into articles values (?, ?)", (article["id"], json.dumps(article)))

    def _move_to(self, cursor: str) -> None:
        self.database.execute("insert or replace into position values (1, ?)", (cursor,))


def main() -> None:
    """Copy the archive if there is no copy yet or its position is no longer valid; then follow the changes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", help="such as http://127.0.0.1:8000")
    parser.add_argument("path", help="the SQLite file")
    parser.add_argument("--once", action="store_true", help="stop when there are no more changes")
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
            # 410: the changes are no longer stored, or the archive was restored. 400: it is a different archive.
            mirror.copy()
            continue
        if options.once and not new:
            break


if __name__ == "__main__":
    main()
