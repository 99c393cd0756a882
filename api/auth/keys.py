"""The format of API keys: ``dl_<prefix, 8>_<secret, 32><checksum, 8>`` in hexadecimal digits. Pure."""

import hashlib
import re
import secrets
import time
import zlib
from collections.abc import Callable

_KEY = re.compile("dl_([0-9a-f]{8})_([0-9a-f]{32})([0-9a-f]{8})")

SCOPES = ("read", "write", "edit", "admin")


def generate() -> tuple[str, str]:
    """Create a key. Returns it with its prefix."""
    prefix, secret = secrets.token_hex(4), secrets.token_hex(16)
    return f"dl_{prefix}_{secret}{_checksum(prefix + secret)}", prefix


def is_well_formed(text: str) -> bool:
    """Whether format and checksum are right. Rejects mistyped keys without a query."""
    match = _KEY.fullmatch(text)
    return match is not None and match[3] == _checksum(match[1] + match[2])


def prefix_of(text: str) -> str:
    """The prefix of a well-formed key, which identifies it and is not secret."""
    return text.split("_")[1]


def hash_key(text: str) -> bytes:
    """The SHA-256 of a key, which is stored instead of it. A random secret needs no slow hash."""
    return hashlib.sha256(text.encode()).digest()


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


class RecentUses:
    """The keys that this process saw in the last minute, so that few requests update the time of last use."""

    SECONDS = 60.0

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._recorded: dict[str, float] = {}

    def is_due(self, prefix: str) -> bool:
        """Whether to update the time of last use of a key. Returns True at most once a minute for each key."""
        now = self._clock()
        recorded = self._recorded.get(prefix)
        if recorded is not None and now - recorded < self.SECONDS:
            return False
        self._recorded[prefix] = now
        return True
