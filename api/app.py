"""The application: builds everything and lists every blueprint."""

import threading

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from api.auth.keys import Uses
from api.http import compression, concurrency, cross_origin, flask_app, hooks, problems, reads, sliding_window
from api.http.cache import Cache
from api.http.concurrency import Waiting
from api.http.openapi import document
from api.http.operation import Blueprint
from api.postgres.database import Database
from api.resources import (
    article_batch,
    article_versions,
    article_writes,
    articles,
    changes,
    documentation,
    guides,
    health,
    jobs,
    keys,
    metrics,
    outlets,
    people,
    related,
    service,
    suggest,
    tags,
    timeline,
)
from api.settings import Settings

# The tags of the documentation and the blueprints with their operations, in the order of the documentation.
SECTIONS = (
    (
        "Articles",
        "News stories, newest first.",
        (articles.blueprint, article_writes.blueprint, article_versions.blueprint, article_batch.blueprint),
    ),
    ("Tags", "What articles are about; the articles of a tag are its hashtag page.", (tags.blueprint,)),
    ("People", "Who articles name, with aliases and dated roles.", (people.blueprint,)),
    (
        "Outlets",
        "Who publishes articles; the ids of articles derive from an outlet's `uuid`.",
        (outlets.blueprint,),
    ),
    ("Discovery", "Ways into the archive.", (timeline.blueprint, suggest.blueprint, related.blueprint)),
    ("Changes", "Everything that happens, in its order.", (changes.blueprint,)),
    ("Jobs", "What a write left to do.", (jobs.blueprint,)),
    (
        "Keys",
        "Who may write what. All but to see itself needs a key with the scope `admin`.",
        (keys.blueprint,),
    ),
    ("Health", "Whether the server is well.", (health.blueprint,)),
    ("Service", "The server itself.", (service.blueprint,)),
)


def create_app(settings: Settings | None = None, database: Database | None = None) -> Flask:
    """The WSGI application. Without arguments, it is configured by the environment."""
    settings = settings or Settings.from_env()
    app = flask_app.App("api", static_folder=None)
    app.url_map.strict_slashes = True
    app.config.update(MAX_CONTENT_LENGTH=settings.max_body_bytes, **compression.CONFIG, **document.CONFIG)
    _add_state(app, settings, database)
    _add_hooks(app)
    _add_operations(app)
    problems.register(app)
    if settings.metrics:
        app.register_blueprint(metrics.blueprint)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
    return app


def _add_state(app: Flask, settings: Settings, database: Database | None) -> None:
    """What the requests of this process share."""
    app.extensions["dateline.settings"] = settings
    app.extensions["dateline.database"] = database or Database(
        settings.database_url,
        size=concurrency.connections(settings.threads),
        statement_timeout_ms=settings.statement_timeout_ms,
        read_timeout_ms=settings.read_timeout_ms,
    )
    app.extensions["dateline.cache"] = Cache(settings.cache_bytes, settings.cache_position_ms)
    app.extensions["dateline.uses"] = Uses()
    app.extensions["dateline.limiter"] = sliding_window.limiter(settings.rate_limit_storage)
    app.extensions["dateline.waiting"] = Waiting(concurrency.polls(settings.threads))
    app.extensions["dateline.writers"] = threading.Semaphore(concurrency.writers(settings.threads))
    app.extensions["dateline.draining"] = Waiting(concurrency.BODIES // 4)
    app.extensions["dateline.gate"] = app.wsgi_app = concurrency.Gate(app.wsgi_app, settings.threads)


def _add_hooks(app: Flask) -> None:
    """What runs before and after every operation.

    Flask runs the hooks after a request in reverse order: a response is compressed, then cached, then gets the headers
    that differ between requests.
    """
    app.before_request(compression.choose)
    cross_origin.register(app)
    hooks.register(app)
    app.after_request(reads.store)
    Compress(app)


def _add_operations(app: Flask) -> None:
    """Every operation, and their documentation."""
    api = document.register(app)
    for tag, description, blueprints in SECTIONS:
        section = Blueprint(tag, __name__, description=description)
        for blueprint in blueprints:
            section.register_blueprint(blueprint)
        api.register_blueprint(section)
    app.register_blueprint(documentation.blueprint)
    app.register_blueprint(guides.blueprint)
    app.extensions["dateline.api"] = api
