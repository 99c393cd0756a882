"""CPU time and memory of processes, from Linux's /proc."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [each for child in children.read_text().split() for each in family(int(child))]
    return found


def cpu_seconds(pid: int) -> float:
    """The CPU time of a process and all its descendants, including those that have ended."""
    return sum(_ticks(each) for each in family(pid)) / TICKS


def resident_bytes(pid: int) -> int:
    """The resident memory of a process, in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def is_spawned(pid: int) -> bool:
    """Whether a process was started by Python's multiprocessing, as granian's workers are."""
    return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()


def parent(pid: int) -> int:
    """The pid of a process' parent."""
    return int(_stat(pid)[1])


def _ticks(pid: int) -> int:
    try:
        return sum(int(ticks) for ticks in _stat(pid)[11:15])
    except FileNotFoundError:
        return 0


def _stat(pid: int) -> list[str]:
    # The name, in parentheses, may contain anything.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
