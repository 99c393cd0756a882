"""The application: the only place where everything is wired together."""

import threading
from importlib.metadata import version

from flask import Flask, Response
from flask_compress import Compress
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

from api.auth.keys import Uses
from api.context import request
from api.http import compression, concurrency, flask_app, hooks, problems, reads, sliding_window
from api.http.cache import Cache
from api.http.concurrency import Waiting
from api.http.openapi import describe
from api.http.openapi import headers as openapi_headers
from api.http.openapi import problems as openapi_problems
from api.http.parsing import JSON
from api.http.path_converters import NumberConverter, PrefixConverter, SlugConverter, TagConverter
from api.postgres.database import Database
from api.resources import article_batch, changes, entity_edits, health, jobs, keys, related, service
from api.settings import Settings
from schemas.ninjs import MEDIA_TYPE as NINJS

# Headers that a script of another origin may read.
EXPOSED = ", ".join(sorted([*openapi_headers.HEADERS, "Server-Timing", "X-Request-Id"]))

DESCRIPTION = """A news archive queried by hashtag: articles of many outlets with their tags and people.

Lists answer `data`, `page` and `meta`; go on with `page.next` as `cursor`. Times are RFC 3339 in UTC.
Whatever is unknown, repeated or malformed is refused with a problem (RFC 9457) that names it.

Every answer has an `X-Request-Id`, by which the log of the server knows the request; `Server-Timing` says in
milliseconds where its time went, and `Cache-Control` who may keep it.

`RateLimit` says what is left of this minute for an address or a key. A request counts 1, and more for what costs more:
`q` 1, `facets` and `explain` 2, `count=exact` 4, a timeline 5, a batch 10."""


def create_app(settings: Settings | None = None, database: Database | None = None) -> Flask:
    """The WSGI application. Without arguments, from the environment, as a server process makes it."""
    settings = settings or Settings.from_env()
    app = flask_app.App("api", static_folder=None)
    app.url_map.strict_slashes = True
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        API_TITLE="Dateline",
        API_VERSION=version("dateline"),
        OPENAPI_VERSION="3.1.0",
        COMPRESS_ALGORITHM=list(compression.ALGORITHMS),
        COMPRESS_MIMETYPES=[JSON, NINJS, problems.MEDIA_TYPE, "text/css", "text/html", "text/javascript"],
        COMPRESS_EVALUATE_CONDITIONAL_REQUEST=False,
        # The best of each that costs less time than it saves on a page of articles.
        COMPRESS_BR_LEVEL=4,
        COMPRESS_ZSTD_LEVEL=3,
        API_SPEC_OPTIONS={
            "info": {"description": DESCRIPTION, "license": {"name": "MIT", "identifier": "MIT"}},
            "servers": [{"url": "/", "description": "This server"}],
            "security": [{}, {"key": []}],
        },
    )
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
    problems.register(app)
    app.before_request(compression.choose)
    # The hooks after a request run from the last to the first: an answer is kept once it is compressed, and before it
    # has what belongs to one sending; flask-cors does nothing where its headers are there.
    CORS(app, methods=["GET", "HEAD", "OPTIONS"], max_age=86_400, send_wildcard=True, intercept_exceptions=False)
    app.after_request(_read_from_any_origin)
    hooks.register(app)
    app.after_request(reads.store)
    Compress(app)
    api = describe.Api(app)
    api.document.components.security_scheme(
        "key",
        {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key, `dl_…`; `dateline keys create` makes one, and so does `POST /v1/keys`.",
        },
    )
    openapi_headers.register(api.document)
    openapi_problems.register(api.document)
    api.register_converter(NumberConverter, lambda _part: {"type": "integer", "minimum": 1, "maximum": 999_999_999})
    for converter in (SlugConverter, TagConverter, PrefixConverter):
        api.register_converter(converter, lambda part: {"type": "string", "pattern": f"^{part.regex}$"})
    for blueprint in (
        article_batch.blueprint, entity_edits.TAGS, entity_edits.PEOPLE, entity_edits.OUTLETS, related.blueprint,
        changes.blueprint, jobs.blueprint, keys.blueprint, health.blueprint,
        service.blueprint,
    ):  # fmt: skip
        api.register_blueprint(blueprint)
    app.register_blueprint(service.documentation)
    if settings.metrics:
        app.register_blueprint(health.figures)
    app.extensions["dateline.api"] = api
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
    return app


def _read_from_any_origin(response: Response) -> Response:
    """Say so in all answers but those to OPTIONS; flask-cors would work it out anew each time."""
    if request().method != "OPTIONS":
        response.headers.add("Access-Control-Allow-Origin", "*")
        response.headers.add("Access-Control-Expose-Headers", EXPOSED)
    return response
