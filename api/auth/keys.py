"""What an API key looks like: ``dl_<8 to find it>_<32 secret><8 to check it>``, of 128 random bits. Pure."""

import hashlib
import re
import secrets
import time
import zlib
from collections.abc import Callable

_KEY = re.compile("dl_([0-9a-f]{8})_([0-9a-f]{32})([0-9a-f]{8})")

SCOPES = ("read", "write", "edit", "admin")


def new() -> tuple[str, str]:
    """A new key and the prefix that finds it."""
    prefix, secret = secrets.token_hex(4), secrets.token_hex(16)
    return f"dl_{prefix}_{secret}{_checksum(prefix + secret)}", prefix


def well_formed(text: str) -> bool:
    """Whether the checksum is right: a mistyped key is known without asking the database."""
    match = _KEY.fullmatch(text)
    return match is not None and match[3] == _checksum(match[1] + match[2])


def prefix_of(text: str) -> str:
    """The part of a well-formed key by which it is found and named; no secret."""
    return text.split("_")[1]


def hashed(text: str) -> bytes:
    """What is stored of a key: its SHA-256. A random secret needs no slow hash."""
    return hashlib.sha256(text.encode()).digest()


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


class Uses:
    """Which keys this process saw in use lately, so that not every request writes when a key was last used."""

    SECONDS = 60.0

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._noted: dict[str, float] = {}

    def worth_noting(self, prefix: str) -> bool:
        """Whether the last time that this was so for the key is a minute ago."""
        now = self._clock()
        noted = self._noted.get(prefix)
        if noted is not None and now - noted < self.SECONDS:
            return False
        self._noted[prefix] = now
        return True
