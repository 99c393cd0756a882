"""The README does what it says: its commands run, its answers are these, its settings are all there."""

import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from api.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n(.*?)```", README, re.DOTALL)


def examples(block: str) -> list[tuple[str, str]]:
    """Each command of a console block with the output below it."""
    return [
        (command.strip(), output.strip())
        for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", block, re.M)
    ]


@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples are written with curl")
@pytest.mark.parametrize("block", CONSOLE, ids=range(len(CONSOLE)))
def test_every_example_answers_what_the_readme_shows(served: dict[str, str], block: str) -> None:
    script, expected = ["set -e"], []
    for command, output in examples(block):
        ours = command.replace("http://127.0.0.1:8000", served["BASE"]).replace(".venv/bin/dateline", "dateline")
        script += [ours, "echo; echo ====="]
        expected.append(output)
    ran = subprocess.run(["bash", "-c", "\n".join(script)], env=served, capture_output=True, text=True, check=True)
    for output, answered in zip(expected, ran.stdout.split("=====\n"), strict=False):
        lines = [".*".join(re.escape(part) for part in line.split("…")) for line in output.splitlines()]
        pattern = r"[\s\S]*?".join(lines)
        assert re.search(pattern, answered.replace("\r", "")), f"{answered}\nis not as shown:\n{output}"


def test_the_settings_table_is_the_settings() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", README, re.M)
    assert rows == [
        (setting.name.upper(), setting.metadata["shown"], setting.metadata["doc"]) for setting in fields(Settings)
    ]


def test_every_file_the_readme_links_is_there() -> None:
    for link in re.findall(r"\]\(([^)]+)\)", README):
        assert link.startswith("http") or (ROOT / link).exists(), link


def test_every_make_command_is_listed_by_make_help() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    helped = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"make ([a-z-]+)", helped)) == targets
    assert set(re.findall(r"make ([a-z-]+)", README)) <= targets | {"and"}


def test_the_demo_archive_is_as_large_as_the_readme_says() -> None:
    counted = len((ROOT / "seeds" / "articles.jsonl").read_text(encoding="utf-8").splitlines())
    assert f"demo archive of {counted} articles" in README
