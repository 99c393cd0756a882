"""``dateline serve`` with one more path: an empty view behind every hook of the app."""

from flask import Flask, Response

from api.server import startup
from api.server import worker as process
from api.settings import Settings

EMPTY = "/bench/empty"


def worker() -> Flask:
    """The app of a worker process."""
    app = process.worker()
    app.add_url_rule(EMPTY, "bench_empty", lambda: Response(b"{}", mimetype="application/json"))
    return app


if __name__ == "__main__":
    startup.serve(Settings.from_env(), demo=False, say=print, worker="bench.read_app:worker")
