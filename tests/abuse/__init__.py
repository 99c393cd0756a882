"""Requests that try to stop the server, to confuse it or to get past its checks."""

from abuse import bodies, heads
from abuse.requests import Case, Target

__all__ = ["Case", "Target", "cases"]


def cases() -> list[Case]:
    """Every row."""
    return [*heads.rows(), *bodies.rows()]
