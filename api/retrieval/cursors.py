"""Cursors: the sort key of a page's first or last row, signed for one list."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from hashlib import blake2b

import orjson

from api.errors import InputError, InvalidCursor

SIGNATURE_BYTES = 12


def encode(key: bytes, scope: Mapping[str, object], sort_key: Sequence[object]) -> str:
    """A cursor for the rows after a sort key in the list that ``scope`` (its filters and sort) describes."""
    payload = orjson.dumps(list(sort_key), option=orjson.OPT_UTC_Z)
    return urlsafe_b64encode(_signature(key, scope, payload) + payload).rstrip(b"=").decode()


def decode(key: bytes, scope: Mapping[str, object], cursor: str, parameter: str = "cursor") -> list[object]:
    """The sort key in a cursor as JSON values. Raises InvalidCursor unless ``encode`` made it for ``scope``.

    ``parameter`` is the name under which the client sent it.
    """
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except (Base64Error, ValueError):
        raw = b""
    signature, payload = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    # The text is compared as well: several base64 texts decode to the same bytes.
    canonical = urlsafe_b64encode(raw).rstrip(b"=").decode()
    if canonical != cursor or not hmac.compare_digest(signature, _signature(key, scope, payload)):
        raise InvalidCursor(
            "The cursor was modified, or belongs to other filters, another sort or another archive."
            " Start again without it.",
            errors=[InputError("is not a cursor of this list", parameter=parameter)],
        )
    return orjson.loads(payload)


FEED = {"feed": "changes"}


def feed_cursor(key: bytes, position: int, archive: str) -> str:
    """The cursor of a position in the change feed of an archive."""
    return encode(key, FEED, [position, archive])


def _signature(key: bytes, scope: Mapping[str, object], payload: bytes) -> bytes:
    message = orjson.dumps(scope, option=orjson.OPT_SORT_KEYS) + b"\n" + payload
    # hashlib's own BLAKE2 takes 14 µs a signature; through OpenSSL, which looks the algorithm up each time, it is 55.
    return blake2b(message, key=key, digest_size=SIGNATURE_BYTES).digest()
