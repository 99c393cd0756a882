"""Everything that can be set from outside, read once from the environment."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict


class SettingsError(ValueError):
    """A setting that cannot be used; the text names it and says what would be right."""


# The checkout; where Dateline is installed without one, the directory it is started in.
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
    """A field of Settings: its default, its sentence, and what it takes: the bounds of a number, or the words."""
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
        "The Postgres to use (15 to 18, UTF-8), as a libpq URL; empty starts the embedded one.",
        shown="(embedded)",
    )
    dateline_data: Path = setting(  # noqa: RUF009 - setting makes a dataclass field of it
        _HOME / ".dateline",
        "Where the embedded Postgres keeps its data.",
        shown="`.dateline` in the checkout",
    )
    host: str = setting("127.0.0.1", "The address to listen on.")
    port: int = setting(8000, "The port to listen on.", high=65535)
    workers: int = setting(1, "Server processes that answer requests.", high=512)
    threads: int = setting(
        8, "Requests that one server process answers at once, each on a connection of its own.", high=512
    )
    cpu_affinity: bool = setting(
        False,
        "Whether each server process keeps to a CPU of its own, where Linux runs it: faster where answers are not"
        " compressed, slower where they are (`docs/operations.md`).",
        shown="false",
    )
    public_url: str = setting(
        "",
        "The address readers use, for absolute links, such as `https://news.example.org`.",
        shown="(as requested)",
    )
    trusted_proxies: int = setting(
        0, "How many proxies in front may set `X-Forwarded-For`, `-Proto` and `-Host`.", low=0, high=16
    )
    public_reads: bool = setting(True, "Whether reading needs no key.", shown="true")
    max_body_bytes: int = setting(4 * 1024 * 1024, "The largest request body, in bytes; a larger one is a 413.")
    changes_kept_days: int = setting(
        90, "How long `/v1/changes` keeps a change, in days; a follower that stays away longer must copy anew."
    )
    max_batch_bytes: int = setting(
        1024 * 1024 * 1024, "The largest body of a batch, in bytes; each of its items keeps to `MAX_BODY_BYTES`."
    )
    statement_timeout_ms: int = setting(10_000, "How long one SQL statement of a request may take, in milliseconds.")
    read_timeout_ms: int = setting(
        15_000,
        "How long one reading of the database for a request may take, all its statements together, in milliseconds.",
    )
    cache_bytes: int = setting(
        32 * 1024 * 1024, "How many bytes of answers each process keeps to give them again; 0 keeps none.", low=0
    )
    cache_position_ms: int = setting(
        100,
        "How old a kept answer may be at most, in milliseconds, once the archive has changed; 0 asks the archive "
        "before each is given.",
        low=0,
        high=60_000,
    )

    rate_limit_address: int = setting(
        60_000,
        "How much an address may ask for in a minute without a key (an IPv6 network of 64 bits counts as one); 0 for"
        " no limit.",
        low=0,
        high=10_000_000,
    )
    rate_limit_key: int = setting(
        60_000, "How much a key may ask for in a minute; 0 for no limit.", low=0, high=10_000_000
    )
    rate_limit_storage: str = setting(
        "",
        "Where that is counted: a Redis for all processes, such as `redis://db.example.org:6379/0`; else each process"
        " counts for itself.",
        shown="(in memory)",
    )

    metrics: bool = setting(
        False,
        "Whether `/metrics` answers, to whoever reaches this server: let the proxy in front keep it inside.",
        shown="false",
    )
    log_format: str = setting(
        "",
        "How the log is written: `json`, an object a line, or `text`.",
        shown="`text` at a terminal, else `json`",
        choices=("json", "text"),
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
            raise SettingsError(f"{name} is {text!r}; it takes a whole number from {low} to {high}")
        return int(text)
    if setting.type is bool:
        if text.lower() not in ("true", "false"):
            raise SettingsError(f"{name} is {text!r}; it takes true or false")
        return text.lower() == "true"
    if setting.metadata["choices"] and text not in setting.metadata["choices"]:
        raise SettingsError(f"{name} is {text!r}; it takes {' or '.join(setting.metadata['choices'])}")
    if setting.type is Path:
        return Path(text)
    if setting.name == "database_url":
        try:
            conninfo_to_dict(text)
        except ProgrammingError:  # whose message shows the password
            raise SettingsError(
                f"{name} is no URL of libpq's, such as postgresql://dateline:secret@db.example.org/dateline"
            ) from None
    if setting.name == "rate_limit_storage" and not re.match(r"(rediss?|unix)://.", text):
        raise SettingsError(f"{name} is not the URL of a Redis, such as redis://db.example.org:6379/0")
    if setting.name == "public_url" and not re.fullmatch(r"(?i:https?)://[^\s/?#]+(/[^\s?#]*)?", text):
        raise SettingsError(f"{name} is {text!r}; it takes an absolute URL such as https://news.example.org")
    return text.rstrip("/") if setting.name == "public_url" else text
