"""How long the stages of a request took, for the Server-Timing header."""

from contextlib import AbstractContextManager
from time import perf_counter

from flask import Response

from api.context import g


def start() -> None:
    """Start the clock of a request. The time before its first stage is counted as parsing."""
    g().started = perf_counter()
    g().stages = {}


def elapsed() -> float:
    """The seconds since the start of the request."""
    return perf_counter() - g().started


def stage(name: str) -> AbstractContextManager[None]:
    """A block whose duration is added to a stage."""
    return _Stage(name, g().stages)


class _Stage(AbstractContextManager[None]):
    def __init__(self, name: str, stages: dict[str, float]) -> None:
        self._name, self._stages = name, stages

    def __enter__(self) -> None:
        self._began = perf_counter()
        if not self._stages:
            self._stages["parse"] = self._began - g().started

    def __exit__(self, *_: object) -> None:
        self._stages[self._name] = self._stages.get(self._name, 0.0) + perf_counter() - self._began


def report(response: Response) -> None:
    """Set the Server-Timing header to the milliseconds of each stage."""
    stages = g().get("stages")
    if stages:
        response.headers["Server-Timing"] = ", ".join(
            f"{name};dur={seconds * 1_000:.2f}" for name, seconds in stages.items()
        )
