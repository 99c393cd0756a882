"""What the supervisor relies on in granian, which does not promise it to anybody."""

import resource
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from granian.server.mp import MPServer, WorkerProcess

from api.server.supervisor import CONNECTIONS, LONGEST_PAUSE, PRIVATE, STABLE_SECONDS, Restart, connections

ROOT = Path(__file__).parents[2]


def test_granian_is_pinned_to_the_version_that_its_private_names_were_checked_with() -> None:
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert f"granian=={version('granian')}" in dependencies


def test_a_low_limit_of_open_files_is_raised_for_the_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, hard), hard))
        assert connections() == min(CONNECTIONS, hard // 2)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("name", PRIVATE["overridden"])
def test_granian_calls_the_methods_that_the_supervisor_overrides(name: str) -> None:
    assert callable(getattr(MPServer, name))


@pytest.mark.parametrize("name", PRIVATE["read or set"])
def test_granian_has_the_attributes_that_the_supervisor_uses(name: str) -> None:
    server = MPServer("app", factory=True)
    server._sso = None  # granian sets it with the socket
    assert hasattr(server, name)


@pytest.mark.parametrize("name", PRIVATE["of a worker"])
def test_granian_has_the_parts_of_a_worker_process_that_the_supervisor_uses(name: str) -> None:
    worker = WorkerProcess(MPServer("app", factory=True), 0, print, ())
    assert hasattr(worker, name)


def test_a_worker_process_that_ends_soon_again_and_again_is_started_after_longer_and_longer_pauses() -> None:
    restart, now, pauses = Restart(), 1_000.0, []
    for _ in range(10):
        restart = restart.next(now)
        pauses.append(restart.pause)
        now += restart.pause + 1
    assert pauses == [0, 0.5, 1, 2, 4, 8, 16, *[LONGEST_PAUSE] * 3]
    assert restart.next(now + STABLE_SECONDS).pause == 0
