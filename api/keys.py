"""What an API key looks like: ``dl_<8 to find it>_<32 secret><8 to check it>``, of 128 random bits. Pure."""

import hashlib
import re
import secrets
import zlib

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
