"""Cursors: the sort key of a page's first or last row, encrypted and authenticated for one list.

A cursor says nothing of what it contains, and the same content makes the same cursor. It is encrypted as in SIV (RFC
5297): a keyed hash of the scope and the content authenticates both, and seeds the key stream.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from hashlib import blake2b

import orjson

from api.errors import InputError, InvalidCursor

SIGNATURE_BYTES = 16
# Cursors of the change feed that release 0.2.0 signed, but did not encrypt, are still accepted: followers store them.
SIGNATURE_BYTES_0_2 = 12
_BLOCK_BYTES = 64


def encode(key: bytes, scope: Mapping[str, object], sort_key: Sequence[object]) -> str:
    """A cursor for the rows after a sort key in the list that ``scope`` (its filters and sort) describes."""
    content = orjson.dumps(list(sort_key), option=orjson.OPT_UTC_Z)
    signature = _signature(key, scope, content)
    return urlsafe_b64encode(signature + _encrypted(key, signature, content)).rstrip(b"=").decode()


def decode(key: bytes, scope: Mapping[str, object], cursor: str, parameter: str = "cursor") -> list[object]:
    """The sort key in a cursor as JSON values. Raises InvalidCursor unless ``encode`` made it for ``scope``.

    ``parameter`` is the name under which the client sent it.
    """
    raw = _bytes(cursor)
    signature = raw[:SIGNATURE_BYTES]
    content = _encrypted(key, signature, raw[SIGNATURE_BYTES:])
    if not hmac.compare_digest(signature, _signature(key, scope, content)):
        raise invalid_cursor(parameter)
    return orjson.loads(content)


def invalid_cursor(parameter: str = "cursor") -> InvalidCursor:
    """The problem of a cursor that is not one of the list."""
    return InvalidCursor(
        "The cursor was modified, or belongs to other filters, another sort or another archive."
        " Start again without it.",
        errors=[InputError("is not a cursor of this list", parameter=parameter)],
    )


_FEED = {"feed": "changes"}


def encode_position(key: bytes, position: int, archive: str) -> str:
    """The cursor of a position in the change feed of an archive. All have the same length."""
    return encode(key, _FEED, [f"{position:016x}", archive])


def decode_position(key: bytes, cursor: str, parameter: str) -> tuple[int, str]:
    """The position and the archive in a cursor of the change feed. Raises InvalidCursor."""
    raw = _bytes(cursor)
    signature, content = raw[:SIGNATURE_BYTES_0_2], raw[SIGNATURE_BYTES_0_2:]
    message = orjson.dumps(_FEED, option=orjson.OPT_SORT_KEYS) + b"\n" + content
    if hmac.compare_digest(signature, blake2b(message, key=key, digest_size=SIGNATURE_BYTES_0_2).digest()):
        position, archive = orjson.loads(content)
        return position, archive
    position, archive = decode(key, _FEED, cursor, parameter)
    return int(str(position), 16), str(archive)


def _bytes(cursor: str) -> bytes:
    """The bytes of a cursor; none if it is not the only base64 text of its bytes."""
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except (Base64Error, ValueError):
        return b""
    return raw if urlsafe_b64encode(raw).rstrip(b"=").decode() == cursor else b""


def _signature(key: bytes, scope: Mapping[str, object], content: bytes) -> bytes:
    message = orjson.dumps(scope, option=orjson.OPT_SORT_KEYS) + b"\n" + content
    # hashlib's own BLAKE2 takes 14 µs a signature; through OpenSSL, which looks the algorithm up each time, it is 55.
    return blake2b(message, key=key, digest_size=SIGNATURE_BYTES, person=b"cursor signature").digest()


def _encrypted(key: bytes, signature: bytes, content: bytes) -> bytes:
    """Content encrypted, or decrypted, by the key stream that a signature seeds."""
    stream = b"".join(
        blake2b(signature + number.to_bytes(4, "big"), key=key, person=b"cursor stream").digest()
        for number in range(-(-len(content) // _BLOCK_BYTES))
    )
    mixed = int.from_bytes(content, "big") ^ int.from_bytes(stream[: len(content)], "big")
    return mixed.to_bytes(len(content), "big")
