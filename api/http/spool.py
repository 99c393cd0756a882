"""Bytes that may be too many for memory."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

from api.errors import Unavailable

IN_MEMORY = 1024 * 1024
PART = 64 * 1024

log = logging.getLogger("dateline")


class Spool:
    """Bytes in memory while they are few, else in a temporary file; gone with the block."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile[bytes](IN_MEMORY)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        # Closing tries once more to write what a full disk did not take.
        with suppress(OSError):
            self._file.close()

    def take(self, parts: Iterable[bytes]) -> None:
        """Keep all of them. Unavailable where there is no room for them."""
        for part in parts:
            with _room():
                self._file.write(part)
        with _room():
            self._file.flush()

    def parts(self) -> Iterator[bytes]:
        """What was kept, from its beginning."""
        self._file.seek(0)
        while part := self._file.read(PART):
            yield part


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        log.error("no room for the temporary file of a batch: %s", error)
        detail = "This server has no room for a batch of this length at the moment; send it again, or a shorter one."
        raise Unavailable(detail) from error
