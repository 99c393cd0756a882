"""What the server tells its operator: a line on stdout for each request, and on stderr what needs looking after."""

import logging
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any, BinaryIO

import orjson
import structlog
from flask import Response
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

from api.context import g, request
from api.observability import timing

JSON = "json"
TEXT = "text"
AUTO = "auto"
# How granian logs: as everything else does.
GRANIAN: dict[str, Any] = {"handlers": {}, "loggers": {"_granian": {"propagate": True}}}

_STAMP = structlog.processors.TimeStamper("iso", key="time")

_say: Callable[[str, Mapping[str, object]], None] | None = None


def format_for(asked: str) -> str:
    """The format of a LOG_FORMAT: ``auto`` is text when stdout is a terminal, and else JSON."""
    if asked == AUTO:
        return TEXT if sys.stdout.isatty() else JSON
    return asked


def start(asked: str, out: BinaryIO | None = None) -> None:
    """Log from now on in this process; without it nothing is said of requests."""
    global _say
    form = format_for(asked)
    # Straight to the stream: a quarter of the time that a line takes by way of the standard library's loggers.
    stream = structlog.BytesLogger(out or sys.stdout.buffer)
    _say = _in_json(stream) if form == JSON else _in_text(stream)
    handler = logging.StreamHandler()
    handler.setFormatter(
        ProcessorFormatter(
            processors=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.ExtraAdder(),
                _STAMP,
                ProcessorFormatter.remove_processors_meta,
                *_rendered(form, sys.stderr.isatty()),
            ]
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def event(name: str, **fields: object) -> None:
    """Say on stdout that something happened."""
    if _say:
        # A request is answered whether or not anybody still reads the log.
        with suppress(OSError, ValueError):
            _say(name, fields)


def answered(response: Response) -> None:
    """Say how this request was answered. Neither its query nor its headers are told, since they may hold secrets."""
    if not _say:
        return
    key = g().get("key")
    fields: dict[str, object] = {
        "request_id": g().get("request_id"),
        "method": request().method,
        "route": route(),
        "status": response.status_code,
        "milliseconds": round(timing.elapsed() * 1_000, 2),
        "stages": {name: round(seconds * 1_000, 2) for name, seconds in g().get("stages", {}).items()},
        "key": key.prefix if key else None,
    }
    if key and request().method not in ("GET", "HEAD", "OPTIONS") and response.status_code < 400:
        fields["path"] = request().path  # who wrote what
    event("request", **fields)


def route() -> str | None:
    """The path of the operation as the OpenAPI document writes it; None when the address is none of ours."""
    rule = request().url_rule
    return _path(rule.rule) if rule else None


@cache
def _path(rule: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def _in_json(stream: structlog.BytesLogger) -> Callable[[str, Mapping[str, object]], None]:
    """Without structlog's steps, for which each request would wait."""

    def say(name: str, fields: Mapping[str, object]) -> None:
        told = {**fields, "event": name, "level": "info", "time": datetime.now(UTC)}
        stream.info(orjson.dumps(told, default=str, option=orjson.OPT_UTC_Z))

    return say


def _in_text(stream: structlog.BytesLogger) -> Callable[[str, Mapping[str, object]], None]:
    rendered = _rendered(TEXT, sys.stdout.isatty())
    lines = structlog.wrap_logger(
        stream,
        processors=[structlog.processors.add_log_level, _STAMP, *rendered, _encoded],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    ).bind()
    return lambda name, fields: lines.info(name, **fields)


def _rendered(form: str, colors: bool) -> list[Processor]:
    if form == TEXT:
        return [
            structlog.dev.ConsoleRenderer(
                colors=colors,
                timestamp_key="time",
                # The other one, rich's, shows the values of variables.
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_json)]


def _json(fields: object, **_: object) -> str:
    return orjson.dumps(fields, default=str).decode()


def _encoded(_logger: object, _method: str, line: Any) -> bytes:
    return line.encode(errors="replace")
