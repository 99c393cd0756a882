"""What the supervisor relies on in granian, which does not promise it to anybody."""

import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from granian.server.mp import MPServer, WorkerProcess

from api.server.supervisor import PRIVATE

ROOT = Path(__file__).parents[2]


def test_granian_is_pinned_to_the_version_that_its_private_names_were_checked_with() -> None:
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert f"granian=={version('granian')}" in dependencies


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
