"""How long the stages of a request took, for the Server-Timing header."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from flask import Response, g


def start() -> None:
    """The request begins; until its first stage it is being parsed."""
    g.started = perf_counter()
    g.stages = {}


def elapsed() -> float:
    """The seconds since the request began."""
    return perf_counter() - g.started


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Count the time of a block as a stage."""
    began = perf_counter()
    g.stages.setdefault("parse", began - g.started)
    try:
        yield
    finally:
        g.stages[name] = g.stages.get(name, 0.0) + perf_counter() - began


def report(response: Response) -> None:
    """Name the stages and their milliseconds in the response."""
    stages = g.get("stages")
    if stages:
        response.headers["Server-Timing"] = ", ".join(
            f"{name};dur={seconds * 1_000:.2f}" for name, seconds in stages.items()
        )
