"""The wheel, installed into an environment of its own: it has all it needs, and serves from an empty directory."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from zipfile import ZipFile

import pytest
from processes import ROOT, environment, free_port, temporary_place, until

pytestmark = [pytest.mark.long, pytest.mark.every_postgres]

# What a build needs, as the Dockerfile copies it.
SOURCES = re.findall(
    r"^COPY (?!--)((?:\S+ )+)\S+$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE
)


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with temporary_place() as place:
        yield place


@pytest.fixture(scope="module")
def wheel(place: Path) -> Path:
    """The wheel, built from a copy, so that nothing that an earlier build left behind gets into it."""
    for source in " ".join(SOURCES).split():
        target = place / "source" / source
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / source, target)
    options = ("--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--wheel-dir", place)
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, place / "source"], check=True)
    [built] = place.glob("dateline-*.whl")
    return built


@pytest.fixture(scope="module")
def programs(place: Path, wheel: Path) -> Path:
    """The programs of an environment with the wheel, and with the dependencies that are installed here."""
    venv.create(place / "environment", symlinks=True)
    python = place / "environment" / "bin" / "python"
    install = ("install", "--no-deps", "--no-index", "--disable-pip-version-check", wheel)
    subprocess.run([sys.executable, "-m", "pip", "--python", python, *install], check=True)
    [packages] = (place / "environment" / "lib").glob("python3*/site-packages")
    # A directory in a .pth file comes last, and its own .pth files, such as that of the checkout, are not read.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return python.parent


def test_the_wheel_holds_every_file_of_every_package(place: Path, wheel: Path) -> None:
    source = place / "source"
    unneeded = (".png", ".json")  # pictures for the README, and the document that a server makes itself
    files = {
        str(path.relative_to(source))
        for package in ("api", "schemas", "migrations", "seeds", "docs")
        for path in (source / package).rglob("*")
        if path.is_file() and not (package == "docs" and path.suffix in unneeded)
    }
    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == files


def test_an_installed_dateline_serves_from_an_empty_directory(place: Path, programs: Path) -> None:
    empty, port = place / "empty", free_port()
    empty.mkdir()
    empty.chmod(0o755)
    settings = environment({})
    found = subprocess.run(
        [programs / "python", "-c", "import api; print(api.__file__)"], cwd=empty, env=settings, capture_output=True
    )
    assert Path(os.fsdecode(found.stdout)).is_relative_to(place / "environment")

    def get(path: str) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        except OSError:
            return 0, b""
        finally:
            connection.close()

    command = [programs / "dateline", "serve", "--port", str(port), "--demo"]
    with subprocess.Popen(command, cwd=empty, env=settings, stdout=subprocess.DEVNULL) as server:
        try:
            until(lambda: server.poll() is not None or get("/readyz")[0] == 200)
            assert json.loads(get("/v1/articles?limit=1")[1])["meta"]["total"] == 67
            assert {path: get(path)[0] for path in ("/docs", "/openapi.json", "/guides/reading")} == {
                "/docs": 200, "/openapi.json": 200, "/guides/reading": 200,
            }  # fmt: skip
            assert (empty / ".dateline" / "postgres").is_dir()
        finally:
            server.terminate()
    assert server.returncode == 0
