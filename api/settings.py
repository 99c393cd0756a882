"""The settings, read from environment variables."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict


class SettingsError(ValueError):
    """The value of a setting is invalid; the text names the setting and says what it must be."""


# The root of the checkout. Without a checkout, the current directory.
_CHECKOUT = Path(__file__).parent.parent
_HOME = _CHECKOUT if (_CHECKOUT / "pyproject.toml").exists() else Path()


def setting(
    default: object,
    doc: str,
    *,
    shown: str | None = None,
    low: int = 1,
    high: int = 2**31 - 1,
    choices: Sequence[str] = (),
) -> Any:
    """A field of Settings: its default, its description, how the default is shown, and the values that it may have."""
    metadata = {
        "doc": doc,
        "shown": str(default) if shown is None else shown,
        "low": low,
        "high": high,
        "choices": choices,
    }
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """One field for each environment variable, which has the same name in capitals."""

    database_url: str = setting(
        "",
        "The Postgres database to use, as a libpq URL (Postgres 15 to 18, encoding UTF-8). Empty starts the embedded"
        " Postgres.",
        shown="(embedded)",
    )
    dateline_data: Path = setting(  # noqa: RUF009 - setting makes a dataclass field of it
        _HOME / ".dateline",
        "The data directory of the embedded Postgres.",
        shown="`.dateline` in the checkout, else in the current directory",
    )
    host: str = setting("127.0.0.1", "The IP address to listen on.")
    port: int = setting(8000, "The port to listen on.", high=65535)
    workers: int = setting(1, "The number of worker processes.", high=512)
    threads: int = setting(
        8,
        "The number of requests that one worker process handles at the same time. Each uses one database connection.",
        high=512,
    )
    cpu_affinity: bool = setting(
        False,
        "Pin each worker process to one CPU (Linux only). Faster for uncompressed responses, slower for compressed"
        " ones: see `docs/operations.md`.",
        shown="false",
    )
    public_url: str = setting(
        "",
        "The base URL of absolute links in responses, such as `https://news.example.org`.",
        shown="(as requested)",
    )
    trusted_proxies: int = setting(
        0,
        "The number of reverse proxies in front whose `X-Forwarded-For`, `-Proto` and `-Host` headers are trusted.",
        low=0,
        high=16,
    )
    public_reads: bool = setting(True, "Allow reads without an API key.", shown="true")
    max_body_bytes: int = setting(
        4 * 1024 * 1024, "The maximum size of a request body, in bytes. Larger ones get status 413."
    )
    changes_kept_days: int = setting(
        90,
        "The number of days that `/v1/changes` keeps a change. A client that was away for longer must copy the archive"
        " again.",
    )
    max_batch_bytes: int = setting(
        1024 * 1024 * 1024,
        "The maximum size of a batch request, in bytes. `MAX_BODY_BYTES` limits each of its items.",
    )
    statement_timeout_ms: int = setting(
        10_000, "The maximum duration of one SQL statement of a request, in milliseconds."
    )
    read_timeout_ms: int = setting(
        15_000, "The maximum duration of all SQL statements of one read together, in milliseconds."
    )
    cache_bytes: int = setting(
        32 * 1024 * 1024, "The size of the response cache of each worker process, in bytes. 0 turns it off.", low=0
    )
    cache_position_ms: int = setting(
        100,
        "How long a cached response may still be served after the archive has changed, in milliseconds. 0 checks the"
        " database for changes before every cached response.",
        low=0,
        high=60_000,
    )

    rate_limit_address: int = setting(
        60_000,
        "The number of requests a minute from one IP address without an API key. Expensive requests count as several,"
        " an IPv6 /64 network counts as one address. 0 turns the limit off.",
        low=0,
        high=10_000_000,
    )
    rate_limit_key: int = setting(
        60_000,
        "The number of requests a minute with one API key. Expensive requests count as several. 0 turns the limit off.",
        low=0,
        high=10_000_000,
    )
    rate_limit_storage: str = setting(
        "",
        "The Redis in which all worker processes count requests together, such as `redis://db.example.org:6379/0`."
        " Empty makes each worker process count by itself.",
        shown="(in memory)",
    )

    metrics: bool = setting(
        False,
        "Serve Prometheus metrics at `/metrics`, without authentication. Let your reverse proxy block that path.",
        shown="false",
    )
    log_format: str = setting(
        "auto",
        "The format of the log: `json`, `text`, or `auto`, which is `text` in a terminal and `json` otherwise.",
        choices=("auto", "json", "text"),
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Settings from environment variables; an empty one counts as unset. Raises SettingsError."""
        values = {f.name: environ.get(f.name.upper(), "").strip() for f in fields(cls)}
        return cls(**{f.name: _parse(f, values[f.name]) for f in fields(cls) if values[f.name]})


def _parse(setting: Any, text: str) -> Any:
    name = setting.name.upper()
    if setting.type is int:
        low, high = setting.metadata["low"], setting.metadata["high"]
        if not (text.isascii() and text.isdigit() and len(text) < 12 and low <= int(text) <= high):
            raise SettingsError(f"{name} is {text!r}; it must be a whole number from {low} to {high}")
        return int(text)
    if setting.type is bool:
        if text.lower() not in ("true", "false"):
            raise SettingsError(f"{name} is {text!r}; it must be true or false")
        return text.lower() == "true"
    if setting.metadata["choices"] and text not in setting.metadata["choices"]:
        *others, last = setting.metadata["choices"]
        raise SettingsError(f"{name} is {text!r}; it must be {', '.join(others)} or {last}")
    if setting.type is Path:
        return Path(text)
    if setting.name == "database_url":
        try:
            conninfo_to_dict(text)
        except ProgrammingError:  # its message contains the password
            raise SettingsError(
                f"{name} must be a libpq URL such as postgresql://dateline:secret@db.example.org/dateline"
            ) from None
    if setting.name == "rate_limit_storage" and not re.match(r"(rediss?|unix)://.", text):
        raise SettingsError(f"{name} must be the URL of a Redis, such as redis://db.example.org:6379/0")
    if setting.name == "public_url" and not re.fullmatch(r"(?i:https?)://[^\s/?#]+(/[^\s?#]*)?", text):
        raise SettingsError(f"{name} is {text!r}; it must be an absolute URL such as https://news.example.org")
    return text.rstrip("/") if setting.name == "public_url" else text
