"""The README and the guides are right: commands run, responses are as shown, settings and files exist."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from conftest import new_database
from processes import DATELINE, Server, temporary_place

from api.settings import Settings
from schemas.filters import ArticleQuery

pytestmark = pytest.mark.every_postgres

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PARTNERS = "docs/partners.md"
PAGES = ["README.md", "docs/reading.md", "docs/editing.md"]
# Pages whose blocks depend on the ones before.
WHOLE = [PARTNERS, "docs/search.md"]


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a page in a language."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def served(server: str) -> Iterator[dict[str, str]]:
    """The environment of the commands: BASE is the URL of a server with the demo archive."""
    with (
        new_database(server) as conninfo,
        temporary_place() as place,
        # Responses contain the URL of the pages, whatever port the server has here.
        Server(place, database_url=conninfo, public_url="http://127.0.0.1:8000") as serving,
    ):
        base = f"http://127.0.0.1:{serving.ready().port}"
        path = f"{DATELINE.parent}{os.pathsep}{os.environ['PATH']}"
        yield {**os.environ, "DATABASE_URL": conninfo, "BASE": base, "PATH": path}


CONSOLE = [
    pytest.param(block, id=f"{page}-{number}") for page in PAGES for number, block in enumerate(blocks(page, "console"))
] + [pytest.param("".join(blocks(page, "console")), id=page) for page in WHOLE]


def examples(block: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with its output."""
    return [
        (command.strip(), output.strip())
        for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", block, re.M)
    ]


def as_shown(line: str) -> str:
    """A regular expression for a line of a page: … stands for anything, and names of headers are not case-sensitive."""
    expression = ".*".join(re.escape(part) for part in line.split("…"))
    return re.sub(r"^[A-Z][A-Za-z]+(\\-[A-Z][a-z]+)*:", r"(?i:\g<0>)", expression)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples are written with curl")
@pytest.mark.parametrize("block", CONSOLE)
def test_every_example_returns_what_the_page_shows(served: dict[str, str], block: str) -> None:
    script, expected = ["set -e"], []
    for command, output in examples(block):
        ours = command.replace(".venv/bin/dateline", "dateline")
        ours = re.sub(r"http://127\.0\.0\.1:8000", served["BASE"], ours)
        script += [ours, "echo; echo ====="]
        expected.append(output)
    ran = subprocess.run(
        ["bash", "-c", "\n".join(script)], env=served, cwd=ROOT, capture_output=True, text=True, check=True
    )
    for output, actual in zip(expected, ran.stdout.split("=====\n"), strict=False):
        lines = [as_shown(line) for line in output.splitlines()]
        pattern = r"[\s\S]*?".join(lines)
        assert re.search(pattern, actual.replace("\r", "")), f"{actual}\nis not as shown:\n{output}"


def test_the_python_of_the_guide_for_partners_runs(served: dict[str, str]) -> None:
    options = ("--name", "guide", "--scope", "write", "--outlet", "korea-herald")
    made = subprocess.run(
        ["dateline", "keys", "create", *options], env=served, capture_output=True, text=True, check=True
    )
    for block in blocks(PARTNERS, "python"):
        code = block.replace("http://127.0.0.1:8000", served["BASE"])
        environment = {**served, "KEY": made.stdout.strip()}
        subprocess.run([sys.executable, "-W", "error", "-c", code], env=environment, check=True)


def test_the_settings_table_is_the_settings() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", README, re.M)
    assert rows == [
        (setting.name.upper(), setting.metadata["shown"], setting.metadata["doc"]) for setting in fields(Settings)
    ]


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", *(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/**/*.md"))]
)
def test_every_link_of_a_page_leads_to_a_file_and_a_heading_that_exist(page: str) -> None:
    for link, anchor in re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", (ROOT / page).read_text(encoding="utf-8")):
        target = (ROOT / page).parent / link if link else ROOT / page
        assert link.startswith("http") or target.exists(), link
        if anchor and not link.startswith("http"):
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.M)
            assert anchor in {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}, anchor


@pytest.mark.parametrize(
    "page", ["CONTRIBUTING.md", *(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/decisions/*.md"))]
)
def test_every_name_that_a_page_places_in_a_file_is_there(page: str) -> None:
    text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    for name, path in re.findall(r"`(\w+)` in `([\w/]+\.py)`", text):
        assert re.search(rf"\b{name}\b", (ROOT / path).read_text(encoding="utf-8")), f"{name} in {path}"
    for path in re.findall(r"`((?:api|schemas|migrations|tests)/[\w/]*(?:\.py)?)`", text):
        assert (ROOT / path).exists() or "NNNN" in path, path


def test_the_reading_guide_names_every_parameter_of_articles() -> None:
    guide = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    for name in ArticleQuery().fields:
        assert re.search(rf"\b{name.rstrip('_')}\b", guide), name


def test_every_make_command_is_listed_by_make_help() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    helped = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"make ([a-z-]+)", helped)) == targets
    assert set(re.findall(r"make ([a-z-]+)", README)) <= targets | {"and"}


def test_the_demo_archive_is_as_large_as_the_readme_says() -> None:
    counted = len((ROOT / "seeds" / "articles.jsonl").read_text(encoding="utf-8").splitlines())
    assert f"demo archive of {counted} articles" in README
