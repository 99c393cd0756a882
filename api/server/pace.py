"""How long a client may take to send a body or to receive a response."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

PART_SECONDS = 10.0
"""How long nothing at all may arrive, or be taken."""
SPARE_SECONDS = 60.0
"""How long a client may take in all, in addition to the time that its bytes take at SLOWEST."""
SLOWEST = 16 * 1024
"""Bytes per second."""


class Pace:
    """The time that one client has left for one body or response. Only time spent waiting for the client counts."""

    def __init__(self) -> None:
        self._left = SPARE_SECONDS

    @asynccontextmanager
    async def limit(self) -> AsyncIterator[None]:
        """Raise TimeoutError if the client makes the block wait too long."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(max(min(PART_SECONDS, self._left), 0)):
                yield
        finally:
            self._left -= loop.time() - began

    def add(self, size: int) -> None:
        """Give the client more time for this many bytes that it has sent or taken."""
        self._left += size / SLOWEST
