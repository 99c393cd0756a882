"""The application: builds everything and lists every blueprint."""

import threading

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from api.auth.keys import RecentUses
from api.http import compression, concurrency, cross_origin, flask_app, hooks, problems, reads, sliding_window
from api.http.cache import Cache
from api.http.concurrency import Waiting
from api.http.openapi import document
from api.http.operation import Blueprint
from api.postgres.database import Database
from api.resources import (
    article_batch,
    article_refusals,
    article_versions,
    article_writes,
    articles,
    candidates,
    changes,
    documentation,
    guides,
    health,
    index,
    jobs,
    keys,
    metrics,
    outlets,
    people,
    problem_kinds,
    related,
    suggest,
    tags,
    timeline,
    trending,
)
from api.settings import Settings

# The tags of the documentation and the blueprints with their operations, in the order of the documentation.
SECTIONS = (
    (
        "Articles",
        "Read, search and publish news articles. Guides: [reading](/guides/reading), [publishing](/guides/partners).",
        (
            articles.blueprint,
            article_writes.blueprint,
            article_batch.blueprint,
            article_refusals.blueprint,
            article_versions.blueprint,
        ),
    ),
    (
        "Search",
        "Suggestions, timelines, trends and related articles. Full-text search and facets are parameters of"
        " `GET /v1/articles`: see [the query language](/guides/search).",
        (suggest.blueprint, timeline.blueprint, trending.blueprint, related.blueprint),
    ),
    ("Tags", "Hashtags and their articles. Guide: [editing](/guides/editing).", (tags.blueprint,)),
    (
        "People",
        "People whom articles name, with aliases and dated roles, and names of people who may be added. Guide:"
        " [people to add](/guides/editing#people-to-add).",
        (people.blueprint, candidates.blueprint),
    ),
    ("Outlets", "Outlets that publish articles.", (outlets.blueprint,)),
    (
        "Changes",
        "A feed of every change to the archive, for copies that stay"
        " [in sync](/guides/partners#staying-in-sync), and the jobs that complete a change.",
        (changes.blueprint, jobs.blueprint),
    ),
    ("Keys", "API keys: what each may do, and for which outlets.", (keys.blueprint,)),
    (
        "Service",
        "The index, error codes and health checks.",
        (index.blueprint, problem_kinds.blueprint, health.blueprint),
    ),
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
    app.extensions["dateline.uses"] = RecentUses()
    app.extensions["dateline.limiter"] = sliding_window.limiter(settings.rate_limit_storage)
    app.extensions["dateline.waiting"] = Waiting(concurrency.polls(settings.threads))
    app.extensions["dateline.writers"] = threading.Semaphore(concurrency.writers(settings.threads))
    app.extensions["dateline.gate"] = concurrency.Gate(settings.threads)
    app.extensions["dateline.gates"] = {
        "/livez": concurrency.Gate(concurrency.PROBES),
        "/v1/articles/batch": concurrency.Gate(concurrency.batches(settings.threads)),
    }


def _add_hooks(app: Flask) -> None:
    """What runs before and after every operation.

    Flask runs the hooks after a request in reverse order: a response is compressed, then cached, then gets the headers
    that differ between requests.
    """
    app.before_request(compression.negotiate)
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
