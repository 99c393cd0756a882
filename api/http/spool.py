"""Bytes and objects that may not fit into memory."""

import logging
import pickle
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, Self

from api.errors import Unavailable

IN_MEMORY = 1024 * 1024
PART = 64 * 1024

log = logging.getLogger("dateline")


class Spool:
    """Bytes or objects in memory, or in a temporary file if they are many, deleted at the end of the block."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile[bytes](IN_MEMORY)
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        # Closing tries once more to write what did not fit on a full disk.
        with suppress(OSError):
            self._file.close()

    def write(self, parts: Iterable[bytes]) -> None:
        """Append all parts. Raises Unavailable if the disk is full."""
        for part in parts:
            with _disk_errors():
                self._file.write(part)
            self.size += len(part)
        with _disk_errors():
            self._file.flush()

    def parts(self) -> Iterator[bytes]:
        """All bytes, from the beginning."""
        self._file.seek(0)
        while part := self._file.read(PART):
            yield part

    def dump(self, objects: Iterable[object]) -> None:
        """Append all objects. Raises Unavailable if the disk is full."""
        self.write(pickle.dumps(value) for value in objects)

    def load(self) -> Iterator[Any]:
        """All objects, from the first one."""
        self._file.seek(0)
        with suppress(EOFError):
            while True:
                # Only this process can have written to the file.
                yield pickle.load(self._file)  # noqa: S301


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        log.error("cannot write a temporary file: %s", error)
        detail = "The server has no disk space for a batch or response of this size. Retry later, or ask for less."
        raise Unavailable(detail) from error
