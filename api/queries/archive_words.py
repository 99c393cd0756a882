"""The words of the archive for spelling suggestions: each process keeps an index of them in memory."""

import threading
from typing import Any

from api.postgres.connection import Connection
from api.text.word_index import WordIndex

_lock = threading.Lock()
_loaded: tuple[Any, WordIndex] = (None, WordIndex(()))


def archive_words(connection: Connection) -> WordIndex:
    """The words as they were last counted, without those of articles that have been purged since."""
    global _loaded
    counted = connection.execute("select measured_at, erased_at, incarnation from text_stats, archive").fetchone()
    version = tuple(counted.values()) if counted else None
    if _loaded[0] != version:
        # Threads that waited for the lock use what another one has loaded.
        with _lock:
            if _loaded[0] != version:
                _loaded = version, _load(connection)
    return _loaded[1]


def _load(connection: Connection) -> WordIndex:
    rows = connection.execute("select word, articles from word_stats").fetchall()
    return WordIndex((row["word"], row["articles"]) for row in rows)
