"""Thousands of requests that nobody wrote, right ones and wrong ones, each answer held against the OpenAPI document."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import Server, temporary_place

pytestmark = pytest.mark.long

HERE = Path(__file__).parent / "fuzz"
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


@pytest.fixture
def fuzzed() -> Iterator[Server]:
    """The demo archive, served by a process."""
    with temporary_place() as place, Server(place) as server:
        yield server.ready()


@pytest.mark.parametrize(
    ("seed", "phases"),
    # What the document's own examples and bounds lead to is the same for every seed.
    [(1, "examples,coverage,fuzzing,stateful"), (2, "fuzzing,stateful")],
)
def test_every_answer_is_as_documented_whatever_is_asked(fuzzed: Server, seed: int, phases: str) -> None:
    key = fuzzed.command("keys", "create", "--name", f"fuzz {seed}", "--scope", "admin")["key"]
    command = (
        *(
            SCHEMATHESIS,
            "run",
            f"http://127.0.0.1:{fuzzed.port}/openapi.json",
            "--header",
            f"Authorization: Bearer {key}",
        ),
        *("--seed", str(seed), "--phases", phases, "--max-examples", "20", "--no-color"),
        # By chance alone not everything is hit upon.
        *(() if "examples" in phases else ("--exclude-checks", "EveryOperationSucceeds")),
    )
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    assert fuzzed.errors == "", "the server has nothing to complain of"
