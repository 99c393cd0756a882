"""The log: one line for each request on stdout, and warnings and errors on stderr.

JSON lines are for programs. Text is for people in a terminal: there a request is a short line that begins with its
status.
"""

import logging
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any, BinaryIO, Protocol
from urllib.parse import quote

import click
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
GRANIAN: dict[str, Any] = {"handlers": {}, "loggers": {"_granian": {"propagate": True}}}
"""granian's configuration of logging: its messages go to the handlers of start()."""
COLORS = {2: "green", 3: "cyan", 4: "yellow", 5: "red"}

_STAMP = structlog.processors.TimeStamper("iso", key="time")


class Log(Protocol):
    """Writes lines to stdout in one format."""

    def event(self, name: str, fields: Mapping[str, object]) -> None:
        """Write that something happened."""

    def request(self, response: Response) -> None:
        """Write how this request was handled."""


_log: Log | None = None


def format_for(setting: str) -> str:
    """The format of a LOG_FORMAT: ``auto`` is text when stdout is a terminal, and else JSON."""
    if setting == AUTO:
        return TEXT if sys.stdout.isatty() else JSON
    return setting


def start(setting: str, out: BinaryIO | None = None) -> None:
    """Log from now on in this process, in the format of a LOG_FORMAT."""
    global _log
    form = format_for(setting)
    # Directly to the stream: the standard library's loggers take four times as long for a line.
    stream = structlog.BytesLogger(out or sys.stdout.buffer)
    _log = JsonLog(stream) if form == JSON else TextLog(stream, colors=out is None and sys.stdout.isatty())
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
    """Log on stdout that something happened."""
    if _log:
        # Requests do not fail because nobody reads the log any more.
        with suppress(OSError, ValueError):
            _log.event(name, fields)


def log_request(response: Response) -> None:
    """Log how this request was handled, without its query, headers and body: they may contain secrets."""
    if _log:
        with suppress(OSError, ValueError):
            _log.request(response)


class JsonLog:
    """Writes JSON lines, without structlog's processors, which would slow down every request."""

    def __init__(self, stream: structlog.BytesLogger) -> None:
        self._stream = stream

    def event(self, name: str, fields: Mapping[str, object]) -> None:
        """Write an event with its fields."""
        line = {**fields, "event": name, "level": "info", "time": datetime.now(UTC)}
        self._stream.info(orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z))

    def request(self, response: Response) -> None:
        """Write the event ``request``, with the path of a successful write with a key, which shows who wrote what."""
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
            fields["path"] = request().path
        self.event("request", fields)


class TextLog:
    """Writes lines for a terminal."""

    def __init__(self, stream: structlog.BytesLogger, *, colors: bool) -> None:
        self._stream, self._colors = stream, colors
        self._events = structlog.wrap_logger(
            stream,
            processors=[structlog.processors.add_log_level, _STAMP, *_rendered(TEXT, colors), _encoded],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        ).bind()

    def event(self, name: str, fields: Mapping[str, object]) -> None:
        """Write an event with its fields."""
        self._events.info(name, **fields)

    def request(self, response: Response) -> None:
        """Write status, method, path and duration, such as ``200 GET /v1/articles?… 3 ms``."""
        status = str(response.status_code)
        if self._colors:
            status = click.style(status, fg=COLORS.get(response.status_code // 100))
        # Quoted, a path cannot contain line breaks or control sequences for the terminal.
        path = quote(request().path, safe="/:@!$&'()*+,;=~") + ("?…" if request().query_string else "")
        line = f"{status} {request().method} {path} {timing.elapsed() * 1_000:.0f} ms"
        self._stream.info(line.encode(errors="replace"))


def route() -> str | None:
    """The path of the operation as in the OpenAPI document; None if the path belongs to no operation."""
    rule = request().url_rule
    return _path(rule.rule) if rule else None


@cache
def _path(rule: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def _rendered(form: str, colors: bool) -> list[Processor]:
    if form == TEXT:
        return [
            structlog.dev.ConsoleRenderer(
                colors=colors,
                timestamp_key="time",
                # The default, rich, shows the values of variables.
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_json)]


def _json(fields: object, **_: object) -> str:
    return orjson.dumps(fields, default=str).decode()


def _encoded(_logger: object, _method: str, line: Any) -> bytes:
    return line.encode(errors="replace")
